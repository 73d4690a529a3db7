import { DomUtils, parseDocument as parseTree } from "htmlparser2";
import { toCommonMark, toInlineCode } from "../text/to-common-mark.ts";
import type { MarkupElement, MarkupNode } from "./markup-node.ts";
import { createFrameFinder } from "./page-frame.ts";
import { titleOf, type ParsedDocument } from "./parsed-document.ts";

type Blocks = ParsedDocument["blocks"][number][];

const paragraphs = new Set("p li dt dd blockquote figcaption caption summary address".split(" "));
const code = new Set("code kbd samp tt".split(" "));
const deepest = 400;

/** A page's main content: its headings, paragraphs, lists, tables and code, without what frames every page. */
export function parseHtml(name: string, source: string): ParsedDocument {
  const tree = parseTree(source);
  const named = DomUtils.getElementsByTagName("title", tree, true, 1)[0];
  const main =
    DomUtils.findOne(
      (element) => /^(main|article)$/.test(element.name) || element.attribs["role"] === "main",
      tree.children,
    ) ?? DomUtils.getElementsByTagName("body", tree, true, 1)[0];
  const blocks: Blocks = [];
  const content = main?.children ?? tree.children;
  const reader = createReader(blocks, createFrameFinder(content));
  reader.read(content, 0);
  reader.close();
  const title = named === undefined ? "" : toLine(DomUtils.textContent(named));
  return { title: title || titleOf(blocks, name), blocks };
}

function createReader(blocks: Blocks, isFrame: (element: MarkupElement) => boolean) {
  let line = "";
  // What the next paragraph begins with, so that an item and its first paragraph are one.
  let bullet = "";

  function close(): void {
    const text = toLine(line);
    line = "";
    if (text === "") return;
    blocks.push({ kind: "text", text: bullet + text });
    bullet = "";
  }

  function read(nodes: readonly MarkupNode[], depth: number): void {
    for (const node of nodes) {
      if (DomUtils.isText(node)) line += toCommonMark(node.data);
      else if (DomUtils.isTag(node) && !isFrame(node)) readElement(node, depth);
    }
  }

  function readElement(element: MarkupElement, depth: number): void {
    const { name, children } = element;
    const level = /^h([1-6])$/.exec(name)?.[1];
    if (level !== undefined) {
      close();
      blocks.push({ kind: "heading", depth: Number(level), text: toHeading(element, isFrame) });
    } else if (name === "pre") {
      close();
      blocks.push({
        kind: "code",
        text: DomUtils.textContent(element).replace(/^\s*\n|\s+$/gu, ""),
      });
    } else if (name === "table" && !DomUtils.existsOne(({ name: inner }) => inner === "table", children)) {
      close();
      blocks.push(...toTable(element));
    } else if (code.has(name)) {
      const words = toLine(DomUtils.textContent(element));
      if (words !== "") line += toInlineCode(words);
    } else if (depth >= deepest) {
      line += toCommonMark(DomUtils.textContent(element));
    } else if (name === "br") {
      line += " ";
    } else if (paragraphs.has(name) || isBlock(name)) {
      close();
      if (name === "li") bullet = bulletOf(element);
      read(children, depth + 1);
      close();
      if (name === "li") bullet = "";
    } else {
      read(children, depth + 1);
    }
  }

  return { read, close };
}

function isBlock(name: string): boolean {
  return /^(div|section|article|main|ul|ol|dl|figure|details|body|tr|td|th|table|tbody|thead|center)$/.test(
    name,
  );
}

/** Its number in a list that is numbered. */
function bulletOf(item: MarkupElement): string {
  const { parent } = item;
  if (parent === null || !DomUtils.isTag(parent) || parent.name !== "ol") return "- ";
  const items = parent.children.filter((child) => DomUtils.isTag(child) && child.name === "li");
  return `${items.indexOf(item) + 1}. `;
}

/** Its words, without the mark that many pages put beside a heading for linking to it. */
function toHeading(heading: MarkupElement, isFrame: (element: MarkupElement) => boolean): string {
  const words = heading.children
    .filter((child) => !DomUtils.isTag(child) || !isFrame(child))
    .map((child) => DomUtils.textContent(child))
    .join("");
  return toLine(words).replace(/\s*[¶#]$/u, "");
}

/** Rows as CommonMark; a table without a row with words is nothing. */
function toTable(table: MarkupElement): Blocks {
  const rows = DomUtils.getElementsByTagName("tr", table.children)
    .map((row) =>
      row.children
        .filter((cell) => DomUtils.isTag(cell))
        .map((cell) => toCommonMark(toLine(DomUtils.textContent(cell))).replaceAll("|", "\\|")),
    )
    .filter((cells) => cells.some((cell) => cell !== ""));
  const [head, ...rest] = rows.map((cells) => `| ${cells.join(" | ")} |`);
  if (head === undefined) return [];
  const rule = `|${" --- |".repeat(rows[0]?.length ?? 1)}`;
  return [{ kind: "table", text: [head, rule, ...rest].join("\n") }];
}

function toLine(text: string): string {
  return text.replace(/\s+/gu, " ").trim();
}
