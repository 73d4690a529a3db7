import { beginningOf, cutText } from "../../src/core/cut-text.ts";
import type { MessageEnvelope, Parsed, RepliedTo } from "../../src/core/envelope.ts";
import { fieldsAt, listAt, numberAt, textAt, type Fields } from "../kit/fields.ts";
import {
  attachmentsOf,
  ignored,
  isDirect,
  isThread,
  placeOf,
  senderOf,
  toEnvelope,
  type DiscordContext,
  type Dispatch,
} from "./parse-context.ts";
import { readText } from "./read-text.ts";
import { toReturnPath } from "./return-path.ts";
import { dateOf, isSnowflake } from "./snowflake.ts";

/** Why a message without a word in it is not taken in where it should have some. */
export const withoutContent = "message without content";

/** Ordinary ones, replies, and what bots say to a command. Everything else is a notice of Discord's. */
const spoken: ReadonlySet<number> = new Set([0, 19, 20, 23]);

/** Reads what somebody said: an event, or a message out of the history put into one. */
export function parseMessage(dispatch: Dispatch, context: DiscordContext): Parsed {
  const message = fieldsAt(dispatch, "d");
  const id = textAt(message, "id");
  const channelId = textAt(message, "channel_id");
  if (!isSnowflake(id) || channelId === undefined) return ignored("message without a usable id");
  if (isOwn(message, context)) return ignored("own message");
  const type = numberAt(message, "type") ?? 0;
  if (!spoken.has(type)) return ignored(`channel notice: type ${type}`);
  const sender = senderOf(fieldsAt(message, "author"), about(message));
  if (sender === undefined) return ignored("message without a sender");
  if (sender.kind === "bot" && !isAllowedBot(message, context)) return ignored("another bot");
  const place = placeOf(channelId, rootOf(message, id, context), context);
  if (place === undefined) return ignored("message in a channel the bot cannot see");

  const { text, namesUs, namesOthers } = readText(message, context);
  const said = [text, ...forwarded(message, context), ...stickers(message)].filter((part) => part !== "");
  const attachments = attachmentsOf(message, channelId);
  const isForUs = namesUs || place.audience === "direct";
  if (said.length === 0 && attachments.length === 0 && !isForUs) return ignored(withoutContent);

  const replied = fieldsAt(message, "referenced_message");
  const repliesTo = type === 19 ? textAt(fieldsAt(replied, "author"), "id") : undefined;
  const body = said.join("\n\n");
  return toEnvelope(context, dispatch, {
    kind: "message",
    id,
    place,
    sender,
    sentAt: dateOf(id),
    text: body,
    attachments,
    addressed: addressedAs(place.audience, namesUs, repliesTo === context.botUserId),
    mentionsOthers: namesOthers || (repliesTo !== undefined && repliesTo !== context.botUserId),
    inThread: isThread(context.channel?.type) || place.thread !== id,
    ...(type === 19 && repliedTo(message, context)),
    ...(place.thread === id && { returnPath: toReturnPath({ name: toThreadName(body) }) }),
  });
}

/** Which message it replies to; how that begins is left out where it is gone. */
function repliedTo(message: Fields, context: DiscordContext): { readonly repliesTo?: RepliedTo } {
  const id = textAt(fieldsAt(message, "message_reference"), "message_id");
  if (!isSnowflake(id)) return {};
  const { text } = readText(fieldsAt(message, "referenced_message"), context);
  return { repliesTo: { id, ...(text !== "" && { text: beginningOf(text, longestBeginning) }) } };
}

const longestBeginning = 200;

/** A message somebody changed. A preview that resolves, a pin or a new thread on it comes as a change too and is none. */
export function parseChange(dispatch: Dispatch, context: DiscordContext): Parsed {
  const message = fieldsAt(dispatch, "d");
  const id = textAt(message, "id");
  const channelId = textAt(message, "channel_id");
  const editedAt = textAt(message, "edited_timestamp");
  if (!isSnowflake(id) || channelId === undefined) return ignored("change without a usable id");
  if (isOwn(message, context)) return ignored("own message");
  if (editedAt === undefined || Number.isNaN(Date.parse(editedAt))) return ignored("nobody edited it");
  const sender = senderOf(fieldsAt(message, "author"), about(message));
  if (sender === undefined) return ignored("change without an author");
  if (sender.kind === "bot" && !isAllowedBot(message, context)) return ignored("another bot");
  const place = placeOf(channelId, rootOf(message, id, context), context);
  if (place === undefined) return ignored("change in a channel the bot cannot see");
  return toEnvelope(context, dispatch, {
    kind: "edit",
    id: `${id}:edit:${editedAt}`,
    targetId: id,
    place,
    sender,
    sentAt: new Date(editedAt),
    text: readText(message, context).text,
  });
}

/** Discord does not say who took a message away, nor whose it was. */
export function parseDeletion(dispatch: Dispatch, context: DiscordContext): Parsed {
  const event = fieldsAt(dispatch, "d");
  const id = textAt(event, "id");
  const channelId = textAt(event, "channel_id");
  if (!isSnowflake(id) || channelId === undefined) return ignored("deletion without a usable id");
  const place = placeOf(channelId, id, context);
  if (place === undefined) return ignored("deletion in a channel the bot cannot see");
  return toEnvelope(context, dispatch, {
    kind: "delete",
    id: `${id}:delete`,
    targetId: id,
    place,
    sender: { id: "unknown", kind: "user" },
    sentAt: context.receivedAt,
  });
}

const longestName = 80;

/** What a thread opened from a message with this text is called. */
export function toThreadName(text: string): string {
  const line = text
    .replaceAll(/[`*_~|>#[\]]/g, "")
    .replaceAll(/\s+/g, " ")
    .trim();
  return line === "" ? "Conversation" : cutText(line, longestName);
}

function isOwn(message: Fields, { botUserId, applicationId }: DiscordContext): boolean {
  if (textAt(fieldsAt(message, "author"), "id") === botUserId) return true;
  return textAt(message, "webhook_id") !== undefined && textAt(message, "application_id") === applicationId;
}

function isAllowedBot(message: Fields, { allowedBots }: DiscordContext): boolean {
  const names = [
    textAt(fieldsAt(message, "author"), "id"),
    textAt(message, "application_id"),
    textAt(message, "webhook_id"),
  ];
  return names.some((name) => name !== undefined && allowedBots.has(name));
}

function about(message: Fields): { readonly member: Fields; readonly webhook?: string } {
  const webhook = textAt(message, "webhook_id");
  return { member: fieldsAt(message, "member"), ...(webhook !== undefined && { webhook }) };
}

/**
 * The message a conversation hangs on. Where no thread may be opened our answers are replies to it, and a reply to
 * one of them goes on with the same conversation.
 */
function rootOf(message: Fields, id: string, { botUserId, channel }: DiscordContext): string {
  if (numberAt(message, "type") !== 19 || isDirect(channel?.type)) return id;
  const replied = fieldsAt(message, "referenced_message");
  if (textAt(fieldsAt(replied, "author"), "id") !== botUserId) return id;
  return textAt(fieldsAt(replied, "message_reference"), "message_id") ?? textAt(replied, "id") ?? id;
}

function addressedAs(audience: string, namesUs: boolean, repliesToUs: boolean): MessageEnvelope["addressed"] {
  if (audience === "direct") return "direct";
  if (namesUs) return "mention";
  return repliesToUs ? "reply" : "none";
}

/** A forwarded message is what the person wants to show. */
function forwarded(message: Fields, context: DiscordContext): string[] {
  return listAt(message, "message_snapshots").map((snapshot) =>
    readText(fieldsAt(snapshot, "message"), context).text.replaceAll(/^/gm, "> "),
  );
}

function stickers(message: Fields): string[] {
  return listAt(message, "sticker_items").map((sticker) => `[sticker: ${textAt(sticker, "name") ?? ""}]`);
}
