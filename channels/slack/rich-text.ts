import { fieldsAt, listAt, numberAt, textAt, type Fields } from "../kit/fields.ts";
import { escapeMarkdown, toCodeBlock, toCodeSpan, toMarkdownLink } from "../kit/write-markdown.ts";
import { plainText, toUserMention, type Mentions } from "./markup.ts";

/**
 * Reads the blocks of a message written by a person, which tell code, lists and quotes apart where the plain
 * `text` does not. Undefined when the blocks are not all rich text: an app's layout says less than its text.
 */
export function readRichText(blocks: readonly Fields[], mentions: Mentions): string | undefined {
  if (blocks.length === 0 || blocks.some((block) => textAt(block, "type") !== "rich_text")) return undefined;
  return blocks
    .flatMap((block) => listAt(block, "elements"))
    .map((element) => readElement(element, mentions))
    .join("\n")
    .replace(/\n{3,}/g, "\n\n");
}

function readElement(element: Fields, mentions: Mentions): string {
  switch (textAt(element, "type")) {
    case "rich_text_preformatted":
      return toCodeBlock(readRaw(element));
    case "rich_text_quote":
      return `${prefixLines(readInline(element, mentions), "> ", "> ")}\n`;
    case "rich_text_list":
      return `${readList(element, mentions)}\n`;
    default:
      return readInline(element, mentions).replace(/\n$/, "");
  }
}

function readList(list: Fields, mentions: Mentions): string {
  const ordered = textAt(list, "style") === "ordered";
  const indent = "    ".repeat(Math.min(8, Math.max(0, numberAt(list, "indent") ?? 0)));
  const first = 1 + Math.max(0, numberAt(list, "offset") ?? 0);
  return listAt(list, "elements")
    .map((item, index) => {
      const marker = ordered ? `${first + index}. ` : "- ";
      const next = " ".repeat(marker.length);
      return prefixLines(readInline(item, mentions), indent + marker, indent + next);
    })
    .join("\n");
}

function prefixLines(text: string, first: string, next: string): string {
  return text
    .replace(/\n$/, "")
    .split("\n")
    .map((line, index) => (index === 0 ? first : next) + line)
    .join("\n");
}

function readRaw(element: Fields): string {
  return listAt(element, "elements")
    .map((part) => plainText(textAt(part, "text") ?? textAt(part, "url") ?? ""))
    .join("");
}

function readInline(element: Fields, mentions: Mentions): string {
  return listAt(element, "elements")
    .map((part) => readPart(part, mentions))
    .join("");
}

function readPart(part: Fields, mentions: Mentions): string {
  switch (textAt(part, "type")) {
    case "text":
      return readStyled(plainText(textAt(part, "text") ?? ""), fieldsAt(part, "style"));
    case "link":
      return toMarkdownLink(plainText(textAt(part, "url") ?? ""), plainText(textAt(part, "text") ?? ""));
    case "user":
      return toUserMention(plainText(textAt(part, "user_id") ?? ""), "", mentions);
    case "usergroup":
      mentions.everyone = true;
      return `@${plainText(textAt(part, "usergroup_id") ?? "group")}`;
    case "broadcast":
      mentions.everyone = true;
      return `@${plainText(textAt(part, "range") ?? "channel")}`;
    case "channel":
      return `#${plainText(textAt(part, "channel_id") ?? "")}`;
    case "emoji":
      return `:${plainText(textAt(part, "name") ?? "")}:`;
    case "date":
      return escapeMarkdown(plainText(textAt(part, "fallback") ?? ""));
    case "color":
      return plainText(textAt(part, "value") ?? "");
    default:
      return escapeMarkdown(plainText(textAt(part, "text") ?? ""));
  }
}

function readStyled(text: string, style: Fields): string {
  if (style["code"] === true) return text === "" ? "" : toCodeSpan(text);
  const words = text.trim();
  if (words === "") return text;
  const marks = [
    style["bold"] === true ? "**" : "",
    style["italic"] === true ? "_" : "",
    style["strike"] === true ? "~~" : "",
  ];
  const before = marks.join("");
  const after = marks.toReversed().join("");
  if (before === "") return escapeMarkdown(text);
  // Emphasis that opens or closes on a space is no emphasis in CommonMark, so the spaces move outside.
  const start = text.slice(0, text.length - text.trimStart().length);
  const end = text.slice(text.trimEnd().length);
  // Emphasis does not reach over a blank line either.
  const marked = escapeMarkdown(words).replace(/\n\s*\n/g, `${after}\n\n${before}`);
  return `${start}${before}${marked}${after}${end}`;
}
