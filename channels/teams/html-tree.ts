/** An element of a message's HTML. The names of tags and attributes are in lower case. */
export interface Element {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: HtmlNode[];
}

export type HtmlNode = Element | string;

// A message is at most 28 KB; what nests or branches further than any editor does is flattened to its text.
const deepest = 64;
const mostNodes = 20_000;

/**
 * Reads HTML into a tree. Never throws: what is not closed ends with its parent, an end without a beginning is
 * dropped, and script, style and comments are left out with what they hold.
 */
export function parseHtml(source: string): readonly HtmlNode[] {
  const root: HtmlNode[] = [];
  const open: Element[] = [];
  const token = /<!--[^]*?(?:-->|$)|<(\/?)([a-z][a-z0-9:-]*)((?:[^<>"']|"[^"]*"|'[^']*')*)>|[^<]+|</gi;
  let nodes = 0;
  for (const match of source.matchAll(token)) {
    const [text, slash, name, attributes = ""] = match;
    if (text.startsWith("<!--")) continue;
    const into = open.at(-1)?.children ?? root;
    if (name === undefined) into.push(decodeEntities(text));
    else if (++nodes > mostNodes) continue;
    else if (slash === "/") close(open, name.toLowerCase());
    else {
      const element = { tag: name.toLowerCase(), attributes: readAttributes(attributes), children: [] };
      into.push(element);
      if (!empty.has(element.tag) && !attributes.endsWith("/") && open.length < deepest) open.push(element);
    }
  }
  return root;
}

const empty: ReadonlySet<string> = new Set([
  "br",
  "hr",
  "img",
  "input",
  "meta",
  "link",
  "wbr",
  "col",
  "source",
]);

function close(open: Element[], tag: string): void {
  const at = open.findLastIndex((element) => element.tag === tag);
  if (at >= 0) open.length = at;
}

function readAttributes(source: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = Object.create(null);
  for (const match of source.matchAll(/([a-z][\w:-]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/gi)) {
    const [, name = "", double, single, bare] = match;
    found[name.toLowerCase()] ??= decodeEntities(double ?? single ?? bare ?? "");
  }
  return found;
}

const named: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00A0",
};

function decodeEntities(text: string): string {
  return text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name) => {
    if (typeof name === "string") return named[name.toLowerCase()] ?? whole;
    const code = typeof decimal === "string" ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code > 0 && code <= 0x10_ff_ff ? String.fromCodePoint(code) : "";
  });
}
