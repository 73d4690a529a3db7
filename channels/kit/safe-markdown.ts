import type { Code, Definition, FootnoteDefinition, Link, LinkReference, Nodes, Parents, Root } from "mdast";
import { toString } from "mdast-util-to-string";
import { applyEdits, type Edit } from "./apply-edits.ts";
import { parseMarkdown } from "./parse-markdown.ts";
import { judgeLink } from "./safe-link.ts";

/** What is special about a platform's own markup, for making markdown harmless there. */
export interface Dialect {
  /** Matches whenever text or code may hold something the platform would bring to life; links are seen to. */
  readonly suspicious: RegExp;
  /** Breaks up the platform's tokens in text. Done twice it changes nothing more. */
  readonly defuseText: (source: string) => string;
  /** The same in code, where nothing is decoded. */
  readonly defuseCode: (source: string) => string;
}

/** Makes markdown harmless on one platform. */
export interface SafeMarkdown {
  /**
   * Everything a model could forge made harmless: the platform's own tokens, links that hide where they lead,
   * images, HTML. What is harmless stays byte for byte. Doing it twice changes nothing more.
   */
  toSafe(markdown: string): string;
  /** False when `toSafe` would change nothing, found out without parsing. */
  mayForge(markdown: string): boolean;
}

/** The way of one dialect; pure. */
export function createSafeMarkdown(dialect: Dialect): SafeMarkdown {
  const isSuspicious = (markdown: string): boolean =>
    disguise.test(markdown) || dialect.suspicious.test(markdown);

  function mayForge(markdown: string): boolean {
    if (!isSuspicious(markdown)) return false;
    if (!markdown.includes("](http")) return true;
    return isSuspicious(
      markdown.replaceAll(everydayLink, (link: string, label: string, address: string) =>
        judgeLink(label, address).kind === "plain" ? label : link,
      ),
    );
  }

  /** What was made harmless can stand so that a bracket before it makes a link of both: then it is done again. */
  function toSafe(markdown: string): string {
    let safe = markdown;
    for (let pass = 0; pass < maxPasses; pass += 1) {
      if (!mayForge(safe)) return safe;
      const next = once(safe);
      if (next === safe) return safe;
      safe = next;
    }
    // What does not come to rest was written to that end: it is shown as the signs it is made of.
    return toWords(safe, dialect);
  }

  function once(markdown: string): string {
    const source = withoutOverrides(markdown);
    const edits: Edit[] = [];
    const root = parseMarkdown(source);
    visit(root, { source, dialect, edits, definitions: definitionsOf(root), isInLink: false });
    return applyEdits(source, edits);
  }

  return { toSafe, mayForge };
}

/** Takes out what turns the order of the following characters around, and with it what an address seems to say. */
export function withoutOverrides(text: string): string {
  return text.replaceAll(/[\u202D\u202E]/g, "");
}

/** A word joiner: invisible, without width, and no letter of a name. */
export const joiner = "\u2060";

/** Names that call everybody, with a joiner in them. */
export function defuseNames(text: string): string {
  return text.replaceAll(/(?<![\p{L}\p{N}_.])@(?=(?:channel|here|everyone)\b)/giu, `@${joiner}`);
}

/** Takes the name out of `https://bank.com@evil.example/`, which leads to evil.example; after `www.` no link remains. */
export function withoutUserInfo(source: string): string {
  return source
    .replaceAll(/(:\/\/)[^ \t\r\n/?#@]*(?:@[^ \t\r\n/?#@]*)*@(?=[^ \t\r\n/?#@])/g, "$1")
    .replaceAll(/(www)\.(?=[^ \t\r\n/?#]*@)/gi, `$1${joiner}.`);
}

const maxPasses = 6;

/** What can hide where a link leads, on any platform: also a bare address, written out or escaped, with an `@`. */
const disguise =
  /[<\u202D\u202E]|\][[(:]|(?:^|[ \t\r\n])(?=[^ \t\r\n]*(?:www\\?\.|:\\?\/\\?\/|&#?\w+;))[^ \t\r\n]*(?:@|&#?\w+;)/i;

/** The links of everyday answers: judged here, they need no parsing. An image begins like one. */
const everydayLink = /(?<!!)\[([^[\]\\]+)\]\((https?:\/\/[^\s()<>|\\@]+)\)/g;

interface Scene {
  readonly source: string;
  readonly dialect: Dialect;
  readonly edits: Edit[];
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly isInLink: boolean;
}

function definitionsOf(root: Root): ReadonlyMap<string, Definition> {
  const found = new Map<string, Definition>();
  const search = (node: Nodes): void => {
    if (node.type === "definition" && !found.has(node.identifier)) found.set(node.identifier, node);
    if ("children" in node) node.children.forEach(search);
  };
  search(root);
  return found;
}

function visit(node: Nodes, scene: Scene): void {
  switch (node.type) {
    case "text":
    case "html":
      return replaceBy(node, scene, scene.dialect.defuseText);
    case "inlineCode":
      return replaceBy(node, scene, (source) => scene.dialect.defuseCode(onOneLine(source)));
    case "code":
      return visitCode(node, scene);
    case "link":
      return visitLink(node, node.url, scene);
    case "linkReference":
      return visitLink(node, scene.definitions.get(node.identifier)?.url ?? "", scene);
    case "image":
      return replaceBy(node, scene, () => toImageLink(node.alt ?? "", node.url, scene));
    case "imageReference":
      return replaceBy(node, scene, () =>
        toImageLink(node.alt ?? "", scene.definitions.get(node.identifier)?.url ?? "", scene),
      );
    case "definition":
      // Its links carry the address themselves by now; left in place it could give one to any bracket.
      return replaceBy(node, scene, (source) => scene.dialect.defuseText(source.replace(/\]:\s*/, "] ")));
    case "footnoteReference":
      return replaceBy(node, scene, scene.dialect.defuseText);
    case "footnoteDefinition":
      edit(scene, labelRange(node), scene.dialect.defuseText);
      return visitChildren(node, scene);
    default:
      if ("children" in node) visitChildren(node, scene);
  }
}

/** A line of a code span that begins with a bracket begins HTML for whoever knows HTML. */
function onOneLine(source: string): string {
  return source.replaceAll(/\n[ \t>]*(?=<)/g, " ");
}

/** What stands before the content of a footnote. */
function labelRange(node: FootnoteDefinition): Range {
  const { from, to } = rangeOf(node) ?? { from: 0, to: 0 };
  return { from, to: node.children[0] === undefined ? to : (rangeOf(node.children[0])?.from ?? from) };
}

/** The parser gives no place to the bare links it finds late, nor to the text around them: it all is text. */
function visitChildren(parent: Parents, scene: Scene): void {
  let end = rangeOf(parent)?.from ?? 0;
  let late: Nodes[] = [];
  for (const child of parent.children) {
    const range = rangeOf(child);
    if (range === undefined) {
      late.push(child);
      continue;
    }
    visitLate(late, { from: end, to: range.from }, scene);
    late = [];
    visit(child, scene);
    end = range.to;
  }
  visitLate(late, { from: end, to: rangeOf(parent)?.to ?? scene.source.length }, scene);
}

function visitLate(nodes: readonly Nodes[], range: Range, scene: Scene): void {
  if (nodes.length === 0) return;
  const isEscaped = /[&\\]/.test(scene.source.slice(range.from, range.to));
  if (!isEscaped || !nodes.some(hidesHost)) return edit(scene, range, scene.dialect.defuseText);
  edit(scene, range, () => toWords(nodes.map((node) => toString(node)).join(""), scene.dialect));
}

/** A bare link with a name before its host. */
function hidesHost(node: Nodes): boolean {
  if (node.type !== "link") return false;
  const url = URL.parse(node.url);
  return url !== null && url.username + url.password !== "";
}

/** The same words without markup, and without a name before a host. */
function toWords(words: string, { defuseText }: Dialect): string {
  return defuseText(withoutUserInfo(words).replaceAll(/[\\`*_[\]()~|!#:&<]/g, "\\$&"));
}

function visitCode(node: Code, scene: Scene): void {
  replaceBy(node, scene, (source) => {
    if (/^(?:`{3}|~{3})/.test(source)) return scene.dialect.defuseCode(source);
    // Not every platform knows indented code; one that does not would then bring links in it to life.
    return scene.dialect.defuseText(source).replaceAll(/\](?=[([:])/g, "] ");
  });
}

function visitLink(node: Link | LinkReference, address: string, scene: Scene): void {
  const range = rangeOf(node);
  if (range === undefined) return;
  const source = scene.source.slice(range.from, range.to);
  if (source.startsWith("<"))
    return void scene.edits.push({ ...range, text: toAutolink(source.slice(1, -1), address, scene) });
  if (!source.startsWith("[")) return visitLate([node], range, scene);

  const label = toString(node);
  const verdict = judgeLink(label, address);
  const inner = innerRange(node) ?? { from: range.from + 1, to: range.from + 1 };
  visitChildren(node, { ...scene, isInLink: true });
  const wrap = (before: string, after: string): void => {
    scene.edits.push({ from: range.from, to: inner.from, text: before });
    scene.edits.push({ from: inner.to, to: range.to, text: after });
  };
  switch (verdict.kind) {
    case "plain":
      return wrap("[", `${label.trim() === "" ? verdict.host : ""}](${verdict.url})`);
    case "disguised":
      return wrap("", ` ([${verdict.host}](${verdict.url}))`);
    case "inert":
      // A bracket that refers to nothing is text; anything else is shown for what it is.
      return wrap("", address === "" ? "" : ` (${toCodeSpan(address, scene)})`);
  }
}

function toAutolink(shown: string, address: string, scene: Scene): string {
  const verdict = judgeLink(shown, address);
  if (verdict.kind === "inert") return toCodeSpan(shown, scene);
  const label = verdict.kind === "plain" ? shown.replaceAll(/[[\]<>\\|]/g, percent) : verdict.url;
  return `[${label}](${verdict.url})`;
}

function percent(character: string): string {
  return encodeURIComponent(character);
}

function toImageLink(alt: string, address: string, { isInLink, dialect }: Scene): string {
  const label = dialect.defuseText(alt.replaceAll(/[[\]`\\]/g, " ").trim());
  if (isInLink) return label === "" ? "image" : label;
  const verdict = judgeLink(alt, address);
  switch (verdict.kind) {
    case "plain":
      return `[${label === "" ? verdict.host : label}](${verdict.url})`;
    case "disguised":
      return `${label} ([${verdict.host}](${verdict.url}))`;
    case "inert":
      return label;
  }
}

const shownLimit = 80;

function toCodeSpan(address: string, { dialect }: Scene): string {
  const shown = address.replaceAll(/[`\s]/g, " ").slice(0, shownLimit);
  return `\`${dialect.defuseCode(shown.length < address.length ? `${shown}…` : shown)}\``;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

function rangeOf(node: Nodes): Range | undefined {
  const from = node.position?.start.offset;
  const to = node.position?.end.offset;
  return from === undefined || to === undefined ? undefined : { from, to };
}

/** From the first child's start to the last one's end, when both have a place. */
function innerRange(node: Parents): Range | undefined {
  const first = node.children.at(0);
  const last = node.children.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const from = rangeOf(first)?.from;
  const to = rangeOf(last)?.to;
  return from === undefined || to === undefined ? undefined : { from, to };
}

function replaceBy(node: Nodes, scene: Scene, change: (source: string) => string): void {
  const range = rangeOf(node);
  if (range !== undefined) edit(scene, range, change);
}

function edit(scene: Scene, range: Range, change: (source: string) => string): void {
  const before = scene.source.slice(range.from, range.to);
  const text = change(before);
  if (text !== before) scene.edits.push({ ...range, text });
}
