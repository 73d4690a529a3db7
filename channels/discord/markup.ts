import type { List, ListItem, Nodes, Parents, PhrasingContent, Root, RootContent } from "mdast";
import { toString } from "mdast-util-to-string";
import { inlineReferences } from "../kit/inline-references.ts";
import { parseMarkdown } from "../kit/parse-markdown.ts";
import { judgeLink } from "../kit/safe-link.ts";
import { joiner, withoutOverrides } from "../kit/safe-markdown.ts";
import { escapeLineStarts, escapeText, toCodeBlock, toCodeSpan } from "./escape.ts";
import { renderTable } from "./table.ts";

/**
 * CommonMark as Discord shows it. Written anew from the tree, since Discord's dialect differs in too much: no
 * tables, images, entities or rules, `__` underlines, `||` hides, a fence ends at its first three backticks. All text
 * goes through one escape, so nothing in it can become a mention, a command, a time, an emoji or a disguised link.
 */
export function toDiscordMarkdown(markdown: string): string {
  return renderBlocks(parseMarkdown(inlineReferences(withoutOverrides(markdown)))).trimEnd();
}

function renderBlocks(parent: Root | Parents): string {
  return parent.children
    .map((child) => renderBlock(child as RootContent))
    .filter((block) => block !== "")
    .join("\n\n");
}

function renderBlock(node: RootContent): string {
  switch (node.type) {
    case "paragraph":
      return escapeLineStarts(renderInline(node.children));
    case "heading":
      return renderHeading(renderInline(node.children).replaceAll("\n", " "), node.depth);
    case "blockquote":
      return renderQuote(renderBlocks(node));
    case "list":
      return renderList(node);
    case "code":
      return toCodeBlock(node.value, node.lang ?? "");
    case "table":
      return renderTable(node, (cell) => renderInline(cell.children).replaceAll("\n", " "));
    case "thematicBreak":
      return "─".repeat(16);
    case "footnoteDefinition":
      return `[${escapeText(node.identifier)}] ${renderBlocks(node)}`;
    case "definition": // its links carry the address themselves
      return "";
    default:
      return escapeLineStarts(renderInline([node as PhrasingContent]));
  }
}

/** Discord knows three sizes. */
function renderHeading(text: string, depth: number): string {
  if (text.trim() === "") return "";
  return depth <= 3 ? `${"#".repeat(depth)} ${text}` : `**${text.replaceAll("**", "")}**`;
}

/** Discord does not nest quotes. */
function renderQuote(content: string): string {
  return content
    .split("\n")
    .map((line) => `> ${line.replace(/^(?:> ?)+/, "")}`)
    .join("\n");
}

function renderList(list: List): string {
  const first = list.start ?? 1;
  const items = list.children.map((item, index) =>
    hang(renderItem(item), list.ordered === true ? `${first + index}. ` : "- "),
  );
  return items.join(list.spread === true ? "\n\n" : "\n");
}

function renderItem(item: ListItem): string {
  const box = item.checked === true ? "☑ " : item.checked === false ? "☐ " : "";
  const separator = item.spread === true ? "\n\n" : "\n";
  return box + item.children.map((child) => renderBlock(child)).join(separator);
}

function hang(content: string, marker: string): string {
  const pad = " ".repeat(marker.length);
  return content
    .split("\n")
    .map((line, index) => (index === 0 ? marker + line : line === "" ? "" : pad + line))
    .join("\n");
}

function renderInline(nodes: readonly PhrasingContent[], isInLink = false): string {
  return nodes.map((node) => renderPhrase(node, isInLink)).reduce(joinPhrases, "");
}

/** Two pieces that are harmless alone must not make a token where they meet: an address begins anywhere. */
function joinPhrases(text: string, piece: string): string {
  const meets =
    (text.endsWith("@") && /^(?:everyone|here)/i.test(piece)) ||
    (text.endsWith("<") && /^[@#:/!&]/.test(piece)) ||
    (/<[a-z0-9+.-]*$/i.test(text) && /^[a-z0-9+.-]*:/i.test(piece)) ||
    (/[a-z0-9+.-]:\/?$/i.test(text) && piece.startsWith("/"));
  return text + (meets ? joiner : "") + piece;
}

function renderPhrase(node: PhrasingContent, isInLink: boolean): string {
  switch (node.type) {
    case "text":
    case "html":
      return escapeText(node.value);
    case "inlineCode":
      return toCodeSpan(node.value);
    case "strong":
      return wrap("**", renderInline(node.children, isInLink));
    case "emphasis":
      return wrap("*", renderInline(node.children, isInLink));
    case "delete":
      return wrap("~~", renderInline(node.children, isInLink));
    case "break":
      return "\n";
    case "link":
      return isInLink ? renderInline(node.children, true) : renderLink(node, node.url);
    case "image":
      return renderAddress(node.alt ?? "", node.url, isInLink);
    case "footnoteReference":
      return `[${escapeText(node.identifier)}]`;
    case "linkReference": // refers to nothing: brackets of the text
      return `\\[${renderInline(node.children, isInLink)}\\]`;
    case "imageReference":
      return escapeText(node.alt ?? "");
    default:
      return escapeText(toString(node satisfies never));
  }
}

/** Discord takes a mark beside a space for text, so the spaces go outside. */
function wrap(mark: string, content: string): string {
  const inner = content.trim();
  if (inner === "") return content;
  const [before = "", after = ""] = [/^\s*/.exec(content)?.[0], /\s*$/.exec(content)?.[0]];
  return `${before}${mark}${inner}${mark}${after}`;
}

function renderLink(node: Nodes & Parents, address: string): string {
  const label = toString(node);
  const shown = renderInline(node.children as PhrasingContent[], true).replaceAll("\n", " ");
  const verdict = judgeLink(label, address);
  if (verdict.kind === "inert") return address === "" ? shown : `${shown} (${toCodeSpan(cut(address))})`;
  if (!/^https?:/i.test(verdict.url)) return renderContact(label, shown, verdict.url);
  if (verdict.kind === "disguised") return `${shown} (${toMasked(verdict.host, verdict.url)})`;
  // Discord shows an address under an address as text; as it is, it is a link already.
  if (isAddressLike(label, verdict.url)) return `<${encodeAddress(verdict.url)}>`;
  return toMasked(label.trim() === "" ? verdict.host : shown, verdict.url);
}

/** Mail and telephone are no links on Discord. */
function renderContact(label: string, shown: string, url: string): string {
  const bare = escapeText(url.replace(/^(?:mailto|tel):/i, ""));
  return label.trim() === "" || escapeText(label) === bare ? bare : `${shown} (${bare})`;
}

function renderAddress(alt: string, address: string, isInLink: boolean): string {
  const label = alt.replaceAll(/\s+/g, " ").trim();
  if (isInLink) return escapeText(label === "" ? "image" : label);
  const verdict = judgeLink(label, address);
  if (verdict.kind === "inert" || !/^https?:/i.test(verdict.url)) return escapeText(label);
  if (verdict.kind === "disguised") return `${escapeText(label)} (${toMasked(verdict.host, verdict.url)})`;
  return toMasked(label === "" ? verdict.host : escapeText(label), verdict.url);
}

/** A link that looks like one, without a preview. A bracket in its label would end it early. */
function toMasked(label: string, url: string): string {
  return `[${label.replaceAll(/\\?[[\]]/g, (bracket) => (bracket.endsWith("[") ? "(" : ")"))}](<${encodeAddress(url)}>)`;
}

/** An address that ends where it should and calls nobody on the way. */
export function encodeAddress(url: string): string {
  return url
    .replaceAll(/[<>\s\\]/g, (character) => encodeURIComponent(character))
    .replaceAll(/@(?=everyone|here)/gi, "%40")
    .replaceAll(/(discord):(?=\/\/)/gi, "$1%3A");
}

function isAddressLike(label: string, url: string): boolean {
  const name = label.trim().replaceAll(joiner, "");
  return name === url || /^(?:[a-z][a-z0-9+.-]*:\/\/|www\.)/i.test(name);
}

const shownLimit = 80;

function cut(address: string): string {
  return address.length <= shownLimit ? address : `${address.slice(0, shownLimit)}…`;
}
