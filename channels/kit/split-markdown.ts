import type { Blockquote, Code, List, ListItem, Nodes, RootContent, Table } from "mdast";
import { parseMarkdown } from "./parse-markdown.ts";
import { packLines } from "./pack-lines.ts";
import { type Room, splitPhrasing } from "./split-phrasing.ts";

/**
 * Cuts markdown into pieces that are each at most `limit` long as `measure` measures them, and each
 * stand for themselves: code is closed and opened again, a table repeats its header, a list keeps its numbers
 * and its depth. Cuts between blocks where it can, else between sentences, words or what a reader sees as one
 * character, never inside a link or a code span that fits. Nothing but white space at a cut is lost.
 */
export function splitMarkdown(markdown: string, room: Room): string[] {
  // What every message costs, however short, is counted once and not for each of its blocks.
  const frame = room.measure("");
  return splitBlocks(markdown, {
    limit: room.limit - frame,
    measure: (content) => room.measure(content) - frame,
  });
}

function splitBlocks(markdown: string, room: Room): string[] {
  // Far too long is not worth measuring: rendering shortens hardly anything.
  if (markdown.length < 2 * room.limit && room.measure(markdown) <= room.limit) return [markdown];
  const chunks: Chunk[] = [];
  const { children } = parseMarkdown(markdown);
  children.forEach((node, index) => {
    const from = index === 0 ? 0 : startOf(node, markdown);
    const next = children[index + 1];
    const source = markdown.slice(from, next === undefined ? markdown.length : startOf(next, markdown));
    const size = room.measure(source);
    const isHeading = node.type === "heading";
    if (size <= room.limit) chunks.push({ source, size, isHeading });
    else
      for (const piece of splitBlock(node, markdown, room))
        chunks.push({ source: `${piece}\n\n`, size: room.measure(piece) + 2, isHeading: false });
  });
  return pack(chunks, room);
}

interface Chunk {
  readonly source: string;
  readonly size: number;
  readonly isHeading: boolean;
}

/** As many blocks to a piece as fit; a heading goes with what it is the head of. */
function pack(chunks: readonly Chunk[], room: Room): string[] {
  const pieces: string[] = [];
  let open: Chunk[] = [];
  let size = 0;
  for (const chunk of chunks) {
    // White space at the end is dropped with the cut, so it takes no room.
    if (
      open.length > 0 &&
      size + chunk.size - (chunk.source.length - chunk.source.trimEnd().length) > room.limit
    ) {
      const heads = open.length - 1 - open.findLastIndex(({ isHeading }) => !isHeading);
      const carried =
        heads < open.length && sizeOf(open.slice(open.length - heads)) + chunk.size <= room.limit
          ? open.splice(open.length - heads, heads)
          : [];
      pieces.push(...close(open, room));
      open = carried;
      size = sizeOf(open);
    }
    open.push(chunk);
    size += chunk.size;
  }
  return open.length === 0 ? pieces : [...pieces, ...close(open, room)];
}

function sizeOf(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, { size }) => sum + size, 0);
}

/** Blocks can mean something else together than alone (a definition, a lazy line): then the piece is halved. */
function close(chunks: readonly Chunk[], room: Room): string[] {
  const piece = chunks
    .map(({ source }) => source)
    .join("")
    .replace(/^(?:[ \t]*\n)+/, "")
    .trimEnd();
  if (piece === "") return [];
  if (room.measure(piece) <= room.limit) return [piece];
  if (chunks.length === 1) return splitLines(piece, room);
  const middle = chunks.length >> 1;
  return [...close(chunks.slice(0, middle), room), ...close(chunks.slice(middle), room)];
}

function splitBlock(node: RootContent, markdown: string, room: Room): string[] {
  switch (node.type) {
    case "code":
      return splitCode(node, markdown, room);
    case "table":
      return splitTable(node, markdown, room);
    case "list":
      return splitList(node, markdown, room);
    case "blockquote":
      return splitQuote(node, markdown, room);
    case "paragraph":
    case "heading":
      return splitPhrasing(node, markdown, room);
    default:
      return splitLines(sourceOf(node, markdown), room);
  }
}

function splitCode(node: Code, markdown: string, room: Room): string[] {
  const fence = /^[`~]{3,}/.exec(sourceOf(node, markdown))?.[0] ?? fenceFor(node.value);
  const info = [node.lang, node.meta].filter((part) => part !== null && part !== undefined).join(" ");
  const wrap = (lines: readonly string[]): string => `${fence}${info}\n${lines.join("\n")}\n${fence}`;
  return packLines(node.value.split("\n"), { ...room, wrap });
}

function fenceFor(code: string): string {
  const longest = Math.max(2, ...(code.match(/`+/g) ?? []).map((run) => run.length));
  return "`".repeat(longest + 1);
}

/** The last resort: the source line by line, as text. */
function splitLines(source: string, room: Room): string[] {
  return packLines(source.split("\n"), { ...room, wrap: (lines) => lines.join("\n") });
}

function splitTable(node: Table, markdown: string, room: Room): string[] {
  const lines = sourceOf(node, markdown)
    .split("\n")
    .map((line) => line.replace(/^[ \t>]*(?=\S)/, ""));
  const head = lines.slice(0, 2).join("\n");
  const wrap = (rows: readonly string[]): string => [head, ...rows].join("\n");
  // A header that leaves no room for its rows is no header to repeat.
  if (room.measure(wrap([])) > (room.limit * 3) / 4) return splitLines(sourceOf(node, markdown), room);
  const cells = new Map(node.children.slice(1).map((row, at) => [lines[at + 2] ?? "", row.children]));
  const fits = (row: string): boolean => room.measure(wrap([row])) <= room.limit;
  const cut = (row: string): readonly string[] => splitRow(cells.get(row) ?? [], markdown, { ...room, fits });
  return packLines(lines.slice(2, node.children.length + 1), { ...room, wrap, cut });
}

/** A row too long for a message goes on in further rows, each cell where it left off. */
function splitRow(
  cells: Table["children"][number]["children"],
  markdown: string,
  room: Room & { readonly fits: (row: string) => boolean },
): string[] {
  let rows: string[] = [];
  for (let limit = room.limit; limit >= 16; limit = Math.floor(limit / 2)) {
    const share = { limit: Math.max(8, Math.floor(limit / cells.length) - 4), measure: room.measure };
    const columns = cells.map((cell) =>
      cell.children.length === 0 ? [""] : splitPhrasing(cell, markdown, share),
    );
    rows = Array.from(
      { length: Math.max(0, ...columns.map((column) => column.length)) },
      (_, at) => `| ${columns.map((column) => column[at] ?? "").join(" | ")} |`,
    );
    if (rows.every(room.fits)) return rows;
  }
  return rows;
}

function splitList(node: List, markdown: string, room: Room): string[] {
  const pieces: string[] = [];
  let open: string[] = [];
  let size = 0;
  const first = node.start ?? 1;
  node.children.forEach((item, index) => {
    const marker = markerOf(item, markdown);
    // The number is written out: after a cut a platform counts on from the first one it sees.
    const numbered = node.ordered === true ? `${first + index}${marker.at(-1) ?? "."}` : marker;
    const indent = (content: string): string => hang(content, `${numbered} `);
    const inner: Room = { limit: room.limit, measure: (content) => room.measure(indent(content)) };
    for (const content of splitBlocks(dedent(item, markdown, marker), inner)) {
      const entry = indent(content);
      const cost = room.measure(entry) + 1;
      if (open.length > 0 && size + cost > room.limit) {
        pieces.push(open.join("\n"));
        open = [];
        size = 0;
      }
      open.push(entry);
      size += cost;
    }
  });
  return open.length === 0 ? pieces : [...pieces, open.join("\n")];
}

function markerOf(item: ListItem, markdown: string): string {
  return /^(?:[-*+]|\d{1,9}[.)])/.exec(sourceOf(item, markdown))?.[0] ?? "-";
}

/** An item's content as a document of its own. */
function dedent(item: ListItem, markdown: string, marker: string): string {
  const [head = "", ...rest] = sourceOf(item, markdown).split("\n");
  const content = head.slice(marker.length).replace(/^[ \t]{1,4}(?=\S)|^[ \t]*$/, "");
  const column = (item.position?.start.column ?? 1) - 1;
  const width = column + head.length - content.length;
  return [content, ...rest.map((line) => line.replace(new RegExp(`^[ \\t]{0,${width}}`), ""))]
    .join("\n")
    .trimEnd();
}

function hang(content: string, marker: string): string {
  const pad = " ".repeat(marker.length);
  return content
    .split("\n")
    .map((line, index) => (index === 0 ? marker + line : line === "" ? "" : pad + line))
    .join("\n");
}

function splitQuote(node: Blockquote, markdown: string, room: Room): string[] {
  const content = sourceOf(node, markdown)
    .split("\n")
    .map((line) => line.replace(/^[ \t]*> ?/, ""))
    .join("\n");
  const quote = (piece: string): string =>
    piece
      .split("\n")
      .map((line) => (line === "" ? ">" : `> ${line}`))
      .join("\n");
  return splitBlocks(content, { limit: room.limit, measure: (piece) => room.measure(quote(piece)) }).map(
    quote,
  );
}

/** From the beginning of the node's line, so that an indented block keeps its indentation. */
function startOf(node: Nodes, markdown: string): number {
  return markdown.lastIndexOf("\n", (node.position?.start.offset ?? 1) - 1) + 1;
}

function sourceOf(node: Nodes, markdown: string): string {
  return markdown.slice(node.position?.start.offset ?? 0, node.position?.end.offset ?? 0);
}
