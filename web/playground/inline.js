import { emojiOf } from "./emoji.js";

/**
 * @typedef {{ kind: "text", text: string }
 *   | { kind: "strong" | "emphasis" | "strike", children: Inline[] }
 *   | { kind: "code", text: string }
 *   | { kind: "link", url: string, children: Inline[] }
 *   | { kind: "user", id: string }
 *   | { kind: "channel", id: string }
 *   | { kind: "broadcast", range: string }
 *   | { kind: "mention", name: string }
 *   | { kind: "break" }} Inline
 *
 * @typedef {object} Dialect
 * @property {readonly (readonly [mark: string, kind: "strong" | "emphasis" | "strike"])[]} marks Longest first.
 * @property {boolean} brackets Whether `[label](address)` and backslashes mean something.
 * @property {boolean} [isPlain] Whether not even code is marked.
 *
 * @typedef {{ inlines: Inline[], next: number }} Found
 */

/** @type {Dialect} */
export const markdownDialect = {
  marks: [
    ["**", "strong"],
    ["__", "strong"],
    ["~~", "strike"],
    ["*", "emphasis"],
    ["_", "emphasis"],
  ],
  brackets: true,
};

/** @type {Dialect} */
export const mrkdwnDialect = {
  marks: [
    ["*", "strong"],
    ["_", "emphasis"],
    ["~", "strike"],
  ],
  brackets: false,
};

/** Words are words: only mentions, addresses and lines mean something. @type {Dialect} */
export const plainDialect = { marks: [], brackets: false, isPlain: true };

const maxDepth = 8;
/** Up to the next character that may begin something. */
const words = /[^\n`<\\[!*_~h]*/y;

/**
 * One paragraph's text as a tree. What is no markup stays text; an address that is not http(s) is never a link.
 * @param {string} source
 * @param {Dialect} dialect
 * @param {number} [depth]
 * @returns {Inline[]}
 */
export function parseInline(source, dialect, depth = 0) {
  /** @type {Inline[]} */
  const inlines = [];
  // A mark that found no end once finds none later: without this, text full of lone marks takes quadratic time.
  /** @type {Set<string>} */
  const endless = new Set();
  let text = "";
  let at = 0;
  const flush = () => {
    if (text !== "") inlines.push({ kind: "text", text: toPlain(text) });
    text = "";
  };
  while (at < source.length) {
    const found = depth > maxDepth ? undefined : readMarkup(source, at, { dialect, endless, depth });
    if (found === undefined) {
      words.lastIndex = at + 1;
      const next = at + 1 + (words.exec(source)?.[0].length ?? 0);
      text += source.slice(at, next);
      at = next;
      continue;
    }
    flush();
    inlines.push(...found.inlines);
    at = found.next;
  }
  flush();
  return inlines;
}

/**
 * @param {string} source
 * @param {number} at
 * @param {{ dialect: Dialect, endless: Set<string>, depth: number }} scene
 * @returns {Found | undefined}
 */
function readMarkup(source, at, scene) {
  const character = source[at] ?? "";
  if (character === "\n") return { inlines: [{ kind: "break" }], next: at + 1 };
  if (character === "`" && scene.dialect.isPlain !== true) return readCode(source, at, scene.endless);
  if (character === "<") return readToken(source, at);
  if (character === "h") return readAddress(source, at);
  if (scene.dialect.brackets) {
    if (character === "\\" && /[!-/:-@[-`{-~]/.test(source[at + 1] ?? ""))
      return { inlines: [{ kind: "text", text: source[at + 1] ?? "" }], next: at + 2 };
    if (character === "[" || (character === "!" && source[at + 1] === "["))
      return readLink(source, at, scene);
  }
  return readMarked(source, at, scene);
}

/**
 * @param {string} source
 * @param {number} at
 * @param {Set<string>} endless
 * @returns {Found | undefined}
 */
function readCode(source, at, endless) {
  const fence = /^`+/.exec(source.slice(at, at + 64))?.[0] ?? "`";
  const end = endless.has(fence) ? -1 : findFence(source, at + fence.length, fence);
  if (end === -1) {
    endless.add(fence);
    return { inlines: [{ kind: "text", text: fence }], next: at + fence.length };
  }
  const code = source.slice(at + fence.length, end).replaceAll("\n", " ");
  const text = decodeEntities(/^ .*\S.* $/.test(code) ? code.slice(1, -1) : code);
  return { inlines: [{ kind: "code", text }], next: end + fence.length };
}

/**
 * @param {string} source
 * @param {number} from
 * @param {string} fence
 */
function findFence(source, from, fence) {
  let at = source.indexOf(fence, from);
  while (at !== -1) {
    if (source[at + fence.length] !== "`" && source[at - 1] !== "`") return at;
    while (source[at] === "`") at += 1;
    at = source.indexOf(fence, at);
  }
  return -1;
}

/**
 * `<@U1>`, `<#C1|name>`, `<!here>`, `<https://a.b|label>`, and `<at>Name</at>` of Teams.
 * @param {string} source
 * @param {number} at
 * @returns {Found | undefined}
 */
function readToken(source, at) {
  const named = /^<at>([^<>\n]{1,200})<\/at>/.exec(source.slice(at, at + 220));
  if (named !== null)
    return {
      inlines: [{ kind: "mention", name: decodeEntities(named[1] ?? "") }],
      next: at + named[0].length,
    };
  const match = /^<([^<>\n|]{1,2000})(?:\|([^<>\n]{0,2000}))?>/.exec(source.slice(at, at + 4100));
  if (match === null) return undefined;
  const [whole, target = "", label] = match;
  const next = at + whole.length;
  const user = /^@!?([UW][A-Z0-9]+|\d{15,21})$/.exec(target)?.[1];
  if (user !== undefined) return { inlines: [{ kind: "user", id: user }], next };
  const channel = /^#([CG][A-Z0-9]+|\d{15,21})$/.exec(target)?.[1];
  if (channel !== undefined) return { inlines: [{ kind: "channel", id: channel }], next };
  const range = /^!(here|channel|everyone)$/.exec(target)?.[1];
  if (range !== undefined) return { inlines: [{ kind: "broadcast", range }], next };
  const url = toSafeUrl(decodeEntities(target));
  if (url === undefined) return undefined;
  return {
    inlines: [{ kind: "link", url, children: [{ kind: "text", text: toPlain(label || target) }] }],
    next,
  };
}

/**
 * @param {string} source
 * @param {number} at
 * @returns {Found | undefined}
 */
function readAddress(source, at) {
  if (/\w/.test(source[at - 1] ?? "")) return undefined;
  const match = /^https?:\/\/[^\s<>"'`|]*[^\s<>"'`|.,;:!?)\]}*_~]/.exec(source.slice(at, at + 2000));
  const url = match === null ? undefined : toSafeUrl(decodeEntities(match[0]));
  if (match === null || url === undefined) return undefined;
  const children = [{ kind: /** @type {const} */ ("text"), text: decodeEntities(match[0]) }];
  return { inlines: [{ kind: "link", url, children }], next: at + match[0].length };
}

/**
 * `[label](address)`; of an image only the way to it, because the page loads nothing from elsewhere.
 * @param {string} source
 * @param {number} at
 * @param {{ dialect: Dialect, depth: number }} scene
 * @returns {Found | undefined}
 */
function readLink(source, at, { dialect, depth }) {
  const match =
    /^!?\[((?:[^[\]\\\n]|\\.){0,1000})\]\(\s*<?((?:[^\s()<>\\]|\\.|\([^\s()<>]{0,500}\)){1,2000})>?(?:\s+"[^"\n]{0,500}")?\s*\)/.exec(
      source.slice(at, at + 4100),
    );
  if (match === null) return undefined;
  const [whole, label = "", address = ""] = match;
  const url = toSafeUrl(decodeEntities(address.replaceAll(/\\(.)/g, "$1")));
  const inside = parseInline(label || address, dialect, depth + 1).map(withoutLink);
  const next = at + whole.length;
  if (url === undefined)
    return { inlines: [...inside, { kind: "text", text: ` (${toPlain(address)})` }], next };
  return { inlines: [{ kind: "link", url, children: inside }], next };
}

/**
 * @param {Inline} inline
 * @returns {Inline}
 */
function withoutLink(inline) {
  return inline.kind === "link" ? { kind: "strong", children: inline.children } : inline;
}

/**
 * @param {string} source
 * @param {number} at
 * @param {{ dialect: Dialect, endless: Set<string>, depth: number }} scene
 * @returns {Found | undefined}
 */
function readMarked(source, at, { dialect, endless, depth }) {
  for (const [mark, kind] of dialect.marks) {
    if (!source.startsWith(mark, at) || endless.has(mark)) continue;
    const from = at + mark.length;
    const opens = /[^\s]/.test(source[from] ?? "") && source[from] !== mark[0];
    const isInWord = /\w/.test(source[at - 1] ?? "") && (!dialect.brackets || mark[0] === "_");
    if (!opens || isInWord) continue;
    const end = findEnd(source, from, mark, dialect);
    if (end === -1) {
      endless.add(mark);
      continue;
    }
    const children = parseInline(source.slice(from, end), dialect, depth + 1);
    return { inlines: [{ kind, children }], next: end + mark.length };
  }
  return undefined;
}

/**
 * @param {string} source
 * @param {number} from
 * @param {string} mark
 * @param {Dialect} dialect
 */
function findEnd(source, from, mark, dialect) {
  const isWordBound = !dialect.brackets || mark[0] === "_";
  for (let at = source.indexOf(mark, from); at !== -1; at = source.indexOf(mark, at + 1)) {
    const [before = "", after = ""] = [source[at - 1], source[at + mark.length]];
    const isDoubled = mark.length === 1 && (before === mark || after === mark) && dialect.brackets;
    const closes = at > from && /\S/.test(before) && before !== "\\" && !isDoubled;
    if (closes && !(isWordBound && /\w/.test(after))) return at;
  }
  return -1;
}

/**
 * The address as the browser would follow it, when that leads to a web page.
 * @param {string} address
 * @returns {string | undefined}
 */
export function toSafeUrl(address) {
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  return url.protocol === "https:" || url.protocol === "http:" ? url.href : undefined;
}

/**
 * Text with emoji names and the platform's escapes resolved.
 * @param {string} text
 */
export function toPlain(text) {
  return decodeEntities(text).replaceAll(/:([a-z0-9_+'-]{1,60}):/g, (whole, name) => emojiOf(name) ?? whole);
}

/** @type {Readonly<Record<string, string>>} */
const entities = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'", nbsp: "\u00a0" };

/** @param {string} text */
export function decodeEntities(text) {
  if (!text.includes("&")) return text;
  return text.replaceAll(/&(?:#(\d{1,6})|(lt|gt|amp|quot|apos|nbsp));/g, (_whole, code, name) =>
    code === undefined ? (entities[name] ?? "") : String.fromCodePoint(Number(code)),
  );
}
