import type { MembershipEnvelope, Parsed } from "../../src/core/envelope.ts";
import { fieldsAt, textAt } from "../kit/fields.ts";
import { plainText } from "../kit/write-markdown.ts";
import {
  ignored,
  placeOf,
  senderOf,
  toEnvelope,
  type DiscordContext,
  type Dispatch,
} from "./parse-context.ts";
import { parseInteraction } from "./parse-interaction.ts";
import { parseChange, parseDeletion, parseMessage } from "./parse-message.ts";

/** Reads one event of Discord's. Pure; never throws, whatever the shape. Says why where there is nothing for us. */
export function parseDiscord(dispatch: Dispatch, context: DiscordContext): Parsed {
  switch (textAt(dispatch, "t")) {
    case "MESSAGE_CREATE":
      return parseMessage(dispatch, context);
    case "MESSAGE_UPDATE":
      return parseChange(dispatch, context);
    case "MESSAGE_DELETE":
      return parseDeletion(dispatch, context);
    case "MESSAGE_REACTION_ADD":
    case "MESSAGE_REACTION_REMOVE":
      return parseReaction(dispatch, context);
    case "TYPING_START":
      return parseTyping(dispatch, context);
    case "INTERACTION_CREATE":
      return parseInteraction(dispatch, context);
    case "GUILD_CREATE":
      return parseGuild(dispatch, context, "joined");
    case "GUILD_DELETE":
      return parseGuild(dispatch, context, "uninstalled");
    default:
      return ignored(`event we do not need: ${plainText(textAt(dispatch, "t") ?? "").slice(0, 60)}`);
  }
}

/** Discord gives a reaction no id of its own. */
function parseReaction(dispatch: Dispatch, context: DiscordContext): Parsed {
  const event = fieldsAt(dispatch, "d");
  const target = textAt(event, "message_id");
  const channelId = textAt(event, "channel_id");
  const user = textAt(event, "user_id");
  const emoji = textAt(fieldsAt(event, "emoji"), "name");
  if (target === undefined || channelId === undefined || user === undefined || emoji === undefined)
    return ignored("incomplete reaction");
  if (user === context.botUserId) return ignored("own reaction");
  const place = placeOf(channelId, target, context);
  if (place === undefined) return ignored("reaction in a channel the bot cannot see");
  const member = fieldsAt(event, "member");
  const added = textAt(dispatch, "t") === "MESSAGE_REACTION_ADD";
  return toEnvelope(context, dispatch, {
    kind: "reaction",
    id: `${target}:${emoji}:${user}:${added ? "added" : "removed"}`,
    place,
    sender: senderOf(fieldsAt(member, "user"), { member }) ?? { id: user, kind: "user" },
    sentAt: context.receivedAt,
    emoji: plainText(emoji),
    added,
    targetId: target,
  });
}

/** Only where a conversation is one: of a channel's threads nobody knows which one somebody types for. */
function parseTyping(dispatch: Dispatch, context: DiscordContext): Parsed {
  const event = fieldsAt(dispatch, "d");
  const channelId = textAt(event, "channel_id");
  const user = textAt(event, "user_id");
  if (channelId === undefined || user === undefined) return ignored("incomplete typing");
  if (user === context.botUserId) return ignored("own typing");
  const place = placeOf(channelId, "", context);
  if (place === undefined || (place.thread === "" && place.audience !== "direct"))
    return ignored("typing in no conversation");
  const member = fieldsAt(event, "member");
  return toEnvelope(context, dispatch, {
    kind: "typing",
    id: `typing:${channelId}:${user}:${context.receivedAt.getTime()}`,
    place,
    sender: senderOf(fieldsAt(member, "user"), { member }) ?? { id: user, kind: "user" },
    sentAt: context.receivedAt,
  });
}

/** The bot came to a server, or was removed from it. A server that is only away for a while is neither. */
function parseGuild(
  dispatch: Dispatch,
  context: DiscordContext,
  change: MembershipEnvelope["change"],
): Parsed {
  const event = fieldsAt(dispatch, "d");
  const guild = textAt(event, "id");
  if (guild === undefined || event["unavailable"] === true) return ignored("a server is away for a while");
  return toMembership(context, { t: dispatch["t"], d: { id: guild } }, change);
}

/** Something that happened to the whole server, in no place. */
export function toMembership(
  context: DiscordContext,
  dispatch: Dispatch,
  change: MembershipEnvelope["change"],
): Parsed {
  return toEnvelope(context, dispatch, {
    kind: "membership",
    id: `${change}:${context.installation}:${context.receivedAt.getTime()}`,
    place: { space: "", thread: "", audience: "group" },
    sender: { id: "discord", kind: "bot" },
    sentAt: context.receivedAt,
    change,
  });
}
