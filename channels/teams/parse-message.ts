import { behindQuotes } from "../../src/core/behind-quotes.ts";
import type { Attachment, MessageEnvelope, Parsed, Place } from "../../src/core/envelope.ts";
import { fieldsAt, isFields, textAt, type Fields } from "../kit/fields.ts";
import { attachmentsOf } from "./attachments.ts";
import { parseSubmit } from "./parse-action.ts";
import { readSpoken, type Spoken } from "./mentions.ts";
import {
  botIdOf,
  ignored,
  isOwn,
  senderOf,
  sentAtOf,
  toEnvelope,
  type TeamsContext,
} from "./parse-context.ts";
import { placeOf, toMessageId } from "./place.ts";

/** Reads what somebody said, or pressed: a card's `Action.Submit` comes as a message that holds a value. */
export function parseMessage(activity: Fields, context: TeamsContext): Parsed {
  const id = textAt(activity, "id");
  const place = placeOf(activity);
  const sender = senderOf(activity);
  if (isOwn(activity, context)) return ignored("own message");
  if (id === undefined || place === undefined) return ignored("message without an id or a conversation");
  if (sender === undefined) return ignored("message without a sender");
  if (sender.kind === "bot" && !context.allowedBots.has(sender.id)) return ignored("another bot");
  if (isFields(activity["value"])) return parseSubmit(activity, { place, sender }, context);

  const spoken = readSpoken(activity, botIdOf(context));
  const attachments = attachmentsOf(activity);
  if (spoken.text === "" && attachments.length === 0 && !spoken.mentionsUs) return ignored("empty message");
  // A message of a channel that names no thread opens one.
  const at = place.audience !== "direct" && place.thread === "" ? { ...place, thread: id } : place;
  const base = { id: toMessageId(at, id), place: at, sender, sentAt: sentAtOf(activity, context) };
  const command = readCommand(spoken.text);
  if (command !== undefined && place.audience === "direct" && attachments.length === 0) {
    return toEnvelope(context, activity, { kind: "command", ...base, ...command });
  }
  const said = describe({ activity, spoken, attachments, command }, at.audience === "direct");
  return toEnvelope(context, activity, {
    ...base,
    ...said,
    ...answering(spoken, said.text, at),
    inThread: isChannel(activity) && at.thread !== id,
  });
}

/** A message somebody changed, or brought back after deleting it. */
export function parseUpdate(activity: Fields, context: TeamsContext): Parsed {
  const known = targetOf(activity, context);
  if (known.kind === "ignored") return known;
  const event = textAt(fieldsAt(activity, "channelData"), "eventType");
  if (event !== "editMessage" && event !== "undeleteMessage")
    return ignored("a change of no message's words");
  const sentAt = sentAtOf(activity, context);
  const what = event === "editMessage" ? "edit" : "undelete";
  return toEnvelope(context, activity, {
    kind: "edit",
    id: `${known.targetId}:${what}:${sentAt.getTime()}`,
    targetId: known.targetId,
    place: known.place,
    sender: known.sender,
    sentAt,
    text: readSpoken(activity, botIdOf(context)).text,
  });
}

/** A message somebody took away. */
export function parseDeletion(activity: Fields, context: TeamsContext): Parsed {
  const known = targetOf(activity, context);
  if (known.kind === "ignored") return known;
  const sentAt = sentAtOf(activity, context);
  return toEnvelope(context, activity, {
    kind: "delete",
    id: `${known.targetId}:delete:${sentAt.getTime()}`,
    targetId: known.targetId,
    place: known.place,
    sender: known.sender,
    sentAt,
  });
}

function targetOf(activity: Fields, context: TeamsContext) {
  const id = textAt(activity, "id");
  const place = placeOf(activity);
  const sender = senderOf(activity);
  if (isOwn(activity, context)) return { kind: "ignored", reason: "own message" } as const;
  if (id === undefined || place === undefined || sender === undefined)
    return { kind: "ignored", reason: "a change of an unknown message" } as const;
  if (sender.kind === "bot" && !context.allowedBots.has(sender.id))
    return { kind: "ignored", reason: "another bot" } as const;
  const at = place.audience !== "direct" && place.thread === "" ? { ...place, thread: id } : place;
  return { kind: "known", targetId: toMessageId(at, id), place: at, sender } as const;
}

interface Said {
  readonly activity: Fields;
  readonly spoken: Spoken;
  readonly attachments: readonly Attachment[];
  readonly command: { readonly text: string } | undefined;
}

function describe(
  { spoken, attachments, command }: Said,
  isDirect: boolean,
): Pick<MessageEnvelope, "kind" | "text" | "attachments" | "addressed" | "mentionsOthers"> {
  const { mentionsUs, mentionsOthers, quotesUs } = spoken;
  const addressed = isDirect ? "direct" : mentionsUs ? "mention" : quotesUs ? "reply" : "none";
  // Where others read, a command is said to us like anything else: `@Baton /human` and `@Baton human` are one.
  const text = command === undefined || !mentionsUs ? spoken.text : command.text;
  return { kind: "message", text, attachments, addressed, mentionsOthers };
}

/** What it answers. A command is one also behind quotes, which then are no part of its words. */
function answering(
  { quoted }: Spoken,
  text: string,
  place: Place,
): Pick<MessageEnvelope, "repliesTo"> & Partial<Pick<MessageEnvelope, "text">> {
  if (quoted === undefined) return {};
  // Of a quote without an id it is known that it is one, which is enough not to take it for own words.
  const id = quoted.id === undefined ? "" : toMessageId(place, quoted.id);
  // How it begins is what the sender's client says of it, so only what is kept of that message tells.
  const said = { id };
  const words = behindQuotes(text);
  return words.startsWith("!")
    ? { text: words, repliesTo: said }
    : { repliesTo: { ...said, isQuoted: true } };
}

/** The commands Teams offers in its compose box; a slash before them is a habit from other places. */
const commands: ReadonlySet<string> = new Set(["ask", "human", "privacy", "help", "claim", "bot", "resolve"]);

function readCommand(text: string): { readonly command: string; readonly text: string } | undefined {
  const [, command = "", rest = ""] = /^\/([a-z]{2,20})(?:\s+(\S[^]*))?$/i.exec(text) ?? [];
  const name = command.toLowerCase();
  if (!commands.has(name)) return undefined;
  if (name === "ask") return { command: name, text: rest };
  // An argument counts as one only behind a mark: "resolve it please" is no command.
  const word = name === "resolve" && rest !== "" ? `!${name}` : name;
  return { command: name, text: `${word} ${rest}`.trim() };
}

function isChannel(activity: Fields): boolean {
  return textAt(fieldsAt(activity, "conversation"), "id")?.includes(";messageid=") === true;
}
