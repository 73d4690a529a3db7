import type { MembershipEnvelope, Parsed } from "../../src/core/envelope.ts";
import { fieldsAt, listAt, numberAt, textAt, textsAt, type Fields } from "../kit/fields.ts";
import { plainText } from "./markup.ts";
import { ignored, isTimestamp, placeOf, toDate, toEnvelope, type SlackContext } from "./parse-context.ts";
import { parseCommand, parseInteraction } from "./parse-interaction.ts";
import { parseChange, parseDeletion, parseMessage } from "./parse-message.ts";

/**
 * Reads whatever Slack delivers: an event, an interaction or a slash command. Pure; never throws, whatever the
 * shape. Says why where there is nothing for us.
 */
export function parseSlack(body: Fields, context: SlackContext): Parsed {
  if (textAt(body, "command") !== undefined) return parseCommand(body, context);
  switch (textAt(body, "type")) {
    case "event_callback":
      return parseEvent(body, fieldsAt(body, "event"), context);
    case "app_rate_limited":
      return parseRateLimited(body, context);
    default:
      return parseInteraction(body, context);
  }
}

function parseEvent(body: Fields, event: Fields, context: SlackContext): Parsed {
  switch (textAt(event, "type")) {
    case "message":
      return parseMessageEvent(body, event, context);
    case "app_mention":
      return parseMessage(event, originOf(body, event, true), context);
    case "reaction_added":
    case "reaction_removed":
      return parseReaction(body, event, context);
    case "app_home_opened":
      return parseHomeOpened(body, event, context);
    case "member_joined_channel":
    case "member_left_channel":
    case "channel_left":
    case "group_left":
      return parseMember(body, event, context);
    case "app_uninstalled":
      return toMembership(body, context, "uninstalled", "uninstalled");
    case "tokens_revoked":
      return parseRevoked(body, event, context);
    default:
      return ignored(`event we do not need: ${plainText(textAt(event, "type") ?? "").slice(0, 60)}`);
  }
}

function parseMessageEvent(body: Fields, event: Fields, context: SlackContext): Parsed {
  const origin = originOf(body, event, false);
  if (origin.space === "") return ignored("message without a channel");
  switch (textAt(event, "subtype")) {
    case "message_changed":
      return parseChange(event, origin, context);
    case "message_deleted":
      return parseDeletion(event, origin, context);
    default:
      return parseMessage(event, origin, context);
  }
}

function originOf(body: Fields, event: Fields, mention: boolean) {
  return {
    body,
    space: textAt(event, "channel") ?? "",
    channelType: textAt(event, "channel_type"),
    shared: body["is_ext_shared_channel"] === true,
    mention,
  };
}

/** Slack names the message but not its thread: the place is the message's own, found upstream by `targetId`. */
function parseReaction(body: Fields, event: Fields, context: SlackContext): Parsed {
  const item = fieldsAt(event, "item");
  const user = textAt(event, "user");
  const emoji = textAt(event, "reaction");
  const space = textAt(item, "channel");
  const ts = textAt(item, "ts");
  if (textAt(item, "type") !== "message" || space === undefined || !isTimestamp(ts)) {
    return ignored("reaction to something that is no message");
  }
  if (user === undefined || emoji === undefined) return ignored("incomplete reaction");
  if (user === context.botUserId) return ignored("own reaction");
  const added = textAt(event, "type") === "reaction_added";
  const at = textAt(event, "event_ts");
  return toEnvelope(context, body, {
    kind: "reaction",
    id: `${ts}:${emoji}:${user}:${added ? "added" : "removed"}:${at ?? ""}`,
    place: placeOf(space, ts, undefined, { shared: body["is_ext_shared_channel"] === true }),
    sender: { id: user, kind: "user" },
    sentAt: isTimestamp(at) ? toDate(at) : context.receivedAt,
    emoji: plainText(emoji),
    added,
    targetId: ts,
  });
}

function parseHomeOpened(body: Fields, event: Fields, context: SlackContext): Parsed {
  const user = textAt(event, "user");
  if (user === undefined) return ignored("home opened by nobody");
  if (textAt(event, "tab") === "messages") return ignored("messages tab opened");
  const at = textAt(event, "event_ts");
  return toEnvelope(context, body, {
    kind: "membership",
    id: `home:${user}:${at ?? ""}`,
    place: { space: textAt(event, "channel") ?? user, thread: "", audience: "direct" },
    sender: { id: user, kind: "user" },
    sentAt: isTimestamp(at) ? toDate(at) : context.receivedAt,
    change: "home opened",
  });
}

function parseMember(body: Fields, event: Fields, context: SlackContext): Parsed {
  const type = textAt(event, "type");
  const space = textAt(event, "channel");
  // `channel_left` and `group_left` are only ever about us.
  const user = type === "channel_left" || type === "group_left" ? context.botUserId : textAt(event, "user");
  if (space === undefined) return ignored("membership without a channel");
  if (user === undefined || user !== context.botUserId) return ignored("somebody else came or went");
  const change = type === "member_joined_channel" ? "joined" : "left";
  const at = textAt(event, "event_ts");
  const kind = textAt(event, "channel_type") === "G" ? "group" : undefined;
  return toEnvelope(context, body, {
    kind: "membership",
    id: `${change}:${at ?? textAt(body, "event_id") ?? ""}`,
    place: { ...placeOf(space, "", undefined, { type: kind }), thread: "" },
    sender: { id: textAt(event, "inviter") ?? user, kind: textAt(event, "inviter") ? "user" : "self" },
    sentAt: isTimestamp(at) ? toDate(at) : context.receivedAt,
    change,
  });
}

function parseRevoked(body: Fields, event: Fields, context: SlackContext): Parsed {
  const bots = textsAt(fieldsAt(event, "tokens"), "bot");
  if (bots.length === 0) return ignored("only a person's own token was revoked");
  return toMembership(body, context, "uninstalled", "revoked");
}

function parseRateLimited(body: Fields, context: SlackContext): Parsed {
  const minute = numberAt(body, "minute_rate_limited");
  return toMembership(body, context, "rate limited", `rate-limited:${minute ?? ""}`, minute);
}

/** Something that happened to the whole installation, in no place. */
function toMembership(
  body: Fields,
  context: SlackContext,
  change: MembershipEnvelope["change"],
  name: string,
  atSeconds = numberAt(body, "event_time"),
): Parsed {
  return toEnvelope(context, body, {
    kind: "membership",
    id: `${name}:${textAt(body, "event_id") ?? atSeconds ?? ""}`,
    place: { space: "", thread: "", audience: "group" },
    sender: { id: "slack", kind: "bot" },
    sentAt: atSeconds === undefined ? context.receivedAt : new Date(atSeconds * 1000),
    change,
  });
}

/**
 * The workspaces a delivery may belong to, the likeliest first. In a channel shared between organizations the
 * team of the author is not ours, so the context's team decides alone where Slack gives it.
 */
export function installationsNamedBy(body: Fields): readonly string[] {
  const context = textAt(body, "context_team_id");
  const grid = textAt(body, "context_enterprise_id") ?? textAt(body, "enterprise_id");
  const authorized = listAt(body, "authorizations").flatMap((one) =>
    one["is_enterprise_install"] === true
      ? (textAt(one, "enterprise_id") ?? [])
      : (textAt(one, "team_id") ?? []),
  );
  if (context !== undefined) return distinct([context, grid]);
  if (authorized.length > 0) return distinct([...authorized, grid]);
  const team = textAt(fieldsAt(body, "team"), "id");
  return distinct([
    textAt(body, "team_id"),
    textAt(fieldsAt(body, "view"), "app_installed_team_id"),
    team,
    textAt(fieldsAt(body, "enterprise"), "id"),
    grid,
    // A person's own team proves nothing, save where an org-wide installation leaves the team out.
    team === undefined ? textAt(fieldsAt(body, "user"), "team_id") : undefined,
  ]);
}

function distinct(ids: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(ids.filter((id): id is string => id !== undefined))];
}
