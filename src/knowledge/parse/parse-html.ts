import { DomUtils, parseDocument as parseTree } from "htmlparser2";
import type { MarkupElement, MarkupNode } from "./markup-node.ts";
import { titleOf, type ParsedDocument } from "./parsed-document.ts";

type Blocks = ParsedDocument["blocks"][number][];

const leftOut = new Set(
  "script style noscript template svg head nav header footer aside form iframe object button select dialog".split(
    " ",
  ),
);
const paragraphs = new Set("p li dt dd blockquote figcaption caption summary address".split(" "));
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
  const reader = createReader(blocks);
  reader.read(main?.children ?? tree.children, 0);
  reader.close();
  const title = named === undefined ? "" : toLine(DomUtils.textContent(named));
  return { title: title || titleOf(blocks, name), blocks };
}

function createReader(blocks: Blocks) {
  let line = "";

  function close(): void {
    const text = toLine(line);
    if (text !== "") blocks.push({ kind: "text", text });
    line = "";
  }

  function read(nodes: readonly MarkupNode[], depth: number): void {
    for (const node of nodes) {
      if (DomUtils.isText(node)) line += node.data;
      else if (DomUtils.isTag(node) && !isHidden(node)) readElement(node, depth);
    }
  }

  function readElement(element: MarkupElement, depth: number): void {
    const { name, children } = element;
    const level = /^h([1-6])$/.exec(name)?.[1];
    if (level !== undefined) {
      close();
      blocks.push({ kind: "heading", depth: Number(level), text: toLine(DomUtils.textContent(element)) });
    } else if (name === "pre") {
      close();
      blocks.push({ kind: "code", text: DomUtils.textContent(element).replace(/\s+$/u, "") });
    } else if (name === "table" && !DomUtils.existsOne(({ name: inner }) => inner === "table", children)) {
      close();
      blocks.push(...toTable(element));
    } else if (depth >= deepest) {
      line += DomUtils.textContent(element);
    } else if (name === "br") {
      line += " ";
    } else if (paragraphs.has(name) || isBlock(name)) {
      close();
      if (name === "li") line += "- ";
      read(children, depth + 1);
      close();
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

/** What the page does not show, a document does not say. */
function isHidden({ name, attribs }: MarkupElement): boolean {
  return (
    leftOut.has(name) ||
    "hidden" in attribs ||
    attribs["aria-hidden"] === "true" ||
    /display:\s*none|visibility:\s*hidden|font-size:\s*0/i.test(attribs["style"] ?? "")
  );
}

/** Rows as CommonMark; a table without a row with words is nothing. */
function toTable(table: MarkupElement): Blocks {
  const rows = DomUtils.getElementsByTagName("tr", table.children)
    .map((row) =>
      row.children
        .filter((cell) => DomUtils.isTag(cell))
        .map((cell) => toLine(DomUtils.textContent(cell)).replaceAll("|", "\\|")),
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
