import { h } from "./dom.js";

/**
 * @typedef {import("./inline.js").Inline} Inline
 * @typedef {import("./text-blocks.js").TextBlock} TextBlock
 * @typedef {object} Names
 * @property {(id: string) => string | undefined} user
 * @property {(id: string) => string | undefined} channel
 */

/**
 * The tree as elements. Content only ever becomes text nodes and checked addresses.
 * @param {readonly TextBlock[]} blocks
 * @param {Names} names
 * @returns {HTMLElement[]}
 */
export function drawTextBlocks(blocks, names) {
  return blocks.map((block) => drawBlock(block, names));
}

/**
 * @param {TextBlock} block
 * @param {Names} names
 * @returns {HTMLElement}
 */
function drawBlock(block, names) {
  switch (block.kind) {
    case "paragraph":
      return h("p", {}, drawInlines(block.inlines, names));
    case "heading":
      return h("p", { class: `heading heading-${block.level}` }, drawInlines(block.inlines, names));
    case "small":
      return h("p", { class: "small-print" }, drawInlines(block.inlines, names));
    case "code":
      return h("pre", { tabindex: 0 }, h("code", {}, block.text));
    case "quote":
      return h("blockquote", {}, drawTextBlocks(block.blocks, names));
    case "list":
      return drawList(block, names);
    case "table":
      return drawTable(block, names);
    case "rule":
      return h("hr");
  }
}

/**
 * @param {Extract<TextBlock, { kind: "list" }>} list
 * @param {Names} names
 */
function drawList({ ordered, start, items }, names) {
  const drawn = items.map((item) => h("li", {}, drawTextBlocks(item, names)));
  return ordered ? h("ol", { start }, drawn) : h("ul", {}, drawn);
}

/**
 * @param {Extract<TextBlock, { kind: "table" }>} table
 * @param {Names} names
 */
function drawTable({ head, rows }, names) {
  const cells = head.map((cell) => h("th", { scope: "col" }, drawInlines(cell, names)));
  const body = rows.map((row) =>
    h(
      "tr",
      {},
      head.map((_cell, index) => h("td", {}, drawInlines(row[index] ?? [], names))),
    ),
  );
  const table = h("table", {}, h("thead", {}, h("tr", {}, cells)), h("tbody", {}, body));
  return h("div", { class: "table", tabindex: 0 }, table);
}

/**
 * @param {readonly Inline[]} inlines
 * @param {Names} names
 * @returns {(Node | string)[]}
 */
export function drawInlines(inlines, names) {
  return inlines.map((inline) => drawInline(inline, names));
}

/**
 * @param {Inline} inline
 * @param {Names} names
 * @returns {Node | string}
 */
function drawInline(inline, names) {
  switch (inline.kind) {
    case "text":
      return inline.text;
    case "break":
      return h("br");
    case "code":
      return h("code", {}, inline.text);
    case "strong":
      return h("strong", {}, drawInlines(inline.children, names));
    case "emphasis":
      return h("em", {}, drawInlines(inline.children, names));
    case "strike":
      return h("s", {}, drawInlines(inline.children, names));
    case "link":
      return drawLink(inline.url, drawInlines(inline.children, names));
    case "user":
      return h("span", { class: "mention" }, `@${names.user(inline.id) ?? inline.id}`);
    case "channel":
      return h("span", { class: "mention" }, `#${names.channel(inline.id) ?? inline.id}`);
    case "mention":
      return h("span", { class: "mention" }, inline.name.startsWith("@") ? inline.name : `@${inline.name}`);
    case "broadcast":
      return h("span", { class: "mention" }, `@${inline.range}`);
  }
}

/**
 * @param {string} url Checked to be http(s).
 * @param {(Node | string)[]} children
 */
export function drawLink(url, children) {
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer nofollow" }, children);
}
