import { refuse } from "./api-error.ts";
import { checkAdaptiveCard } from "./check-card.ts";
import { isRecord } from "../kit/is-record.ts";
import type { Conversation } from "./model.ts";
import type { Platform } from "./platform.ts";
import { textOf } from "./seen-message.ts";

type Fields = Record<string, unknown>;

const cardTypes = new Set(
  ["hero", "thumbnail", "receipt", "signin", "animation", "audio", "video"].map(
    (name) => `application/vnd.microsoft.card.${name}`,
  ),
);
const otherTypes = new Set([
  "application/vnd.microsoft.card.adaptive",
  "application/vnd.microsoft.card.oauth",
  "application/vnd.microsoft.teams.card.list",
  "application/vnd.microsoft.teams.card.o365connector",
  "application/vnd.microsoft.teams.card.file.consent",
  "application/vnd.microsoft.teams.card.file.info",
  "text/html",
]);
const consentType = "application/vnd.microsoft.teams.card.file.consent";
const maxAttachments = 10;

/** Refuses a message the connector would not take; complains of what it takes without doing what was meant. */
export function checkMessage(platform: Platform, conversation: Conversation, activity: Fields): void {
  const { text, textFormat, attachments, entities } = activity;
  if (text !== undefined && text !== null && typeof text !== "string")
    throw refuse("BadSyntax", "text is not a string");
  if (!isOneOf(textFormat, ["markdown", "plain", "xml"]))
    throw refuse("BadSyntax", `textFormat ${String(textFormat)} is unknown`);
  if (!isOneOf(activity["attachmentLayout"], ["list", "carousel"]))
    throw refuse("BadSyntax", "attachmentLayout is unknown");
  if (textFormat === "xml") checkXml(textOf(activity));
  const attached = checkList("attachments", attachments);
  if (attached.length > maxAttachments) throw refuse("BadSyntax", `more than ${maxAttachments} attachments`);
  for (const attachment of attached) checkAttachment(conversation, attachment);
  checkMentions(platform, conversation, textOf(activity), checkList("entities", entities));
  if (textOf(activity).trim() === "" && attached.length === 0)
    throw refuse("BadSyntax", "Invalid or missing activity content: it has neither text nor attachments");
  checkSuggestions(platform, conversation, activity["suggestedActions"]);
}

function checkAttachment(conversation: Conversation, attachment: Fields): void {
  const type = attachment["contentType"];
  if (typeof type !== "string") throw refuse("BadSyntax", "an attachment has no contentType");
  if (type.startsWith("image/")) {
    if (typeof attachment["contentUrl"] !== "string")
      throw refuse("BadSyntax", "a picture has no contentUrl");
    return;
  }
  if (!cardTypes.has(type) && !otherTypes.has(type))
    throw refuse("BadSyntax", `attachments of type ${type} are not supported`);
  if (type === "application/vnd.microsoft.card.adaptive") return checkAdaptiveCard(attachment["content"]);
  if (type !== consentType) return;
  if (conversation.kind !== "personal")
    throw refuse("BadSyntax", "a file consent card is for personal chats");
  const { content, name } = attachment;
  if (typeof name !== "string" || !isRecord(content) || typeof content["sizeInBytes"] !== "number")
    throw refuse("BadSyntax", "a file consent card has a name and content with sizeInBytes");
}

/** A mention needs an entity, its `<at>` in the text and somebody who is there. There is no mention of everyone. */
function checkMentions(
  platform: Platform,
  conversation: Conversation,
  text: string,
  entities: readonly Fields[],
): void {
  const marked = new Set<string>();
  for (const { type, text: mark, mentioned } of entities) {
    if (type !== "mention") continue;
    if (!isRecord(mentioned) || typeof mentioned["id"] !== "string" || typeof mark !== "string")
      throw refuse("BadSyntax", "a mention has a text and mentioned.id");
    if (!/^<at>.*<\/at>$/s.test(mark) || !text.includes(mark))
      throw refuse("BadSyntax", `the text has no ${mark} for its mention`);
    if (!isMember(platform, conversation, mentioned["id"]))
      throw refuse("BadSyntax", `${mentioned["id"]} is not a member and cannot be mentioned`);
    marked.add(mark);
  }
  for (const [mark] of text.matchAll(/<at>.*?<\/at>/gs))
    if (!marked.has(mark))
      platform.recorder.complain("mention", "MentionWithoutEntity", `${mark} notifies nobody`);
}

function isMember(platform: Platform, conversation: Conversation, id: string): boolean {
  if (conversation.members.has(id)) return true;
  return [...conversation.members].some((member) => platform.state.people.get(member)?.aadObjectId === id);
}

function checkSuggestions(platform: Platform, conversation: Conversation, suggested: unknown): void {
  if (suggested === undefined || suggested === null) return;
  const list = isRecord(suggested) ? suggested["actions"] : undefined;
  if (!Array.isArray(list)) throw refuse("BadSyntax", "suggestedActions has no actions");
  for (const action of list)
    if (!isRecord(action) || typeof action["title"] !== "string" || typeof action["type"] !== "string")
      throw refuse("BadSyntax", "a suggested action has a type and a title");
  if (conversation.kind !== "personal" || list.length > 6)
    platform.recorder.complain(
      "suggestedActions",
      "NotShown",
      "they show in personal chats only, and six at most",
    );
}

/** XML text must be well formed, or the whole message is refused. */
function checkXml(text: string): void {
  const open: string[] = [];
  for (const [tag, closing, name = "", selfClosing] of text.matchAll(
    /<(\/?)([A-Za-z][\w-]*)[^<>]*?(\/?)>/g,
  )) {
    if (selfClosing === "/" || /^(br|hr|img)$/i.test(name)) continue;
    if (closing !== "/") open.push(name);
    else if (open.pop() !== name) throw refuse("BadSyntax", `the xml text is malformed at ${tag}`);
  }
  if (open.length > 0) throw refuse("BadSyntax", `the xml text never closes ${open.join(", ")}`);
  if (/<(?![/A-Za-z])|&(?!#?\w+;)/.test(text)) throw refuse("BadSyntax", "the xml text has a bare < or &");
}

function checkList(name: string, value: unknown): Fields[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every(isRecord))
    throw refuse("BadSyntax", `${name} is not a list of objects`);
  return value;
}

function isOneOf(value: unknown, known: readonly string[]): boolean {
  return value === undefined || value === null || (typeof value === "string" && known.includes(value));
}
