import {
  escapeMarkdown,
  plainText as plainOf,
  toCodeBlock,
  toCodeSpan,
  toMarkdownLink,
} from "../kit/write-markdown.ts";

/** The text of a message in CommonMark, and whom it names. */
export interface ReadText {
  readonly text: string;
  /** Users named, by Slack id; ourselves included. */
  readonly users: ReadonlySet<string>;
  /** It names a user group, the channel or everyone. */
  readonly everyone: boolean;
}

/** Gathers the mentions of one message while its text is being read. */
export interface Mentions {
  /** Our own user id: we are always called by it, whatever label Slack gives. */
  readonly self: string | undefined;
  readonly users: Set<string>;
  everyone: boolean;
}

/** A fresh collection for one message. */
export function createMentions(self: string | undefined): Mentions {
  return { self, users: new Set(), everyone: false };
}

// Private-use characters hold the places of what is already converted; they are taken out of the input first.
const hold = { open: "\uE000", close: "\uE001", bold: "\uE002", strike: "\uE003", italic: "\uE004" } as const;
const privateUse = /[\uE000-\uE00F]/g;

/** Text without control characters (line feed and tab stay) and with nothing that could pass for our marks. */
export function plainText(text: string): string {
  return plainOf(text).replace(privateUse, "");
}

/** Slack escapes three characters in text it sends, and no others. */
export function unescapeEntities(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/**
 * Reads Slack's mrkdwn and notes in `mentions` whom it names.
 * Never throws; control characters do not come through.
 */
export function readMrkdwn(source: string, mentions: Mentions): string {
  const held: string[] = [];
  const put = (markdown: string): string => `${hold.open}${held.push(markdown) - 1}${hold.close}`;
  const withHolds = plainText(source)
    .replace(/```([^]*?)```/g, (_, code: string) => put(`\n${toCodeBlock(unescapeEntities(code))}\n`))
    // What is held already is neither code nor part of a mark: Slack puts no code into either.
    .replace(/`([^`\n\uE000]+)`/g, (_, code: string) => put(toCodeSpan(unescapeEntities(code))))
    .replace(/<([^<>\n\uE000]+)>/g, (_, token: string) => put(readToken(token, mentions)));
  return escapeMarkdown(markEmphasis(unescapeEntities(withHolds)))
    .replaceAll(hold.bold, "**")
    .replaceAll(hold.strike, "~~")
    .replaceAll(hold.italic, "_")
    .replace(/\uE000(\d+)\uE001/g, (_, index: string) => held[Number(index)] ?? "");
}

function markEmphasis(text: string): string {
  return text
    .replace(/(?<![^\s\p{P}]|\*)\*([^\s*](?:[^*\n]*[^\s*])?)\*(?![^\s\p{P}]|\*)/gu, emphasis(hold.bold))
    .replace(/(?<![^\s\p{P}]|_)_([^\s_](?:[^_\n]*[^\s_])?)_(?![^\s\p{P}]|_)/gu, emphasis(hold.italic))
    .replace(/(?<![^\s\p{P}]|~)~([^\s~](?:[^~\n]*[^\s~])?)~(?![^\s\p{P}]|~)/gu, emphasis(hold.strike));
}

function emphasis(mark: string): (match: string, words: string) => string {
  return (_, words) => `${mark}${words}${mark}`;
}

/** What stands between angle brackets: a mention, a channel, a command or a link. */
function readToken(token: string, mentions: Mentions): string {
  const bar = token.indexOf("|");
  const target = bar < 0 ? token : token.slice(0, bar);
  const label = unescapeEntities(bar < 0 ? "" : token.slice(bar + 1));
  switch (target[0]) {
    case "@":
      return toUserMention(target.slice(1), label, mentions);
    case "#":
      return `#${escapeMarkdown(label === "" ? target.slice(1) : label)}`;
    case "!":
      return readSpecial(target.slice(1), label, mentions);
    default:
      return toMarkdownLink(unescapeEntities(target), label);
  }
}

/** Notes that a user is named, and says how: by the label Slack gave, else by id. */
export function toUserMention(id: string, label: string, mentions: Mentions): string {
  mentions.users.add(id);
  return `@${escapeMarkdown(label === "" || id === mentions.self ? id : label)}`;
}

function readSpecial(target: string, label: string, mentions: Mentions): string {
  if (target.startsWith("date^")) return escapeMarkdown(label);
  mentions.everyone = true;
  if (label !== "") return escapeMarkdown(label.startsWith("@") ? label : `@${label}`);
  return `@${escapeMarkdown(target.replace(/^subteam\^/, ""))}`;
}
