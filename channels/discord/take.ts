import { randomUUID } from "node:crypto";
import type { Accept, Accepted } from "../../src/core/envelope.ts";
import type { Log } from "../../src/core/log.ts";
import { fieldsAt, numberAt, textAt, textsAt, type Fields } from "../kit/fields.ts";
import type { Directory } from "./directory.ts";
import type { Identity, Installed } from "./installed.ts";
import { parseDiscord, toMembership } from "./parse.ts";
import type { DiscordContext, Dispatch } from "./parse-context.ts";
import { withoutContent } from "./parse-message.ts";

/** Takes events in. Rejects when nothing was kept. */
export interface Take {
  /** Any event but an interaction. */
  event(dispatch: Dispatch): Promise<void>;
  /** An interaction that is acknowledged; `echo` is the message that shows it. Undefined: nobody installed it. */
  interaction(dispatch: Dispatch, echo: string | undefined): Promise<Accepted | undefined>;
  /** What was said meanwhile did not come: the house reads it up. */
  gap(): Promise<void>;
  /** The bot is in these servers of its shards, and in no other. */
  servers(present: ReadonlySet<string>, isOurs: (guildId: string) => boolean): Promise<void>;
}

interface TakeParts {
  readonly allowedBots: ReadonlySet<string>;
  readonly identity: Identity;
  readonly directory: Directory;
  readonly installed: Installed;
  readonly log: Log;
  readonly now: () => number;
  readonly accept: Accept;
}

/** Finds out what an event must be read with, reads it, hands the envelope on. */
export function createTake(parts: TakeParts): Take {
  const { identity, directory, installed, log } = parts;
  let isWarned = false;

  async function event(dispatch: Dispatch): Promise<void> {
    const d = fieldsAt(dispatch, "d");
    switch (textAt(dispatch, "t")) {
      case "GUILD_CREATE":
        return join(dispatch, d);
      case "GUILD_DELETE":
        return d["unavailable"] === true ? undefined : leave(textAt(d, "id") ?? "");
      case "MESSAGE_DELETE_BULK":
        for (const id of textsAt(d, "ids")) await read({ t: "MESSAGE_DELETE", d: { ...d, id } });
        return;
      case "MESSAGE_CREATE":
      case "MESSAGE_UPDATE":
      case "MESSAGE_DELETE":
      case "MESSAGE_REACTION_ADD":
      case "MESSAGE_REACTION_REMOVE":
        return void (await read(dispatch));
      case "TYPING_START":
        // Kept nowhere, so nothing waits for it and nothing is tried again.
        return void read(dispatch).catch((cause: unknown) => log.debug({ err: cause }, "typing not heard"));
      default:
        return;
    }
  }

  async function read(dispatch: Dispatch, echo?: string): Promise<Accepted> {
    const context = await contextOf(fieldsAt(dispatch, "d"), echo);
    const parsed = parseDiscord(dispatch, context);
    if (parsed.kind === "envelope") return parts.accept(parsed.envelope);
    if (parsed.reason === withoutContent) warnOfIntent();
    log.debug({ reason: parsed.reason }, "discord event ignored");
    return parsed;
  }

  /**
   * Discord names whose installation an interaction comes from. One from a server that did not install the bot (a
   * person brought it along) belongs to no company here.
   */
  async function isInstalledHere(d: Fields): Promise<boolean> {
    const guildId = textAt(d, "guild_id");
    if (guildId === undefined) return true;
    const owners = fieldsAt(d, "authorizing_integration_owners");
    return Object.keys(owners).length === 0 ? installed.has(guildId) : textAt(owners, "0") === guildId;
  }

  async function contextOf(d: Fields, echo?: string): Promise<DiscordContext> {
    const guildId = textAt(d, "guild_id");
    const channelId = textAt(d, "channel_id");
    if (guildId !== undefined) await installed.ensure(guildId, () => nameOf(guildId));
    const type = numberAt(d, "channel_type") ?? numberAt(fieldsAt(d, "channel"), "type");
    const naming = guildId !== undefined && textsAt(d, "mention_roles").length > 0;
    const guild = naming ? await directory.guild(guildId) : undefined;
    return {
      ...base(guildId ?? identity.applicationId),
      botRoleIds: guild?.botRoleIds ?? new Set(),
      channel: channelId === undefined ? undefined : await directory.channel(channelId, { guildId, type }),
      ...(echo !== undefined && { echo }),
    };
  }

  function base(installation: string): DiscordContext {
    return {
      installation,
      ...identity,
      botRoleIds: new Set(),
      channel: undefined,
      allowedBots: parts.allowedBots,
      receivedAt: new Date(parts.now()),
      correlationId: randomUUID(),
    };
  }

  async function nameOf(guildId: string): Promise<string> {
    return (await directory.guild(guildId))?.name ?? guildId;
  }

  async function join(dispatch: Dispatch, d: Fields): Promise<void> {
    const id = textAt(d, "id");
    if (id === undefined || d["unavailable"] === true) return;
    const isNew = await installed.ensure(id, async () => textAt(d, "name") ?? id);
    if (!isNew) return;
    log.info({ installation: id }, "discord server joined");
    const parsed = parseDiscord(dispatch, base(id));
    if (parsed.kind === "envelope") await parts.accept(parsed.envelope);
  }

  async function leave(guildId: string): Promise<void> {
    const parsed = toMembership(base(guildId), { t: "GUILD_DELETE", d: { id: guildId } }, "uninstalled");
    if (parsed.kind === "envelope") await parts.accept(parsed.envelope);
    await installed.remove(guildId);
  }

  async function gap(): Promise<void> {
    const context = base(identity.applicationId);
    const parsed = toMembership(context, { t: "READY", d: {} }, "rate limited");
    if (parsed.kind === "envelope") await parts.accept(parsed.envelope);
  }

  async function servers(present: ReadonlySet<string>, isOurs: (guildId: string) => boolean): Promise<void> {
    for (const guildId of await installed.missing(present, isOurs)) await leave(guildId);
  }

  /** Without the intent Discord empties every message that does not name the bot. */
  function warnOfIntent(): void {
    if (isWarned) return;
    isWarned = true;
    log.warn(
      {
        fix: "Developer Portal → your application → Bot → Privileged Gateway Intents → MESSAGE CONTENT INTENT",
      },
      "discord sent a message without its text: turn the Message Content intent on",
    );
  }

  return {
    event,
    async interaction(dispatch, echo) {
      const d = fieldsAt(dispatch, "d");
      if (!(await isInstalledHere(d))) return undefined;
      return read(dispatch, echo);
    },
    gap,
    servers,
  };
}
