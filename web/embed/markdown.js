import { h } from "./dom.js";

/*
 * CommonMark as elements, the part of it that answers use. Everything is made of text nodes and a handful of
 * elements, so that no answer can bring markup, scripts or addresses of its own into the page.
 */

const fence = /^ {0,3}(`{3,}|~{3,})\s*([^\s`]*)/;
const heading = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/;
const rule = /^ {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$/;
const marker = /^( *)(?:[-*+]|(\d{1,9})[.)])(?:\s+|$)/;
const tableRule = /^ {0,3}\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;
const maxDepth = 8;

/**
 * @param {string} source
 * @returns {DocumentFragment}
 */
export function renderMarkdown(source) {
  const out = document.createDocumentFragment();
  out.append(...blocks(source.replaceAll(/\r\n?/g, "\n").split("\n"), 0));
  return out;
}

/**
 * @param {readonly string[]} lines
 * @param {number} depth
 * @returns {Node[]}
 */
function blocks(lines, depth) {
  if (depth > maxDepth) return [h("p", {}, lines.join("\n"))];
  /** @type {Node[]} */
  const out = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    const found =
      line.trim() === ""
        ? { next: at + 1 }
        : (codeAt(lines, at) ??
          headingAt(line, at) ??
          quoteAt(lines, at, depth) ??
          listAt(lines, at, depth) ??
          tableAt(lines, at) ??
          paragraphAt(lines, at));
    if ("node" in found) out.push(found.node);
    at = found.next;
  }
  return out;
}

/** @typedef {{ node: Node, next: number } | undefined} Found */

/**
 * @param {readonly string[]} lines
 * @param {number} at
 * @returns {Found}
 */
function codeAt(lines, at) {
  const open = fence.exec(lines[at] ?? "");
  if (open === null) return undefined;
  const mark = open[1] ?? "```";
  let end = at + 1;
  while (end < lines.length && !(lines[end] ?? "").trim().startsWith(mark)) end += 1;
  const code = lines.slice(at + 1, end).join("\n");
  return { node: h("pre", { tabindex: 0 }, h("code", {}, code)), next: end + 1 };
}

/**
 * @param {string} line
 * @param {number} at
 * @returns {Found}
 */
function headingAt(line, at) {
  if (rule.test(line)) return { node: h("hr"), next: at + 1 };
  const found = heading.exec(line);
  if (found === null) return undefined;
  // The page has its own first headings: an answer's begin below them.
  const tag = (found[1]?.length ?? 1) <= 2 ? "h3" : "h4";
  return { node: h(tag, {}, inline(found[2] ?? "")), next: at + 1 };
}

/**
 * @param {readonly string[]} lines
 * @param {number} at
 * @param {number} depth
 * @returns {Found}
 */
function quoteAt(lines, at, depth) {
  const mark = /^ {0,3}> ?/;
  let end = at;
  while (end < lines.length && mark.test(lines[end] ?? "")) end += 1;
  if (end === at) return undefined;
  const inner = lines.slice(at, end).map((line) => line.replace(mark, ""));
  return { node: h("blockquote", {}, blocks(inner, depth + 1)), next: end };
}

/**
 * @param {readonly string[]} lines
 * @param {number} at
 * @param {number} depth
 * @returns {Found}
 */
function listAt(lines, at, depth) {
  const first = marker.exec(lines[at] ?? "");
  if (first === null) return undefined;
  const indent = first[1]?.length ?? 0;
  const isOrdered = first[2] !== undefined;
  const list = isOrdered ? h("ol", { start: Number(first[2]) }) : h("ul");
  let next = at;
  while (next < lines.length) {
    const found = marker.exec(lines[next] ?? "");
    if (found === null || (found[1]?.length ?? 0) !== indent || (found[2] !== undefined) !== isOrdered) break;
    const width = found[0].length;
    const item = [(lines[next] ?? "").slice(width)];
    next += 1;
    while (next < lines.length) {
      const line = lines[next] ?? "";
      const isInside = line.trim() === "" ? nextIsInside(lines, next, indent) : indentOf(line) > indent;
      if (!isInside) break;
      item.push(line.slice(Math.min(width, indentOf(line))));
      next += 1;
    }
    list.append(h("li", {}, tight(blocks(item, depth + 1))));
    while (next < lines.length && (lines[next] ?? "").trim() === "" && marker.test(lines[next + 1] ?? ""))
      next += 1;
  }
  return { node: list, next };
}

/** @param {string} line */
function indentOf(line) {
  return line.length - line.trimStart().length;
}

/**
 * @param {readonly string[]} lines
 * @param {number} at
 * @param {number} indent
 */
function nextIsInside(lines, at, indent) {
  const after = lines.slice(at + 1).find((line) => line.trim() !== "");
  return after !== undefined && indentOf(after) > indent;
}

/**
 * An item of one paragraph needs none around it.
 * @param {Node[]} nodes
 * @returns {Node[]}
 */
function tight(nodes) {
  const [first] = nodes;
  if (!(first instanceof HTMLParagraphElement)) return nodes;
  return [...first.childNodes, ...nodes.slice(1)];
}

/**
 * @param {readonly string[]} lines
 * @param {number} at
 * @returns {Found}
 */
function tableAt(lines, at) {
  if (!(lines[at] ?? "").includes("|") || !tableRule.test(lines[at + 1] ?? "")) return undefined;
  const row = (/** @type {string} */ line, /** @type {"th" | "td"} */ tag) =>
    h(
      "tr",
      {},
      cells(line).map((cell) => h(tag, {}, inline(cell))),
    );
  let end = at + 2;
  while (end < lines.length && (lines[end] ?? "").includes("|")) end += 1;
  const body = lines.slice(at + 2, end).map((line) => row(line, "td"));
  const table = h("table", {}, h("thead", {}, row(lines[at] ?? "", "th")), h("tbody", {}, body));
  return { node: h("div", { class: "wide", tabindex: 0 }, table), next: end };
}

/** @param {string} line */
function cells(line) {
  const inner = line.trim().replace(/^\|/, "").replace(/\|$/, "");
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim());
}

/**
 * @param {readonly string[]} lines
 * @param {number} at
 * @returns {{ node: Node, next: number }}
 */
function paragraphAt(lines, at) {
  let end = at + 1;
  while (end < lines.length && !beginsBlock(lines[end] ?? "")) end += 1;
  return { node: h("p", {}, inline(lines.slice(at, end).join("\n").trim())), next: end };
}

/** @param {string} line */
function beginsBlock(line) {
  return (
    line.trim() === "" ||
    fence.test(line) ||
    heading.test(line) ||
    /^ {0,3}>/.test(line) ||
    /^ {0,3}(?:[-*+]|1[.)])\s/.test(line)
  );
}

/** One construct, or an escape; whatever else is text. The first that begins wins. */
const token =
  /\\([!-/:-@[-`{-~])|(`+)([^]*?[^`])\2(?!`)|(\*\*|__|~~)(?=\S)([^]*?\S)\4|\*(?=\S)([^*]*?\S)\*|(?<![\p{L}\p{N}])_(?=\S)([^_]*?\S)_(?![\p{L}\p{N}])|\[((?:[^[\]\\]|\\.)*)\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)|(https?:\/\/[^\s<>"'`]*[^\s<>"'`.,;:!?)\]*_])|&(?:lt|gt|amp|quot|#\d{1,6}|#x[\da-f]{1,5});| *\\?\n/giu;

/**
 * @param {string} source
 * @param {number} [depth]
 * @returns {Node[]}
 */
function inline(source, depth = 0) {
  /** @type {Node[]} */
  const out = [];
  let at = 0;
  const text = (/** @type {string} */ words) => words !== "" && out.push(document.createTextNode(words));
  if (depth > maxDepth) return [document.createTextNode(source)];
  for (const match of source.matchAll(token)) {
    const [whole, escaped, , code, mark, marked, starred, underlined, label, address, bare] = match;
    text(source.slice(at, match.index));
    at = match.index + whole.length;
    if (escaped !== undefined) text(escaped);
    else if (code !== undefined) out.push(h("code", {}, code.replace(/^ (.*) $/s, "$1")));
    else if (mark === "~~") out.push(h("del", {}, inline(marked ?? "", depth + 1)));
    else if (mark !== undefined) out.push(h("strong", {}, inline(marked ?? "", depth + 1)));
    else if (starred !== undefined || underlined !== undefined)
      out.push(h("em", {}, inline(starred ?? underlined ?? "", depth + 1)));
    else if (address !== undefined) out.push(link(address, inline(label ?? "", depth + 1)));
    else if (bare !== undefined) out.push(link(bare, [document.createTextNode(bare)]));
    else if (whole.startsWith("&")) text(decode(whole));
    else out.push(whole.trim() === "\\" || /^ {2,}|\\/.test(whole) ? h("br") : document.createTextNode("\n"));
  }
  text(source.slice(at));
  return out;
}

/**
 * A link to the web, to mail or a phone; anything else stays its label.
 * @param {string} address
 * @param {Node[]} label
 * @returns {Node}
 */
export function link(address, label) {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !["http:", "https:", "mailto:", "tel:"].includes(url.protocol))
    return h("span", {}, label);
  return h("a", { href: url.href, target: "_blank", rel: "noopener noreferrer nofollow" }, label);
}

const named = /** @type {Record<string, string>} */ ({
  "&lt;": "<",
  "&gt;": ">",
  "&amp;": "&",
  "&quot;": '"',
});

/** @param {string} entity */
function decode(entity) {
  const known = named[entity.toLowerCase()];
  if (known !== undefined) return known;
  const code = /^&#x/i.test(entity) ? Number.parseInt(entity.slice(3), 16) : Number(entity.slice(2, -1));
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : entity;
}
