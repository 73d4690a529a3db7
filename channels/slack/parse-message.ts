import type { Attachment, MessageEnvelope, Parsed, Sender } from "../../src/core/envelope.ts";
import { fieldsAt, listAt, numberAt, textAt, type Fields } from "../kit/fields.ts";
import { toHandle } from "./attachments.ts";
import { plainText } from "./markup.ts";
import {
  ignored,
  isOwn,
  isTimestamp,
  placeOf,
  toDate,
  toEnvelope,
  type SlackContext,
} from "./parse-context.ts";
import { readText } from "./read-text.ts";

/** How a message event reached us, besides its own fields. */
interface MessageOrigin {
  /** The whole delivery, kept for replay. */
  readonly body: Fields;
  readonly space: string;
  readonly channelType: string | undefined;
  readonly shared: boolean;
  /** It came as `app_mention`, so it names us even where our own id is unknown. */
  readonly mention: boolean;
}

const spoken: ReadonlySet<string | undefined> = new Set([
  undefined,
  "file_share",
  "thread_broadcast",
  "me_message",
  "bot_message",
]);

/**
 * Reads what somebody said: a `message` or `app_mention` event, or a message out of the history.
 * Its identity is its `ts`, so the two events of one mention are one message.
 */
export function parseMessage(message: Fields, origin: MessageOrigin, context: SlackContext): Parsed {
  const subtype = textAt(message, "subtype");
  const ts = textAt(message, "ts");
  if (isOwn(message, context)) return ignored("own message");
  if (!spoken.has(subtype)) return ignored(`channel notice: ${plainText(subtype ?? "").slice(0, 60)}`);
  if (!isTimestamp(ts)) return ignored("message without a usable ts");
  const sender = senderOf(message, context);
  if (sender === undefined) return ignored("message without a sender");
  if (sender.kind === "bot" && !isAllowedBot(message, context)) return ignored("another bot");

  const { text, users, everyone } = readText(message, context.botUserId);
  const attachments = attachmentsOf(message);
  const mentionsUs = origin.mention || (context.botUserId !== undefined && users.has(context.botUserId));
  if (text === "" && attachments.length === 0 && !mentionsUs) return ignored("empty message");

  const threadTs = threadOf(message);
  const { space, channelType: type, shared } = origin;
  return toEnvelope(context, origin.body, {
    kind: "message",
    id: ts,
    place: placeOf(space, ts, threadTs, { type, shared }),
    sender,
    sentAt: toDate(ts),
    text,
    attachments,
    addressed: addressedAs(message, origin, mentionsUs, context),
    mentionsOthers: everyone || [...users].some((user) => user !== context.botUserId),
    inThread: threadTs !== undefined && threadTs !== ts,
  });
}

/** A message somebody changed. Previews that Slack unfolds arrive as changes too and are none. */
export function parseChange(event: Fields, origin: MessageOrigin, context: SlackContext): Parsed {
  const message = fieldsAt(event, "message");
  const previous = fieldsAt(event, "previous_message");
  const ts = textAt(message, "ts");
  if (isOwn(message, context)) return ignored("own message");
  if (!isTimestamp(ts)) return ignored("change without a usable ts");
  // A root with replies is not taken away but replaced by a tombstone.
  if (textAt(message, "subtype") === "tombstone") return toDelete(ts, previous, event, origin, context);
  const editedAt = textAt(fieldsAt(message, "edited"), "ts");
  if (!isTimestamp(editedAt)) return ignored("only a preview changed");
  const sender = senderOf(message, context);
  if (sender === undefined) return ignored("message without a sender");
  if (sender.kind === "bot" && !isAllowedBot(message, context)) return ignored("another bot");
  const { text } = readText(message, context.botUserId);
  const before = textAt(fieldsAt(previous, "edited"), "ts");
  if (before === editedAt && readText(previous, context.botUserId).text === text) {
    return ignored("only a preview changed");
  }
  const { space, channelType: type, shared } = origin;
  return toEnvelope(context, origin.body, {
    kind: "edit",
    id: `${ts}:edit:${editedAt}`,
    targetId: ts,
    place: placeOf(space, ts, threadOf(message), { type, shared }),
    sender,
    sentAt: toDate(editedAt),
    text,
  });
}

/** A message somebody took away. Slack does not say who did; the author stands in. */
export function parseDeletion(event: Fields, origin: MessageOrigin, context: SlackContext): Parsed {
  const previous = fieldsAt(event, "previous_message");
  const ts = textAt(event, "deleted_ts") ?? textAt(previous, "ts");
  if (isOwn(previous, context)) return ignored("own message");
  if (!isTimestamp(ts)) return ignored("deletion without a usable ts");
  return toDelete(ts, previous, event, origin, context);
}

function toDelete(
  ts: string,
  previous: Fields,
  event: Fields,
  origin: MessageOrigin,
  context: SlackContext,
): Parsed {
  if (isOwn(previous, context)) return ignored("own message");
  const at = textAt(event, "event_ts") ?? textAt(event, "ts");
  const { space, channelType: type, shared } = origin;
  return toEnvelope(context, origin.body, {
    kind: "delete",
    id: `${ts}:delete`,
    targetId: ts,
    place: placeOf(space, ts, threadOf(previous), { type, shared }),
    sender: senderOf(previous, context) ?? { id: "unknown", kind: "user" },
    sentAt: isTimestamp(at) ? toDate(at) : context.receivedAt,
  });
}

function threadOf(message: Fields): string | undefined {
  const threadTs = textAt(message, "thread_ts");
  return isTimestamp(threadTs) ? threadTs : undefined;
}

function addressedAs(
  message: Fields,
  origin: MessageOrigin,
  mentionsUs: boolean,
  context: SlackContext,
): MessageEnvelope["addressed"] {
  if (origin.channelType === "im" || origin.space.startsWith("D")) return "direct";
  if (mentionsUs) return "mention";
  const parent = textAt(message, "parent_user_id");
  return parent !== undefined && parent === context.botUserId ? "reply" : "none";
}

function senderOf(message: Fields, context: SlackContext): Sender | undefined {
  const bot = textAt(message, "bot_id");
  const id = textAt(message, "user") ?? bot;
  if (id === undefined) return undefined;
  const isBot = bot !== undefined || textAt(message, "subtype") === "bot_message" || id === "USLACKBOT";
  const name = nameOf(message);
  const home = textAt(message, "user_team") ?? textAt(message, "source_team") ?? textAt(message, "team");
  return {
    id,
    kind: isBot ? "bot" : "user",
    ...(name === undefined ? {} : { name }),
    ...(home === undefined || home === context.installation ? {} : { homeTeam: home }),
  };
}

function nameOf(message: Fields): string | undefined {
  const profile = fieldsAt(message, "user_profile");
  const name =
    textAt(profile, "display_name") ??
    textAt(profile, "real_name") ??
    textAt(message, "username") ??
    textAt(fieldsAt(message, "bot_profile"), "name");
  return name === undefined ? undefined : plainText(name);
}

function isAllowedBot(message: Fields, context: SlackContext): boolean {
  const names = [
    textAt(message, "bot_id"),
    textAt(message, "app_id"),
    textAt(message, "user"),
    textAt(fieldsAt(message, "bot_profile"), "app_id"),
  ];
  return names.some((name) => name !== undefined && context.allowedBots.has(name));
}

function attachmentsOf(message: Fields): readonly Attachment[] {
  return listAt(message, "files").flatMap((file) => {
    const id = textAt(file, "id");
    const mode = textAt(file, "mode");
    // A deleted file leaves a tombstone, one over the plan's limit is hidden: neither can be read.
    if (id === undefined || mode === "tombstone" || mode === "hidden_by_limit") return [];
    return [
      {
        id,
        name: plainText(textAt(file, "name") ?? textAt(file, "title") ?? id),
        mimeType: textAt(file, "mimetype") ?? "application/octet-stream",
        bytes: numberAt(file, "size") ?? 0,
        handle: toHandle(id, textAt(file, "url_private_download") ?? textAt(file, "url_private")),
      },
    ];
  });
}
