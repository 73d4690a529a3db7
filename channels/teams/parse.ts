import type { MembershipEnvelope, Parsed } from "../../src/core/envelope.ts";
import { fieldsAt, listAt, textAt, type Fields } from "../kit/fields.ts";
import { plainText } from "../kit/write-markdown.ts";
import { parseInvoke } from "./parse-action.ts";
import {
  botIdOf,
  ignored,
  isOwn,
  senderOf,
  sentAtOf,
  toEnvelope,
  type TeamsContext,
} from "./parse-context.ts";
import { parseDeletion, parseMessage, parseUpdate } from "./parse-message.ts";
import { placeOf, toMessageId } from "./place.ts";

/**
 * Reads whatever Teams delivers. Pure; never throws, whatever the shape. Says why where there is nothing for us.
 * That the activity is genuine was found out before (see `verify.ts`).
 */
export function parseTeams(activity: Fields, context: TeamsContext): Parsed {
  switch (textAt(activity, "type")) {
    case "message":
      return parseMessage(activity, context);
    case "messageUpdate":
      return parseUpdate(activity, context);
    case "messageDelete":
      return parseDeletion(activity, context);
    case "messageReaction":
      return parseReaction(activity, context);
    case "typing":
      return parseTyping(activity, context);
    case "invoke":
      return parseInvoke(activity, context);
    case "conversationUpdate":
      return parseMembers(activity, context);
    case "installationUpdate":
      return parseInstallation(activity, context);
    default:
      return ignored(`activity we do not need: ${plainText(textAt(activity, "type") ?? "").slice(0, 60)}`);
  }
}

/** Teams sends one activity for each change; should one hold several, the first stands for them. */
function parseReaction(activity: Fields, context: TeamsContext): Parsed {
  const place = placeOf(activity);
  const sender = senderOf(activity);
  const target = textAt(activity, "replyToId");
  if (isOwn(activity, context)) return ignored("own reaction");
  const [added] = listAt(activity, "reactionsAdded");
  const [removed] = listAt(activity, "reactionsRemoved");
  const emoji = textAt(added ?? removed ?? {}, "type");
  if (place === undefined || sender === undefined || target === undefined || emoji === undefined)
    return ignored("incomplete reaction");
  const sentAt = sentAtOf(activity, context);
  const targetId = toMessageId(place, target);
  const way = added === undefined ? "removed" : "added";
  return toEnvelope(context, activity, {
    kind: "reaction",
    // The activity's own id is that of the message.
    id: `${targetId}:${emoji}:${sender.id}:${way}:${sentAt.getTime()}`,
    place,
    sender,
    sentAt,
    emoji: plainText(emoji),
    added: added !== undefined,
    targetId,
  });
}

function parseTyping(activity: Fields, context: TeamsContext): Parsed {
  const place = placeOf(activity);
  const sender = senderOf(activity);
  if (isOwn(activity, context)) return ignored("own typing");
  if (place === undefined || sender === undefined) return ignored("incomplete typing");
  const sentAt = sentAtOf(activity, context);
  const id = `typing:${sender.id}:${sentAt.getTime()}`;
  return toEnvelope(context, activity, { kind: "typing", id, place, sender, sentAt });
}

function parseMembers(activity: Fields, context: TeamsContext): Parsed {
  const isUs = (member: Fields): boolean => textAt(member, "id")?.toLowerCase() === botIdOf(context);
  if (listAt(activity, "membersAdded").some(isUs)) return toMembership(activity, context, "joined");
  if (listAt(activity, "membersRemoved").some(isUs)) return toMembership(activity, context, "left");
  return ignored("somebody else came or went");
}

/** Taken out of one team or chat, the app is still in the others: that ends no installation. */
function parseInstallation(activity: Fields, context: TeamsContext): Parsed {
  const action = textAt(activity, "action") ?? "";
  if (action.startsWith("add")) return toMembership(activity, context, "joined");
  if (action.startsWith("remove")) return toMembership(activity, context, "left");
  return ignored("an installation changed in no way we know");
}

function toMembership(activity: Fields, context: TeamsContext, change: MembershipEnvelope["change"]): Parsed {
  const place = placeOf(activity);
  const sender = senderOf(activity);
  if (place === undefined || sender === undefined) return ignored("membership without a conversation");
  const sentAt = sentAtOf(activity, context);
  const id = textAt(activity, "id") ?? textAt(fieldsAt(activity, "channelData"), "clientActivityID");
  return toEnvelope(context, activity, {
    kind: "membership",
    id: `${change}:${textAt(activity, "type") ?? ""}:${id ?? sentAt.getTime()}`,
    place,
    sender,
    sentAt,
    change,
  });
}
