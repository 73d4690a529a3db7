import { ApiError } from "../api-error.ts";
import { textOf } from "../arguments.ts";
import type { Channel, Message } from "../model.ts";
import { toWireMessage } from "../seen-message.ts";
import type { Call, Methods } from "./method.ts";
import { channelOf, fromCursor, limitOf, needChannelScope, needScope, pageOf, toCursor } from "./method.ts";

const timelineArguments = {
  channel: "string!",
  cursor: "string",
  limit: "number",
  oldest: "string",
  latest: "string",
  inclusive: "boolean",
  include_all_metadata: "boolean",
} as const;

/** `conversations.*`. */
export const conversationMethods: Methods = {
  "conversations.info": {
    token: "bot",
    scopes: [],
    args: { channel: "string!", include_locale: "boolean", include_num_members: "boolean" },
    run: info,
  },
  "conversations.list": {
    token: "bot",
    scopes: ["channels:read", "groups:read", "im:read", "mpim:read"],
    args: {
      cursor: "string",
      limit: "number",
      team_id: "string",
      exclude_archived: "boolean",
      types: "string",
    },
    run: list,
  },
  "conversations.members": {
    token: "bot",
    scopes: [],
    args: { channel: "string!", cursor: "string", limit: "number" },
    run: members,
  },
  "conversations.history": { token: "bot", scopes: [], args: timelineArguments, run: history },
  "conversations.replies": {
    token: "bot",
    scopes: [],
    args: { ...timelineArguments, ts: "string!" },
    run: replies,
  },
  "conversations.open": {
    token: "bot",
    scopes: ["im:write", "mpim:write"],
    args: { channel: "string", users: "string", prevent_creation: "boolean", return_im: "boolean" },
    run: open,
  },
  "conversations.join": { token: "bot", scopes: ["channels:join"], args: { channel: "string!" }, run: join },
};

function info(call: Call): Record<string, unknown> {
  const channel = channelOf(call);
  needChannelScope(call, channel, "read");
  const count = call.args["include_num_members"] === true ? { num_members: channel.members.size } : {};
  return { channel: { ...toWireChannel(call, channel), ...count } };
}

function list(call: Call): Record<string, unknown> {
  const types = (textOf(call.args, "types") ?? "public_channel").split(",").map((type) => type.trim());
  const wanted = { public_channel: "channel", private_channel: "group", im: "im", mpim: "mpim" } as const;
  for (const type of types) {
    const kind = wanted[type as keyof typeof wanted];
    if (kind === undefined) throw new ApiError("invalid_types");
    needScope(call.token, [`${{ channel: "channels", group: "groups", im: "im", mpim: "mpim" }[kind]}:read`]);
  }
  const kinds = new Set(types.map((type) => wanted[type as keyof typeof wanted]));
  const channels = [...call.platform.state.channels.values()].filter(
    (channel) =>
      kinds.has(channel.type) &&
      channel.teamIds.includes(call.token.teamId) &&
      (channel.type === "channel" || channel.members.has(call.bot.botUserId)) &&
      !(call.args["exclude_archived"] === true && channel.archived),
  );
  const { page, response_metadata } = pageOf(call, channels, 100);
  return { channels: page.map((channel) => toWireChannel(call, channel)), response_metadata };
}

function members(call: Call): Record<string, unknown> {
  const channel = channelOf(call);
  needChannelScope(call, channel, "read");
  const { page, response_metadata } = pageOf(call, [...channel.members], 100);
  return { members: page, response_metadata };
}

function history(call: Call): Record<string, unknown> {
  const channel = readableChannel(call);
  const { isInside, limit, before } = windowOf(call, 100);
  const found: Message[] = [];
  for (let index = channel.roots.length - 1; index >= 0 && found.length <= limit; index -= 1) {
    const message = channel.roots[index];
    if (message === undefined) continue;
    if (before !== undefined && message.ts >= before) continue;
    if (isInside(message.ts) && isListed(channel, message)) found.push(message);
  }
  const page = found.slice(0, limit);
  const hasMore = found.length > limit;
  return {
    messages: page.map((message) => toWire(call, channel, message)),
    has_more: hasMore,
    pin_count: 0,
    channel_actions_ts: null,
    channel_actions_count: 0,
    ...(hasMore ? { response_metadata: { next_cursor: toCursor(`next_ts:${page.at(-1)?.ts ?? ""}`) } } : {}),
  };
}

function replies(call: Call): Record<string, unknown> {
  const channel = readableChannel(call);
  const ts = textOf(call.args, "ts") ?? "";
  const named = channel.byTs.get(ts);
  if (named === undefined) throw new ApiError("thread_not_found");
  const thread = channel.threads.get(ts) ?? [];
  if (named.deleted === true && thread.length === 0) throw new ApiError("thread_not_found");
  const { isInside, limit, before: after } = windowOf(call, 1_000);
  const listed = thread.filter(
    (message) =>
      message.deleted !== true && (after === undefined || message.ts > after) && isInside(message.ts),
  );
  // The root leads every first page and does not count against the window.
  const page =
    after === undefined ? [named, ...listed.slice(0, Math.max(0, limit - 1))] : listed.slice(0, limit);
  const shown = after === undefined ? page.length - 1 : page.length;
  const hasMore = listed.length > shown;
  return {
    messages: page.map((message) => toWire(call, channel, message)),
    has_more: hasMore,
    ...(hasMore ? { response_metadata: { next_cursor: toCursor(`next_ts:${page.at(-1)?.ts ?? ""}`) } } : {}),
  };
}

function open(call: Call): Record<string, unknown> {
  const { state } = call.platform;
  if (textOf(call.args, "channel") !== undefined) return opened(call, channelOf(call), true);
  const users = (textOf(call.args, "users") ?? "").split(",").filter((user) => user !== "");
  if (users.length === 0) throw new ApiError("users_list_not_supplied");
  if (users.length > 8) throw new ApiError("too_many_users");
  for (const user of users)
    if (state.users.get(user)?.teamId !== call.token.teamId) throw new ApiError("user_not_found");
  if (users.length === 1) {
    const before = state.channels.size;
    needScope(call.token, ["im:write"]);
    const channel = state.directChannel(users[0] ?? "", call.bot.botUserId);
    return opened(call, channel, state.channels.size === before);
  }
  needScope(call.token, ["mpim:write"]);
  const wanted = new Set([...users, call.bot.botUserId]);
  for (const channel of state.channels.values())
    if (
      channel.type === "mpim" &&
      channel.members.size === wanted.size &&
      [...wanted].every((user) => channel.members.has(user))
    )
      return opened(call, channel, true);
  return opened(
    call,
    state.addChannel({
      name: `mpdm-${users.join("--").toLowerCase()}-1`,
      type: "mpim",
      teamIds: [call.token.teamId],
      members: wanted,
    }),
    false,
  );
}

function opened(call: Call, channel: Channel, was: boolean): Record<string, unknown> {
  return {
    ...(was ? { no_op: true, already_open: true } : {}),
    channel: call.args["return_im"] === true ? toWireChannel(call, channel) : { id: channel.id },
  };
}

function join(call: Call): Record<string, unknown> {
  const channel = channelOf(call);
  if (channel.type !== "channel") throw new ApiError("method_not_supported_for_channel_type");
  if (channel.archived) throw new ApiError("is_archived");
  const was = channel.members.has(call.bot.botUserId);
  channel.members.add(call.bot.botUserId);
  if (!was)
    void call.platform.events.raw(
      call.bot.teamId,
      {
        type: "member_joined_channel",
        user: call.bot.botUserId,
        channel: channel.id,
        channel_type: "C",
        team: channel.teamId,
      },
      channel,
    );
  call.platform.state.changed(() => ({ kind: "channel", channel: channel.id }));
  return {
    channel: toWireChannel(call, channel),
    ...(was
      ? { warning: "already_in_channel", response_metadata: { warnings: ["already_in_channel"] } }
      : {}),
  };
}

function readableChannel(call: Call): Channel {
  const channel = channelOf(call);
  needChannelScope(call, channel, "history");
  if (!channel.members.has(call.bot.botUserId)) throw new ApiError("not_in_channel");
  return channel;
}

function windowOf(
  call: Call,
  defaultLimit: number,
): { isInside: (ts: string) => boolean; limit: number; before: string | undefined } {
  const oldest = timeOf(call, "oldest") ?? 0;
  const latest = timeOf(call, "latest") ?? Number.POSITIVE_INFINITY;
  const inclusive = call.args["inclusive"] === true;
  return {
    isInside: (ts) => {
      const at = Number(ts);
      return inclusive ? at >= oldest && at <= latest : at > oldest && at < latest;
    },
    limit: limitOf(call, defaultLimit),
    before: fromCursor(textOf(call.args, "cursor"), "next_ts"),
  };
}

function timeOf(call: Call, name: "oldest" | "latest"): number | undefined {
  const text = textOf(call.args, name);
  if (text === undefined || text === "") return undefined;
  const time = Number(text);
  if (!Number.isFinite(time)) throw new ApiError(`invalid_ts_${name}`);
  return time === 0 && name === "latest" ? undefined : time;
}

function isListed(channel: Channel, message: Message): boolean {
  if (message.deleted !== true) return true;
  return channel.threads.get(message.ts)?.some((reply) => reply.deleted !== true) === true;
}

function toWire(call: Call, channel: Channel, message: Message): Record<string, unknown> {
  return toWireMessage(call.platform.state, channel, message, {
    baseUrl: call.platform.url,
    metadata: call.args["include_all_metadata"] === true,
  });
}

function toWireChannel(call: Call, channel: Channel): Record<string, unknown> {
  const isMember = channel.members.has(call.bot.botUserId);
  if (channel.type === "im")
    return {
      id: channel.id,
      created: channel.created,
      is_archived: false,
      is_im: true,
      is_org_shared: false,
      user: channel.imUser,
      is_user_deleted: false,
      priority: 0,
      context_team_id: call.token.teamId,
    };
  return {
    id: channel.id,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: channel.type === "channel",
    is_group: channel.type === "group",
    is_im: false,
    is_mpim: channel.type === "mpim",
    is_private: channel.type !== "channel",
    created: channel.created,
    is_archived: channel.archived,
    is_general: channel.name === "general",
    unlinked: 0,
    is_shared: channel.teamIds.length > 1,
    is_org_shared: false,
    is_ext_shared: channel.teamIds.length > 1,
    is_pending_ext_shared: false,
    context_team_id: call.token.teamId,
    shared_team_ids: channel.teamIds,
    ...(channel.teamIds.length > 1
      ? {
          connected_team_ids: channel.teamIds.filter((team) => team !== call.token.teamId),
          conversation_host_id: channel.teamId,
        }
      : {}),
    creator: [...channel.members][0],
    is_member: isMember,
    topic: { value: channel.topic, creator: "", last_set: 0 },
    purpose: { value: channel.purpose, creator: "", last_set: 0 },
  };
}
