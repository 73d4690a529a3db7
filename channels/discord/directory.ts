import { LRUCache } from "lru-cache";
import { fieldsAt, isFields, listAt, numberAt, textAt, type Fields } from "../kit/fields.ts";
import { isCode } from "./errors.ts";
import { isDirect, isThread, type ChannelInfo, type Dispatch } from "./parse-context.ts";
import type { DiscordWeb } from "./web.ts";

/** What is known of a server: enough to say who can read its channels and when we are named. */
interface GuildInfo {
  readonly name: string;
  readonly botRoleIds: ReadonlySet<string>;
  readonly everyoneSees: boolean;
}

/** Servers and channels as the gateway told of them, the rest asked for when needed. */
export interface Directory {
  /** Takes in what an event says of servers and channels. */
  learn(dispatch: Dispatch): void;
  /** Undefined where the bot cannot see it. Throws TransientError when Discord cannot be asked. */
  channel(id: string, hint: ChannelHint): Promise<ChannelInfo | undefined>;
  guild(id: string): Promise<GuildInfo | undefined>;
}

/** What an event says of its own channel. */
export interface ChannelHint {
  readonly guildId: string | undefined;
  readonly type: number | undefined;
}

interface Known {
  readonly type: number;
  readonly guildId: string | undefined;
  readonly parentId: string | undefined;
  /** Of the role that everyone has: allowed, denied, or as the server says. */
  readonly everyone: "sees" | "is kept out" | "inherits";
}

const privateThread = 12;
const viewChannel = 1n << 10n;

/** Remembers 100 000 channels and 10 000 servers; what it forgot it asks for again. */
export function createDirectory(web: DiscordWeb, botUserId: string): Directory {
  const guilds = new LRUCache<string, GuildInfo>({ max: 10_000 });
  const channels = new LRUCache<string, Known>({ max: 100_000 });

  function learn(dispatch: Dispatch): void {
    const d = fieldsAt(dispatch, "d");
    switch (textAt(dispatch, "t")) {
      case "GUILD_CREATE":
        learnGuild(d);
        for (const channel of [...listAt(d, "channels"), ...listAt(d, "threads")])
          learnChannel(channel, textAt(d, "id"));
        return;
      case "GUILD_DELETE":
      case "GUILD_ROLE_CREATE":
      case "GUILD_ROLE_UPDATE":
      case "GUILD_ROLE_DELETE":
      case "GUILD_UPDATE":
        return void guilds.delete(textAt(d, "guild_id") ?? textAt(d, "id") ?? ""); // asked for when needed
      case "CHANNEL_CREATE":
      case "CHANNEL_UPDATE":
      case "THREAD_CREATE":
      case "THREAD_UPDATE":
        return learnChannel(d, undefined);
      case "THREAD_LIST_SYNC":
        for (const thread of listAt(d, "threads")) learnChannel(thread, textAt(d, "guild_id"));
        return;
      case "CHANNEL_DELETE":
      case "THREAD_DELETE":
        return void channels.delete(textAt(d, "id") ?? "");
      default:
        return;
    }
  }

  function learnGuild(guild: Fields): GuildInfo | undefined {
    const id = textAt(guild, "id");
    if (id === undefined || guild["unavailable"] === true) return undefined;
    const roles = listAt(guild, "roles");
    const everyone = roles.find((role) => textAt(role, "id") === id);
    const ours = roles.filter((role) => textAt(fieldsAt(role, "tags"), "bot_id") === botUserId);
    const info: GuildInfo = {
      name: textAt(guild, "name") ?? id,
      botRoleIds: new Set(ours.flatMap((role) => textAt(role, "id") ?? [])),
      everyoneSees: everyone === undefined || has(textAt(everyone, "permissions"), viewChannel),
    };
    guilds.set(id, info);
    return info;
  }

  function learnChannel(channel: Fields, guild: string | undefined): void {
    const id = textAt(channel, "id");
    const type = numberAt(channel, "type");
    if (id === undefined || type === undefined) return;
    const guildId = textAt(channel, "guild_id") ?? guild;
    const own = listAt(channel, "permission_overwrites").find((one) => textAt(one, "id") === guildId);
    const allows = has(textAt(own ?? {}, "allow"), viewChannel);
    const denies = has(textAt(own ?? {}, "deny"), viewChannel);
    channels.set(id, {
      type,
      guildId,
      parentId: textAt(channel, "parent_id"),
      everyone: allows ? "sees" : denies ? "is kept out" : "inherits",
    });
  }

  async function channel(id: string, hint: ChannelHint): Promise<ChannelInfo | undefined> {
    const isBetweenTwo = isDirect(hint.type) || (hint.guildId === undefined && hint.type === undefined);
    if (isBetweenTwo) return { type: hint.type ?? 1, parentId: undefined, audience: "direct" };
    const known = channels.get(id) ?? (await askChannel(id));
    if (known === undefined) return undefined;
    if (isDirect(known.type)) return { type: known.type, parentId: undefined, audience: "direct" };
    return { type: known.type, parentId: known.parentId, audience: await audienceOf(known) };
  }

  async function audienceOf(known: Known): Promise<"public" | "group"> {
    if (known.type === privateThread) return "group";
    if (isThread(known.type) && known.parentId !== undefined) {
      const parent = channels.get(known.parentId) ?? (await askChannel(known.parentId));
      return parent === undefined ? "group" : audienceOf(parent);
    }
    if (known.everyone !== "inherits") return known.everyone === "sees" ? "public" : "group";
    const server = known.guildId === undefined ? undefined : await guild(known.guildId);
    return server?.everyoneSees === false ? "group" : "public";
  }

  async function askChannel(id: string): Promise<Known | undefined> {
    const answer = await ask(`/channels/${id}`, "look up a channel");
    if (answer !== undefined) learnChannel(answer, undefined);
    return channels.get(id);
  }

  async function guild(id: string): Promise<GuildInfo | undefined> {
    const known = guilds.get(id);
    if (known !== undefined) return known;
    const answer = await ask(`/guilds/${id}`, "look up a server");
    return answer === undefined ? undefined : learnGuild(answer);
  }

  async function ask(route: string, doing: string): Promise<Fields | undefined> {
    try {
      const answer = await web.call("GET", route, { doing });
      return isFields(answer) ? answer : undefined;
    } catch (cause) {
      if (isCode(cause, 10003, 10004, 50001, 50013, 50035)) return undefined;
      throw cause;
    }
  }

  return { learn, channel, guild };
}

function has(permissions: string | undefined, bit: bigint): boolean {
  return permissions !== undefined && /^\d{1,30}$/.test(permissions) && (BigInt(permissions) & bit) !== 0n;
}
