import { refusal } from "../api-error.ts";
import type { Channel, Message } from "../model.ts";
import { toWireUser } from "../wire-people.ts";
import { demand, done, findChannel, findMessage, param } from "./call.ts";
import type { RestAnswer, RestCall, Routes } from "./call.ts";

const base = "/channels/:channel/messages/:message/reactions";

/** Reactions. The bot's own can be set and cleared any number of times. */
export const reactionRoutes: Routes = {
  [`PUT ${base}/:emoji/@me`]: (call) => react(call, true),
  [`DELETE ${base}/:emoji/@me`]: (call) => react(call, false),
  [`DELETE ${base}/:emoji/:user`]: removeOfOther,
  [`GET ${base}/:emoji`]: list,
};

function react(call: RestCall, on: boolean): RestAnswer {
  const { state, publisher } = call.platform;
  const channel = findChannel(call, "ReadMessageHistory");
  const message = findMessage(call, channel);
  if (channel.thread?.archived === true) throw refusal(50083);
  const emoji = emojiOf(call);
  if (on && !message.reactions.some((reaction) => reaction.emoji === emoji))
    demand(call, channel, "AddReactions");
  const userId = state.app.botUserId;
  if (applyReaction(message, { userId, emoji, on }))
    void publisher.reacted(channel, message, { userId, emoji, on });
  return { ...done, messageId: message.id };
}

function removeOfOther(call: RestCall): RestAnswer {
  const { publisher } = call.platform;
  const channel: Channel = findChannel(call, "ManageMessages");
  const message = findMessage(call, channel);
  const reaction = { userId: param(call, "user"), emoji: emojiOf(call), on: false };
  if (applyReaction(message, reaction)) void publisher.reacted(channel, message, reaction);
  return { ...done, messageId: message.id };
}

function list(call: RestCall): RestAnswer {
  const message = findMessage(call, findChannel(call, "ReadMessageHistory"));
  const users = message.reactions.find(({ emoji }) => emoji === emojiOf(call))?.users ?? [];
  const { state } = call.platform;
  const body = users.flatMap((id) => {
    const user = state.users.get(id);
    return user === undefined ? [] : [toWireUser(user)];
  });
  return { status: 200, body };
}

/** A unicode emoji or `name:id`; anything else is no emoji. */
function emojiOf(call: RestCall): string {
  const emoji = param(call, "emoji");
  const isCustom = /^\w{2,32}:\d{17,20}$/.test(emoji);
  if (!isCustom && !/^(?:\p{RGI_Emoji}|\p{Extended_Pictographic})$/v.test(emoji)) throw refusal(10014);
  return emoji;
}

/** Sets or clears a reaction; whether that changed anything. */
export function applyReaction(
  message: Message,
  { userId, emoji, on }: { userId: string; emoji: string; on: boolean },
): boolean {
  const found = message.reactions.find((reaction) => reaction.emoji === emoji);
  if ((found?.users.includes(userId) ?? false) === on) return false;
  if (found === undefined) message.reactions.push({ emoji, users: [userId] });
  else if (on) found.users.push(userId);
  else {
    found.users.splice(found.users.indexOf(userId), 1);
    if (found.users.length === 0) message.reactions.splice(message.reactions.indexOf(found), 1);
  }
  return true;
}
