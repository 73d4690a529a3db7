import { ApiError } from "../api-error.ts";
import type { Arguments, ArgumentSpec } from "../arguments.ts";
import { textOf } from "../arguments.ts";
import type { Channel, Installation, Message, TokenRecord } from "../model.ts";
import type { Platform } from "../platform.ts";

/** One authenticated call with checked arguments. */
export interface Call {
  readonly platform: Platform;
  readonly args: Arguments;
  readonly token: TokenRecord;
  readonly bot: Installation;
}

/** One Web API method: which token and scopes it wants, what arguments it has, what it does. */
export interface Method {
  readonly token: "bot" | "app" | "none";
  /** Any one of these is enough; none are needed when empty. */
  readonly scopes: readonly string[];
  readonly args: ArgumentSpec;
  run(call: Call): Record<string, unknown>;
}

export type Methods = Readonly<Record<string, Method>>;

const scopeGroups = { channel: "channels", group: "groups", im: "im", mpim: "mpim" } as const;

/** Refuses a call whose token has none of the scopes. */
export function needScope(token: TokenRecord, scopes: readonly string[]): void {
  if (scopes.length === 0 || scopes.some((scope) => token.scopes.includes(scope))) return;
  throw new ApiError("missing_scope", { needed: scopes.join(","), provided: token.scopes.join(",") });
}

/** Wants `channels:read`, `groups:history` and so on, by the kind of the channel. */
export function needChannelScope(call: Call, channel: Channel, right: "read" | "history"): void {
  needScope(call.token, [`${scopeGroups[channel.type]}:${right}`]);
}

/** The channel as this bot may know it: a private one it is not in does not exist for it. */
export function channelOf(call: Call, name = "channel"): Channel {
  const channel = call.platform.state.channels.get(textOf(call.args, name) ?? "");
  if (channel === undefined || !channel.teamIds.includes(call.token.teamId))
    throw new ApiError("channel_not_found");
  if (channel.type !== "channel" && !channel.members.has(call.bot.botUserId))
    throw new ApiError("channel_not_found");
  return channel;
}

/** The channel to write to: a member, and not archived. */
export function writableChannelOf(call: Call, name = "channel"): Channel {
  const channel = channelOf(call, name);
  if (channel.archived) throw new ApiError("is_archived");
  if (!channel.members.has(call.bot.botUserId) && !call.token.scopes.includes("chat:write.public"))
    throw new ApiError("not_in_channel");
  return channel;
}

export function messageOf(channel: Channel, ts: string | undefined): Message {
  const message = channel.byTs.get(ts ?? "");
  if (message === undefined || message.deleted === true) throw new ApiError("message_not_found");
  return message;
}

/** One page of a list by an opaque cursor. */
export function pageOf<T>(
  call: Call,
  items: readonly T[],
  defaultLimit: number,
): { page: readonly T[]; response_metadata: { next_cursor: string } } {
  const start = offsetOf(textOf(call.args, "cursor"));
  const limit = limitOf(call, defaultLimit);
  const end = start + limit;
  return {
    page: items.slice(start, end),
    response_metadata: { next_cursor: end < items.length ? toCursor(`offset:${end}`) : "" },
  };
}

export function limitOf(call: Call, defaultLimit: number): number {
  const limit = call.args["limit"];
  if (limit === undefined || limit === 0) return defaultLimit;
  if (typeof limit !== "number" || limit < 1 || limit > 1_000) throw new ApiError("invalid_limit");
  return Math.floor(limit);
}

export function toCursor(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** What the cursor says after `prefix:`; a cursor of another kind is refused. */
export function fromCursor(cursor: string | undefined, prefix: string): string | undefined {
  if (cursor === undefined || cursor === "") return undefined;
  const text = Buffer.from(cursor, "base64").toString("utf8");
  if (!text.startsWith(`${prefix}:`)) throw new ApiError("invalid_cursor");
  return text.slice(prefix.length + 1);
}

function offsetOf(cursor: string | undefined): number {
  const offset = Number(fromCursor(cursor, "offset") ?? 0);
  if (!Number.isInteger(offset) || offset < 0) throw new ApiError("invalid_cursor");
  return offset;
}
