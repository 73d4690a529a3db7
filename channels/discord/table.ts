import type { Nodes, Table, TableCell } from "mdast";
import { toString } from "mdast-util-to-string";
import { toCodeBlock } from "./escape.ts";

/** What fits on a phone held upright in a code block, and on a desktop beside the lists of channels. */
const maxWidth = 56;

/**
 * Discord has no tables: a narrow one becomes aligned text in a code block; one that is wide, or has links that
 * would be dead there, becomes its header and a list with a line for each row.
 */
export function renderTable(table: Table, renderCell: (cell: TableCell) => string): string {
  const rows = table.children.map(({ children }) => children.map((cell) => toString(cell).trim()));
  const columns = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(0, ...rows.map((row) => widthOf(row[column] ?? ""))),
  );
  const total = widths.reduce((sum, width) => sum + width + 2, 0);
  if (total > maxWidth || hasLink(table)) return renderRows(table, renderCell);
  const lines = rows.map((row) =>
    widths
      .map((width, column) => pad(row[column] ?? "", width, table.align?.[column] ?? null))
      .join("  ")
      .trimEnd(),
  );
  const rule = widths.map((width) => "─".repeat(Math.max(1, width))).join("  ");
  return toCodeBlock([lines[0] ?? "", rule, ...lines.slice(1)].join("\n"), "");
}

function renderRows({ children }: Table, renderCell: (cell: TableCell) => string): string {
  const [head, ...rows] = children.map((row) => row.children.map(renderCell).filter((cell) => cell !== ""));
  const names = (head ?? []).map((name) => `**${name.replaceAll("**", "")}**`).join(" · ");
  return [names, ...rows.map((cells) => `- ${cells.join(" · ")}`)].filter((line) => line !== "").join("\n");
}

function hasLink(node: Nodes): boolean {
  if (node.type === "link" || node.type === "linkReference" || node.type === "image") return true;
  return "children" in node && node.children.some(hasLink);
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** East Asian characters and emoji take two columns. */
const wide =
  /^[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE4F\uFF00-\uFF60\uFFE0-\uFFE6]|^\p{Extended_Pictographic}/u;

function widthOf(text: string): number {
  if (/^[ -~]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += wide.test(segment) ? 2 : 1;
  return width;
}

function pad(text: string, width: number, align: "left" | "right" | "center" | null): string {
  const room = Math.max(0, width - widthOf(text));
  if (align === "right") return " ".repeat(room) + text;
  if (align !== "center") return text + " ".repeat(room);
  const left = room >> 1;
  return " ".repeat(left) + text + " ".repeat(room - left);
}
