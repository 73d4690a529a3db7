import { toString } from "mdast-util-to-string";
import type { Heading, Nodes, Table, TableCell } from "mdast";
import { applyEdits, type Edit } from "../kit/apply-edits.ts";
import { parseMarkdown } from "../kit/parse-markdown.ts";
import { withoutOverrides } from "../kit/safe-markdown.ts";
import { toCodeBlock } from "../kit/write-markdown.ts";
import { toSafeMarkdown } from "./safe-markdown.ts";

/**
 * Markdown as a Teams message shows it: headings as bold lines, tables as aligned code or, where they are too wide
 * for that, as a list of their rows, and all of it made harmless. Everything else stays byte for byte.
 */
export function toTeamsMarkdown(markdown: string): string {
  // Harmless is what is looked at last: a line written anew can change what its neighbours mean.
  return toSafeMarkdown(restyle(withoutOverrides(markdown)));
}

function restyle(source: string): string {
  if (!mayNeedChange.test(source)) return source;
  const edits: Edit[] = [];
  visit(parseMarkdown(source), source, edits);
  return applyEdits(source, edits);
}

const mayNeedChange = /^[ \t>\d.)*+-]*#{1,6}(?:\s|$)|^[ \t>]*(?:={1,}|-{1,})[ \t]*$|\|/m;

function visit(node: Nodes, source: string, edits: Edit[]): void {
  const from = node.position?.start.offset;
  const to = node.position?.end.offset;
  if (from === undefined || to === undefined) return;
  if (node.type === "heading") edits.push({ from, to, text: toBold(node, source) });
  else if (node.type === "table") edits.push({ from, to, text: indent(toRows(node, source), source, from) });
  else if ("children" in node) for (const child of node.children) visit(child, source, edits);
}

/** Set apart from its neighbours, with which it would otherwise flow into one paragraph. */
function toBold(node: Heading, source: string): string {
  const from = node.position?.start.offset ?? 0;
  const to = node.position?.end.offset ?? 0;
  const words = innerOf(node, source).trim();
  if (words === "") return "";
  const column = node.position?.start.column ?? 1;
  const before = column === 1 && /[^\n]\n$/.test(source.slice(Math.max(0, from - 2), from)) ? "\n" : "";
  const isFollowed = /^\n[ \t>]*[^\s>]/.test(source.slice(to, to + 200));
  const after = !isFollowed ? "" : column === 1 ? "\n" : "  ";
  return `${before}**${words}**${after}`;
}

/** A heading's words without the bold it may hold already. */
function innerOf(node: Heading, source: string): string {
  const parts = node.children.map((child) => {
    const inside = child.type === "strong" ? child.children : [child];
    const from = inside[0]?.position?.start.offset;
    const to = inside.at(-1)?.position?.end.offset;
    return from === undefined || to === undefined ? toString(child) : source.slice(from, to);
  });
  return parts.join("").replaceAll("\n", " ");
}

/** Wider than this a row breaks on the way to the reader, and its columns with it. */
const widestRow = 90;

function toRows(table: Table, source: string): string {
  const rows = table.children.map((row) => row.children.map(plainCell));
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => lengthOf(row[column] ?? ""))),
  );
  const width = widths.reduce((sum, one) => sum + one, 3 * (columns - 1));
  if (width > widestRow || holdsLink(table)) return toRecords(table, source);
  const line = (cells: readonly string[]): string =>
    widths
      .map((size, column) => (cells[column] ?? "") + " ".repeat(size - lengthOf(cells[column] ?? "")))
      .join(" | ")
      .trimEnd();
  const [head = [], ...body] = rows;
  const rule = widths.map((size) => "-".repeat(size)).join("-|-");
  return toCodeBlock([line(head), rule, ...body.map(line)].join("\n"));
}

const links: ReadonlySet<string> = new Set(["link", "linkReference", "image", "imageReference"]);

/** Code has no links, so a table with links in it must not become code. */
function holdsLink(node: Nodes): boolean {
  if (links.has(node.type)) return true;
  return "children" in node && node.children.some(holdsLink);
}

function plainCell(cell: TableCell): string {
  return toString(cell)
    .replaceAll(/<br\s*\/?>|\s+/gi, " ")
    .trim();
}

/** The header by itself, then a point for each row that names its columns again: nobody could count them there. */
function toRecords(table: Table, source: string): string {
  const rows = table.children.map((row) => row.children.map((cell) => sourceOfCell(cell, source)));
  const [head = [], ...body] = rows;
  const points = body.map((row) => {
    const cells = row.map((cell, column) => (head[column] ? `${head[column]}: ${cell}` : cell));
    return `- ${cells.join(" · ")}`;
  });
  return [head.join(" · "), "", ...points].join("\n").trim();
}

/** What stands between its bars: a bare link found late has no place of its own. */
function sourceOfCell(cell: TableCell, source: string): string {
  const from = cell.position?.start.offset ?? 0;
  const to = cell.position?.end.offset ?? from;
  return source
    .slice(from, to)
    .replaceAll(/^\||(?<!\\)\|$/g, "")
    .replaceAll(/\s+/g, " ")
    .trim();
}

/** Inside a quote or a list every further line begins as the first one's surroundings ask. */
function indent(text: string, source: string, from: number): string {
  const before = source.slice(source.lastIndexOf("\n", from - 1) + 1, from);
  if (before === "") return text;
  return text.replaceAll("\n", `\n${before.replaceAll(/[^>\s]/g, " ")}`);
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** In what a reader sees as characters. */
function lengthOf(text: string): number {
  return /^[\x20-\x7E]*$/.test(text) ? text.length : Array.from(graphemes.segment(text)).length;
}
