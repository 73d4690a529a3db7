import { ApiError } from "../api-error.ts";
import { textOf } from "../arguments.ts";
import type { Channel, Message } from "../model.ts";
import type { Platform } from "../platform.ts";
import type { DeliveryRecord } from "../record.ts";
import { toWireMessage } from "../seen-message.ts";
import type { Call, Methods } from "./method.ts";
import { messageOf, writableChannelOf } from "./method.ts";

const place = { channel: "string!", timestamp: "string!" } as const;

/** `reactions.*` on messages. */
export const reactionMethods: Methods = {
  "reactions.add": {
    token: "bot",
    scopes: ["reactions:write"],
    args: { ...place, name: "string!" },
    run: (call) => react(call, "add"),
  },
  "reactions.remove": {
    token: "bot",
    scopes: ["reactions:write"],
    args: { ...place, name: "string!" },
    run: (call) => react(call, "remove"),
  },
  "reactions.get": {
    token: "bot",
    scopes: ["reactions:read"],
    args: { ...place, full: "boolean" },
    run(call) {
      const channel = writableChannelOf(call);
      const message = messageOf(channel, textOf(call.args, "timestamp"));
      return {
        type: "message",
        channel: channel.id,
        message: toWireMessage(call.platform.state, channel, message, {
          baseUrl: call.platform.url,
          metadata: false,
        }),
      };
    },
  },
};

/** Adds or takes back a reaction; false when there was nothing to do. */
export function applyReaction(
  platform: Platform,
  reaction: { channel: Channel; message: Message; user: string; name: string; what: "add" | "remove" },
): false | Promise<DeliveryRecord[]> {
  const { message, user, name, what } = reaction;
  const existing = message.reactions.find((one) => one.name === name);
  const has = existing?.users.includes(user) === true;
  if (has === (what === "add")) return false;
  if (what === "add") {
    if (existing === undefined) message.reactions.push({ name, users: [user] });
    else existing.users.push(user);
  } else if (existing !== undefined) {
    existing.users.splice(existing.users.indexOf(user), 1);
    if (existing.users.length === 0) message.reactions.splice(message.reactions.indexOf(existing), 1);
  }
  platform.state.changed(() => ({ kind: "message", what: "reacted", message: platform.state.seen(message) }));
  return platform.events.reacted(what === "add" ? "reaction_added" : "reaction_removed", reaction);
}

function react(call: Call, what: "add" | "remove"): Record<string, unknown> {
  const channel = writableChannelOf(call);
  const message = messageOf(channel, textOf(call.args, "timestamp"));
  const name = textOf(call.args, "name") ?? "";
  if (!/^[a-z0-9_+'-]+(::skin-tone-[2-6])?$/.test(name)) throw new ApiError("invalid_name");
  const applied = applyReaction(call.platform, { channel, message, user: call.bot.botUserId, name, what });
  if (applied === false) throw new ApiError(what === "add" ? "already_reacted" : "no_reaction");
  return {};
}
