import { ApiError } from "../api-error.ts";
import type { Arguments } from "../arguments.ts";
import { textOf } from "../arguments.ts";
import type { Channel, Message } from "../model.ts";
import { toWireMessage } from "../seen-message.ts";
import type { Call, Methods } from "./method.ts";
import { channelOf, messageOf, needScope, writableChannelOf } from "./method.ts";
import { toContent } from "./message-content.ts";

const contentArguments = {
  text: "string",
  blocks: "array",
  attachments: "array",
  markdown_text: "string",
  parse: "string",
  link_names: "boolean",
  as_user: "boolean",
  username: "string",
  icon_emoji: "string",
  icon_url: "string",
} as const;

/** `chat.*` except streaming. */
export const chatMethods: Methods = {
  "chat.postMessage": {
    token: "bot",
    scopes: ["chat:write"],
    args: {
      channel: "string!",
      ...contentArguments,
      thread_ts: "string",
      reply_broadcast: "boolean",
      metadata: "object",
      unfurl_links: "boolean",
      unfurl_media: "boolean",
      mrkdwn: "boolean",
    },
    run: postMessage,
  },
  "chat.postEphemeral": {
    token: "bot",
    scopes: ["chat:write"],
    args: { channel: "string!", user: "string!", ...contentArguments, thread_ts: "string" },
    run: postEphemeral,
  },
  "chat.update": {
    token: "bot",
    scopes: ["chat:write"],
    args: {
      channel: "string!",
      ts: "string!",
      text: "string",
      blocks: "array",
      attachments: "array",
      markdown_text: "string",
      metadata: "object",
      parse: "string",
      link_names: "boolean",
      as_user: "boolean",
      reply_broadcast: "boolean",
      file_ids: "array",
    },
    run: update,
  },
  "chat.delete": {
    token: "bot",
    scopes: ["chat:write"],
    args: { channel: "string!", ts: "string!", as_user: "boolean" },
    run: remove,
  },
  "chat.getPermalink": {
    token: "bot",
    scopes: [],
    args: { channel: "string!", message_ts: "string!" },
    run: permalink,
  },
};

/** The root a reply goes to; a malformed or unknown ts is refused. */
export function threadOf(channel: Channel, args: Arguments): string | undefined {
  const threadTs = textOf(args, "thread_ts");
  if (threadTs === undefined || threadTs === "") return undefined;
  if (!/^\d{10}\.\d{6}$/.test(threadTs)) throw new ApiError("invalid_thread_ts");
  const root = channel.byTs.get(threadTs);
  if (root === undefined) throw new ApiError("thread_not_found");
  // A reply to a reply lands in the thread of the first.
  return root.threadTs ?? threadTs;
}

function postMessage(call: Call): Record<string, unknown> {
  const { platform, args } = call;
  const channel = targetOf(call);
  const threadTs = threadOf(channel, args);
  const content = toContent(args);
  const username = usernameOf(call);
  const message = platform.state.post(channel, {
    ...botAuthor(call),
    ...content,
    ...(username === undefined ? {} : { username, subtype: "bot_message" }),
    ...(threadTs === undefined ? {} : { threadTs }),
    ...(threadTs !== undefined && args["reply_broadcast"] === true ? { subtype: "thread_broadcast" } : {}),
  });
  platform.state.changed(() => ({ kind: "message", what: "posted", message: platform.state.seen(message) }));
  void platform.events.posted(channel, message);
  return { channel: channel.id, ts: message.ts, message: wire(call, channel, message) };
}

function postEphemeral(call: Call): Record<string, unknown> {
  const { platform, args } = call;
  const channel = writableChannelOf(call);
  const user = textOf(args, "user") ?? "";
  if (!channel.members.has(user)) throw new ApiError("user_not_in_channel");
  const threadTs = threadOf(channel, args);
  const message = platform.state.postEphemeral(channel, {
    ...botAuthor(call),
    ...toContent(args),
    ephemeralTo: user,
    ...(threadTs === undefined ? {} : { threadTs }),
  });
  platform.state.changed(() => ({ kind: "ephemeral", message: platform.state.seen(message) }));
  return { message_ts: message.ts };
}

function update(call: Call): Record<string, unknown> {
  const { platform, args } = call;
  const channel = writableChannelOf(call);
  const message = messageOf(channel, textOf(args, "ts"));
  if (message.botId !== call.bot.botId) throw new ApiError("cant_update_message");
  if (message.stream?.state === "in_progress") throw new ApiError("streaming_state_conflict");
  const content = toContent(args);
  const previous = platform.events.wire(channel, message);
  const now = Date.now();
  if (platform.state.keepText) message.edits.push({ at: now, by: call.bot.botUserId, text: message.text });
  const metadata = content.metadata ?? message.metadata;
  delete message.blocks;
  Object.assign(message, content, metadata === undefined ? {} : { metadata });
  message.edited = { user: call.bot.botUserId, ts: `${Math.floor(now / 1000)}.000000` };
  message.changedAt = now;
  platform.state.changed(() => ({ kind: "message", what: "changed", message: platform.state.seen(message) }));
  void platform.events.changed(channel, message, previous);
  return { channel: channel.id, ts: message.ts, text: message.text, message: wire(call, channel, message) };
}

function remove(call: Call): Record<string, unknown> {
  const { platform, args } = call;
  const channel = channelOf(call);
  const message = messageOf(channel, textOf(args, "ts"));
  if (message.botId !== call.bot.botId) throw new ApiError("cant_delete_message");
  const previous = platform.events.wire(channel, message);
  platform.state.remove(message);
  platform.state.changed(() => ({ kind: "message", what: "deleted", message: platform.state.seen(message) }));
  void platform.events.deleted(channel, message, previous);
  return { channel: channel.id, ts: message.ts };
}

function permalink(call: Call): Record<string, unknown> {
  const { platform, args } = call;
  const channel = channelOf(call);
  const message = messageOf(channel, textOf(args, "message_ts"));
  const domain = platform.state.teams.get(call.token.teamId)?.domain ?? "simulator";
  const thread = message.threadTs === undefined ? "" : `?thread_ts=${message.threadTs}&cid=${channel.id}`;
  return {
    channel: channel.id,
    permalink: `https://${domain}.slack.com/archives/${channel.id}/p${message.ts.replace(".", "")}${thread}`,
  };
}

/** A channel id, `#name`, or a user id, which means the direct conversation with that user. */
function targetOf(call: Call): Channel {
  const { state } = call.platform;
  const target = textOf(call.args, "channel") ?? "";
  if (!state.channels.has(target)) {
    const user = state.users.get(target);
    if (user !== undefined && user.teamId === call.token.teamId)
      return state.directChannel(user.id, call.bot.botUserId);
    if (target.startsWith("#"))
      for (const channel of state.channels.values())
        if (channel.name === target.slice(1) && channel.teamIds.includes(call.token.teamId))
          return writableChannelOf({ ...call, args: { ...call.args, channel: channel.id } });
  }
  return writableChannelOf(call);
}

function usernameOf(call: Call): string | undefined {
  const username = textOf(call.args, "username");
  if (username !== undefined || call.args["icon_emoji"] !== undefined || call.args["icon_url"] !== undefined)
    needScope(call.token, ["chat:write.customize"]);
  return username;
}

/** The author fields of whatever this bot posts. */
export function botAuthor(call: Call): { teamId: string; user: string; botId: string; appId: string } {
  return {
    teamId: call.bot.teamId,
    user: call.bot.botUserId,
    botId: call.bot.botId,
    appId: call.platform.state.app.appId,
  };
}

function wire(call: Call, channel: Channel, message: Message): Record<string, unknown> {
  return toWireMessage(call.platform.state, channel, message, { baseUrl: call.platform.url, metadata: true });
}
