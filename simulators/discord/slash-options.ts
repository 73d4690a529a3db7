import type { Platform } from "./platform.ts";
import { isRecord } from "../kit/is-record.ts";
import { toWireMember, toWireUser } from "./wire-people.ts";
import { toWireChannel } from "./wire.ts";

type Fields = Record<string, unknown>;

export interface SlashUse {
  readonly user: string;
  readonly channel: string;
  readonly name: string;
  readonly subcommand?: string;
  /** By the option's name; people, channels and roles by id or name. */
  readonly options?: Readonly<Record<string, string | number | boolean>>;
  /** The option being typed: asks for choices instead of running the command. */
  readonly focused?: string;
}

/** The options of a command as they travel, and the objects they name. Throws where a person could not send it. */
export function toOptions(platform: Platform, definition: Fields, use: SlashUse): Fields {
  const defined = listOf(definition["options"]);
  const resolved: Record<"users" | "members" | "channels" | "roles", Fields> = {
    users: {},
    members: {},
    channels: {},
    roles: {},
  };
  const convert = (known: readonly Fields[]): Fields[] =>
    Object.entries(use.options ?? {}).map(([name, given]) => {
      const option = known.find((one) => one["name"] === name);
      if (option === undefined) throw new Error(`discord simulator: /${use.name} has no option ${name}`);
      const value = resolve(platform, { type: Number(option["type"]), given, use, resolved });
      return { name, type: option["type"], value, ...(use.focused === name ? { focused: true } : {}) };
    });
  const options = toNested(defined, use, convert);
  const found = Object.entries(resolved).filter(([, entries]) => Object.keys(entries).length > 0);
  return {
    ...(options.length === 0 ? {} : { options }),
    ...(found.length === 0 ? {} : { resolved: Object.fromEntries(found) }),
  };
}

function toNested(
  defined: readonly Fields[],
  use: SlashUse,
  convert: (known: readonly Fields[]) => Fields[],
): Fields[] {
  if (use.subcommand === undefined) {
    const missing = defined.find(
      (option) => option["required"] === true && use.options?.[String(option["name"])] === undefined,
    );
    if (missing !== undefined && use.focused === undefined)
      throw new Error(`discord simulator: /${use.name} needs the option ${String(missing["name"])}`);
    return convert(defined);
  }
  const sub = defined.find((option) => option["type"] === 1 && option["name"] === use.subcommand);
  if (sub === undefined)
    throw new Error(`discord simulator: /${use.name} has no subcommand ${use.subcommand}`);
  return [{ name: use.subcommand, type: 1, options: convert(listOf(sub["options"])) }];
}

/** People, channels and roles travel as ids, and as objects beside them. */
function resolve(
  { state }: Platform,
  {
    type,
    given,
    use,
    resolved,
  }: {
    type: number;
    given: string | number | boolean;
    use: SlashUse;
    resolved: Record<"users" | "members" | "channels" | "roles", Fields>;
  },
): string | number | boolean {
  if (type === 6) {
    const user = state.findUser(String(given));
    const guild = state.guildOf(state.findChannel(use.channel, state.findUser(use.user).id));
    const member = guild?.members.get(user.id);
    resolved.users[user.id] = toWireUser(user);
    if (member !== undefined) resolved.members[user.id] = toWireMember(member);
    return user.id;
  }
  if (type !== 7) return given;
  const channel = state.findChannel(String(given));
  resolved.channels[channel.id] = toWireChannel(state, channel);
  return channel.id;
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
