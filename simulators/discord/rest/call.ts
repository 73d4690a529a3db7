import { refusal } from "../api-error.ts";
import type { Upload } from "../message-body.ts";
import type { Channel, Guild, Message } from "../model.ts";
import { has } from "../permissions.ts";
import type { PermissionName } from "../permissions.ts";
import type { Platform } from "../platform.ts";

/** A REST call that was let in. */
export interface RestCall {
  readonly platform: Platform;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly files: readonly Upload[];
}

/** Without a body the answer has no content type either. */
export interface RestAnswer {
  readonly status: number;
  readonly body?: unknown;
  /** For the history. */
  readonly messageId?: string;
}

export type Handler = (call: RestCall) => RestAnswer;

/** Method and route, then what answers. */
export type Routes = Readonly<Record<string, Handler>>;

export const done: RestAnswer = { status: 204 };

export function param(call: RestCall, name: string): string {
  const value = call.params[name];
  if (value === undefined) throw new Error(`discord simulator: the route has no :${name}`);
  return value;
}

/** The channel of the path, which the bot sees and in which it may do what is named. */
export function findChannel(call: RestCall, ...needed: readonly PermissionName[]): Channel {
  const { state } = call.platform;
  const channel = state.channels.get(param(call, "channel"));
  const guild = channel === undefined ? undefined : state.guildOf(channel);
  if (channel === undefined || (channel.type !== 1 && guild === undefined)) throw refusal(10003);
  demand(call, channel, ...needed);
  return channel;
}

/** 50001 in a channel the bot does not see, 50013 when it lacks a permission. */
export function demand(call: RestCall, channel: Channel, ...needed: readonly PermissionName[]): void {
  const { state } = call.platform;
  const allowed = state.botPermissions(channel);
  const isSecret = channel.type === 12 && channel.thread?.members.has(state.app.botUserId) !== true;
  if (isSecret || !has(allowed, "ViewChannel")) throw refusal(50001);
  if (needed.some((name) => !has(allowed, name))) throw refusal(50013);
}

export function findMessage(call: RestCall, channel: Channel): Message {
  const message = call.platform.state.findMessage(channel, param(call, "message"));
  if (message === undefined || message.ephemeralTo !== undefined) throw refusal(10008);
  return message;
}

/** A guild the bot is in. */
export function findGuild(call: RestCall): Guild {
  const guild = call.platform.state.guilds.get(param(call, "guild"));
  if (guild === undefined) throw refusal(10004);
  return guild;
}
