import { decodeEntities, markdownDialect, mrkdwnDialect, parseInline, plainDialect } from "./inline.js";

/**
 * @typedef {import("./inline.js").Inline} Inline
 * @typedef {{ kind: "paragraph", inlines: Inline[] }
 *   | { kind: "heading", level: number, inlines: Inline[] }
 *   | { kind: "code", text: string }
 *   | { kind: "quote", blocks: TextBlock[] }
 *   | { kind: "list", ordered: boolean, start: number, items: TextBlock[][] }
 *   | { kind: "table", head: Inline[][], rows: Inline[][][] }
 *   | { kind: "small", inlines: Inline[] }
 *   | { kind: "rule" }} TextBlock
 */

const maxDepth = 8;
const fence = /^ {0,3}(`{3,}|~{3,})(.*)$/;
const heading = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/;
const rule = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/;
const quote = /^ {0,3}(?:>|&gt;) ?/;
const marker = /^( *)([-*+•]|(\d{1,9})[.)])(?:[ \t]+|$)/;
/** Discord's small print. */
const small = /^-# +(?=\S)/;
const tableRule = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;

/**
 * Markdown as a tree: the part of it that chat answers use. Nothing of the source is lost but its marks.
 * @param {string} source
 * @returns {TextBlock[]}
 */
export function parseMarkdown(source) {
  return parseLines(source.replaceAll(/\r\n?/g, "\n").split("\n"), 0);
}

/**
 * @param {readonly string[]} lines
 * @param {number} depth
 * @returns {TextBlock[]}
 */
function parseLines(lines, depth) {
  /** @type {TextBlock[]} */
  const blocks = [];
  let at = 0;
  while (at < lines.length) {
    const read = readBlock(lines, at, depth);
    if (read.block !== undefined) blocks.push(read.block);
    at = read.next;
  }
  return blocks;
}

/**
 * @param {readonly string[]} lines
 * @param {number} at
 * @param {number} depth
 * @returns {{ block?: TextBlock, next: number }}
 */
function readBlock(lines, at, depth) {
  const line = lines[at] ?? "";
  if (line.trim() === "") return { next: at + 1 };
  const opened = fence.exec(line);
  if (opened !== null && !(opened[2] ?? "").includes("`")) return readFence(lines, at, opened[1] ?? "```");
  const titled = heading.exec(line);
  if (titled !== null) {
    const inlines = parseInline(titled[2] ?? "", markdownDialect);
    return { block: { kind: "heading", level: (titled[1] ?? "#").length, inlines }, next: at + 1 };
  }
  if (small.test(line)) {
    const inlines = parseInline(line.replace(small, ""), markdownDialect);
    return { block: { kind: "small", inlines }, next: at + 1 };
  }
  if (rule.test(line)) return { block: { kind: "rule" }, next: at + 1 };
  if (depth < maxDepth && quote.test(line)) return readQuote(lines, at, depth);
  if (depth < maxDepth && marker.test(line)) return readList(lines, at, depth);
  if (isTable(lines, at)) return readTable(lines, at);
  return readParagraph(lines, at, depth);
}

/**
 * @param {readonly string[]} lines
 * @param {number} at
 * @param {string} mark
 * @returns {{ block: TextBlock, next: number }}
 */
function readFence(lines, at, mark) {
  let end = at + 1;
  const closes = (/** @type {string} */ line) =>
    line.trim().startsWith(mark) && line.trim().replaceAll(mark[0] ?? "", "") === "";
  while (end < lines.length && !closes(lines[end] ?? "")) end += 1;
  const text = decodeEntities(lines.slice(at + 1, end).join("\n"));
  return { block: { kind: "code", text }, next: end + 1 };
}

/**
 * @param {readonly string[]} lines
 * @param {number} at
 * @param {number} depth
 * @returns {{ block: TextBlock, next: number }}
 */
function readQuote(lines, at, depth) {
  let end = at;
  while (end < lines.length && quote.test(lines[end] ?? "")) end += 1;
  const inside = lines.slice(at, end).map((line) => line.replace(quote, ""));
  return { block: { kind: "quote", blocks: parseLines(inside, depth + 1) }, next: end };
}

/**
 * @param {readonly string[]} lines
 * @param {number} at
 * @param {number} depth
 * @returns {{ block: TextBlock, next: number }}
 */
function readList(lines, at, depth) {
  const first = marker.exec(lines[at] ?? "");
  const [indent, ordered] = [first?.[1]?.length ?? 0, first?.[3] !== undefined];
  /** @type {TextBlock[][]} */
  const items = [];
  let next = at;
  while (next < lines.length) {
    const found = marker.exec(lines[next] ?? "");
    if (found === null || (found[3] !== undefined) !== ordered || (found[1]?.length ?? 0) !== indent) break;
    const end = endOfItem(lines, next + 1, indent);
    const width = found[0].length;
    const inside = lines.slice(next + 1, end).map((line) => cutIndent(line, width));
    items.push(parseLines([(lines[next] ?? "").slice(width), ...inside], depth + 1));
    next = end;
  }
  return { block: { kind: "list", ordered, start: Number(first?.[3] ?? 1), items }, next };
}

/**
 * @param {string} line
 * @param {number} width
 */
function cutIndent(line, width) {
  const blank = /^ */.exec(line)?.[0].length ?? 0;
  return line.slice(Math.min(blank, width));
}

/**
 * @param {readonly string[]} lines
 * @param {number} from
 * @param {number} indent
 */
function endOfItem(lines, from, indent) {
  let end = from;
  while (end < lines.length) {
    const line = lines[end] ?? "";
    const deeper = /^ */.exec(line)?.[0].length ?? 0;
    const isBlank = line.trim() === "";
    const nextIsInside =
      /^ +\S/.test(lines[end + 1] ?? "") && (/^ */.exec(lines[end + 1] ?? "")?.[0].length ?? 0) > indent;
    if (
      isBlank
        ? !nextIsInside
        : deeper <= indent && (marker.test(line) || startsAnew(line) || lines[end - 1]?.trim() === "")
    )
      break;
    end += 1;
  }
  // Items set apart by a blank line are still one list.
  return lines[end]?.trim() === "" && marker.exec(lines[end + 1] ?? "")?.[1]?.length === indent
    ? end + 1
    : end;
}

/** @param {string} line */
function startsAnew(line) {
  return fence.test(line) || heading.test(line) || rule.test(line) || quote.test(line);
}

/**
 * @param {readonly string[]} lines
 * @param {number} at
 */
function isTable(lines, at) {
  const [head = "", below = ""] = [lines[at], lines[at + 1]];
  return head.includes("|") && below.includes("|") && tableRule.test(below);
}

/**
 * @param {readonly string[]} lines
 * @param {number} at
 * @returns {{ block: TextBlock, next: number }}
 */
function readTable(lines, at) {
  let end = at + 2;
  while (end < lines.length && (lines[end] ?? "").includes("|")) end += 1;
  const rows = lines.slice(at + 2, end).map(toCells);
  return { block: { kind: "table", head: toCells(lines[at] ?? ""), rows }, next: end };
}

/** @param {string} line */
function toCells(line) {
  const inside = line
    .trim()
    .replace(/^\|/, "")
    .replace(/(?<!\\)\|$/, "");
  return inside
    .split(/(?<!\\)\|/)
    .map((cell) => parseInline(cell.trim().replaceAll("\\|", "|"), markdownDialect));
}

/**
 * @param {readonly string[]} lines
 * @param {number} at
 * @param {number} depth
 * @returns {{ block: TextBlock, next: number }}
 */
function readParagraph(lines, at, depth) {
  let end = at + 1;
  while (end < lines.length && !endsParagraph(lines, end, depth)) end += 1;
  const text = lines
    .slice(at, end)
    .map((line) => line.trim().replace(/\\$/, ""))
    .join("\n");
  return { block: { kind: "paragraph", inlines: parseInline(text, markdownDialect) }, next: end };
}

/**
 * @param {readonly string[]} lines
 * @param {number} at
 * @param {number} depth
 */
function endsParagraph(lines, at, depth) {
  const line = lines[at] ?? "";
  if (line.trim() === "" || [fence, heading, rule, small].some((begins) => begins.test(line))) return true;
  return (depth < maxDepth && (quote.test(line) || marker.test(line))) || isTable(lines, at);
}

/**
 * What means nothing but itself, as a tree: lines, mentions and addresses.
 * @param {string} source
 * @returns {TextBlock[]}
 */
export function parsePlain(source) {
  const inlines = parseInline(source.replaceAll(/\r\n?/g, "\n"), plainDialect);
  return inlines.length === 0 ? [] : [{ kind: "paragraph", inlines }];
}

/**
 * The platform's own markup as a tree: code fences anywhere, quotes by the line, the rest inline.
 * @param {string} source
 * @returns {TextBlock[]}
 */
export function parseMrkdwn(source) {
  /** @type {TextBlock[]} */
  const blocks = [];
  source.split("```").forEach((part, index, parts) => {
    if (index % 2 === 1 && index < parts.length - 1) {
      blocks.push({ kind: "code", text: decodeEntities(part.replace(/^\n/, "").replace(/\n$/, "")) });
      return;
    }
    const isUnclosed = index % 2 === 1;
    blocks.push(...parseMrkdwnLines(isUnclosed ? `\`\`\`${part}` : part));
  });
  return blocks;
}

/**
 * @param {string} text
 * @returns {TextBlock[]}
 */
function parseMrkdwnLines(text) {
  /** @type {TextBlock[]} */
  const blocks = [];
  const lines = text.replace(/^\n/, "").replace(/\n$/, "").split("\n");
  let at = 0;
  while (at < lines.length) {
    const isQuote = quote.test(lines[at] ?? "");
    let end = at + 1;
    while (end < lines.length && quote.test(lines[end] ?? "") === isQuote) end += 1;
    const part = lines.slice(at, end).map((line) => (isQuote ? line.replace(quote, "") : line));
    const paragraph = {
      kind: /** @type {const} */ ("paragraph"),
      inlines: parseInline(part.join("\n"), mrkdwnDialect),
    };
    if (paragraph.inlines.length > 0)
      blocks.push(isQuote ? { kind: "quote", blocks: [paragraph] } : paragraph);
    at = end;
  }
  return blocks;
}
