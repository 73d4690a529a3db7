import { escapeMarkdown, plainText, toCodeBlock, toCodeSpan, toMarkdownLink } from "../kit/write-markdown.ts";
import { parseHtml, type Element, type HtmlNode } from "./html-tree.ts";

/** What the reader of a message's HTML asks about what it meets. */
export interface HtmlReader {
  /** What stands for a mention: nothing for one of ours. `index` counts the message's mention entities. */
  mention(index: number, name: string): string;
  /** Told of each message that is quoted. */
  quote?(quoted: QuotedMessage): void;
}

/** A quoted message as far as the sender's client tells of it: who wrote it, and its id. */
export interface QuotedMessage {
  readonly authorId: string | undefined;
  readonly id: string | undefined;
}

/**
 * The body of a message as CommonMark: paragraphs, emphasis, code, lists, quotes, tables as lines, links, and
 * emoji and pictures by what they are called. Never throws.
 */
export function readHtml(source: string, reader: HtmlReader): string {
  return trimLines(blocksOf(parseHtml(source.slice(0, mostCharacters)), reader).join("\n\n"), "end")
    .replaceAll(/\n{3,}/g, "\n\n")
    .trim();
}

/** Teams takes some 28 KB of a person; several times that, for quotes and what an editor adds. */
const mostCharacters = 131_072;

/** Line by line: a pattern for spaces before a line's end takes forever on a long run of them. */
function trimLines(text: string, where: "both" | "end"): string {
  return text
    .split("\n")
    .map((line) => (where === "both" ? line.trim() : line.trimEnd()))
    .join("\n");
}

const containers: ReadonlySet<string> = new Set([
  "p",
  "div",
  "section",
  "article",
  "h1",
  "h2",
  "h3",
  "h4",
  "h5",
  "h6",
  "table",
  "tbody",
  "thead",
  "figure",
  "header",
  "footer",
]);
const blockTags: ReadonlySet<string> = new Set([
  ...containers,
  "ul",
  "ol",
  "li",
  "blockquote",
  "pre",
  "codeblock",
  "tr",
  "hr",
]);
const silent: ReadonlySet<string> = new Set(["script", "style", "head", "title", "attachment", "template"]);

/** Each block by itself; the words between blocks are a paragraph of their own. */
function blocksOf(nodes: readonly HtmlNode[], reader: HtmlReader): string[] {
  const blocks: string[] = [];
  let line = "";
  const flush = (): void => {
    const text = trimLines(line, "both").trim();
    if (text !== "") blocks.push(text);
    line = "";
  };
  for (const node of nodes) {
    if (typeof node !== "string" && isBlock(node)) {
      flush();
      blocks.push(...blockOf(node, reader));
    } else line += inlineOf(node, reader);
  }
  flush();
  return blocks;
}

/** Teams wraps blocks into spans and anchors at times. */
function isBlock(element: Element): boolean {
  if (blockTags.has(element.tag)) return true;
  return (
    element.tag === "span" && element.children.some((child) => typeof child !== "string" && isBlock(child))
  );
}

function blockOf(element: Element, reader: HtmlReader): string[] {
  switch (element.tag) {
    case "pre":
    case "codeblock":
      return [toCodeBlock(plainText(rawText(element)))];
    case "blockquote":
      return [quoteOf(element, reader)].filter((block) => block !== "");
    case "ul":
    case "ol":
      return [listOf(element, reader)].filter((block) => block !== "");
    case "hr":
      return ["---"];
    case "tr":
      return [element.children.map((cell) => inlineOf(cell, reader).trim()).join(" | ")].filter(
        (row) => row.replaceAll(/[ |]/g, "") !== "",
      );
    default:
      return headed(element, blocksOf(element.children, reader));
  }
}

function headed({ tag }: Element, blocks: string[]): string[] {
  const level = /^h([1-6])$/.exec(tag)?.[1];
  if (level === undefined) return blocks;
  return blocks.map((block) => `${"#".repeat(Number(level))} ${block.replaceAll("\n", " ")}`);
}

function quoteOf(element: Element, reader: HtmlReader): string {
  if (element.attributes["itemtype"]?.endsWith("/Reply") === true)
    reader.quote?.({
      authorId: partOf(element, "mri")?.attributes["itemid"],
      id: element.attributes["itemid"],
    });
  const text = blocksOf(element.children, reader).join("\n\n");
  return text === "" ? "" : prefix(text, "> ", "> ");
}

/** In a quoted message Teams names the author in an element with the property `mri`. */
function partOf(element: Element, property: string): Element | undefined {
  for (const child of element.children) {
    if (typeof child === "string") continue;
    if (child.attributes["itemprop"] === property) return child;
    const found = partOf(child, property);
    if (found !== undefined) return found;
  }
  return undefined;
}

function listOf(list: Element, reader: HtmlReader): string {
  const start = Number(list.attributes["start"] ?? 1);
  const first = Number.isSafeInteger(start) && start >= 0 && start < 1_000_000 ? start : 1;
  return list.children
    .filter((child): child is Element => typeof child !== "string")
    .map((item, index) => {
      const marker = list.tag === "ol" ? `${first + index}. ` : "- ";
      const blocks = item.tag === "li" ? blocksOf(item.children, reader) : blockOf(item, reader);
      return prefix(blocks.join("\n"), marker, " ".repeat(marker.length));
    })
    .join("\n");
}

function prefix(text: string, first: string, next: string): string {
  return text
    .split("\n")
    .map((line, index) => `${index === 0 ? first : next}${line}`.trimEnd())
    .join("\n");
}

function inlineOf(node: HtmlNode, reader: HtmlReader): string {
  if (typeof node === "string") return escapeMarkdown(collapse(node));
  const { tag, attributes } = node;
  if (silent.has(tag)) return "";
  if (tag === "br") return "\n";
  if (isMention(node))
    return reader.mention(Number(attributes["itemid"] ?? attributes["id"] ?? -1), nameIn(node));
  if (tag === "img" || tag === "emoji" || tag === "customemoji") return altOf(node);
  if (tag === "code") return codeOf(node);
  if (tag === "a") return linkOf(node, reader);
  const inner = node.children.map((child) => inlineOf(child, reader)).join("");
  return marked(inner, marks[tag]);
}

const marks: Readonly<Record<string, string>> = {
  b: "**",
  strong: "**",
  i: "_",
  em: "_",
  s: "~~",
  strike: "~~",
  del: "~~",
};

/** Emphasis that opens or closes on a space is none in CommonMark, so the spaces move outside. */
function marked(inner: string, mark: string | undefined): string {
  const words = inner.trim();
  if (mark === undefined || words === "") return inner;
  const before = inner.slice(0, inner.length - inner.trimStart().length);
  const after = inner.slice(inner.trimEnd().length);
  return `${before}${mark}${words.replaceAll(/\n\s*\n/g, "\n")}${mark}${after}`;
}

function isMention({ tag, attributes }: Element): boolean {
  return tag === "at" || attributes["itemtype"]?.endsWith("/Mention") === true;
}

function nameIn(element: Element): string {
  return collapse(rawText(element)).trim();
}

function altOf({ attributes }: Element): string {
  return escapeMarkdown(plainText(attributes["alt"] ?? attributes["title"] ?? ""));
}

function codeOf(element: Element): string {
  const code = plainText(rawText(element));
  if (code.trim() === "") return "";
  return code.includes("\n") ? `\n${toCodeBlock(code)}\n` : toCodeSpan(code.replaceAll("\u00A0", " "));
}

function linkOf(element: Element, reader: HtmlReader): string {
  const href = element.attributes["href"] ?? "";
  // A mention or a picture inside keeps what it says; the label of a link is text.
  const label = collapse(rawText(element)).trim();
  if (label === "") return element.children.map((child) => inlineOf(child, reader)).join("");
  return toMarkdownLink(plainText(href), label);
}

function rawText(node: HtmlNode): string {
  if (typeof node === "string") return node;
  if (silent.has(node.tag)) return "";
  if (node.tag === "br") return "\n";
  if (node.tag === "img" || node.tag === "emoji") return node.attributes["alt"] ?? "";
  const text = node.children.map(rawText).join("");
  return node.tag === "p" || node.tag === "div" ? `${text}\n` : text;
}

function collapse(text: string): string {
  return plainText(text.replaceAll("\u00A0", " ")).replaceAll(/\s+/g, " ");
}
