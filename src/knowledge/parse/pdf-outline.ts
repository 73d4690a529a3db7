/** A heading that a PDF's outline names. */
export interface OutlineEntry {
  readonly title: string;
  /** From 1, the outermost. */
  readonly depth: number;
}

/** A stretch of a page's lines, with the heading it begins with where one does. */
export interface PdfPart {
  readonly heading?: string | undefined;
  readonly depth: number;
  readonly lines: readonly string[];
  /** From 1. */
  readonly page: number;
}

interface OutlineNode {
  readonly title: string;
  readonly items: readonly OutlineNode[];
}

const deepest = 6;
const mostEntries = 20_000;

/** The outline in reading order; none where the PDF has none or a damaged one. */
export async function readOutline(pdf: {
  getOutline(): Promise<readonly OutlineNode[] | null>;
}): Promise<OutlineEntry[]> {
  const entries: OutlineEntry[] = [];
  const open = ((await pdf.getOutline().catch(() => null)) ?? []).map((node) => ({ node, depth: 1 }));
  for (let next = open.shift(); next !== undefined && entries.length < mostEntries; next = open.shift()) {
    const { node, depth } = next;
    entries.push({ title: node.title.replace(/\s+/gu, " ").trim(), depth });
    open.unshift(...node.items.map((child) => ({ node: child, depth: Math.min(deepest, depth + 1) })));
  }
  return entries.filter(({ title }) => title !== "");
}

// A heading is broken over so many lines at most.
const mostLines = 3;
const numbering = /^(?:(?:chapter|part|appendix|section)\s+)?(?:[\divxlc]+|[a-z])(?:\.\d+)*[.:)]?\s+/i;

const edge = 2;

/** Cuts pages where an outline's headings stand on lines of their own, in the outline's order; others are passed over. */
export function placeHeadings(
  pages: readonly (readonly string[])[],
  outline: readonly OutlineEntry[],
): PdfPart[] {
  const parts: PdfPart[] = [];
  const waiting = outline.map((entry) => ({ ...entry, key: toKey(entry.title) }));
  const isRunningTitle = createRunningTitleFinder(outline);
  for (const [at, lines] of pages.entries()) {
    let begun: PdfPart & { lines: string[] } = { depth: 0, lines: [], page: at + 1 };
    for (let from = 0; from < lines.length;) {
      const found = findHeading(lines, from, waiting);
      if (found === undefined) {
        const line = lines[from] ?? "";
        const isEdge = from < edge || from >= lines.length - edge;
        if (!isEdge || !isRunningTitle(line, waiting.length)) begun.lines.push(line);
        from += 1;
        continue;
      }
      parts.push(begun);
      const { title, depth } = found.entry;
      begun = { heading: title, depth, lines: [], page: at + 1 };
      from += found.lines;
    }
    parts.push(begun);
  }
  return parts.filter(({ heading, lines }) => heading !== undefined || lines.length > 0);
}

/** Tells the titles that stand above or below a page's text: in capitals, or of what began before. */
function createRunningTitleFinder(outline: readonly OutlineEntry[]) {
  const keys = outline.map(({ title }) => toKey(title.toLowerCase()));
  const isShortened = (line: string) =>
    line.split(/…|\.{3}/u).some((part, at, parts) => {
      const begin = toKey(part.trim().toLowerCase().replace(numbering, ""));
      return (
        at < parts.length - 1 && begin.length >= fewestLetters && keys.some((key) => key.startsWith(begin))
      );
    });
  return (line: string, waiting: number): boolean => {
    const words = toKey(line.toLowerCase());
    if (words === "") return false;
    if (/\p{Lu}/u.test(line) && !/\p{Ll}/u.test(line))
      return keys.some((key) => key.length >= fewestLetters && words.includes(key)) || isShortened(line);
    const named = keysOf(line.toLowerCase());
    return keys.slice(0, keys.length - waiting).some((key) => named.includes(key));
  };
}

interface Waiting extends OutlineEntry {
  readonly key: string;
}

// A heading whose words are lost on their page must not hold up those behind it.
const lookAhead = 12;
const fewestLetters = 8;

function findHeading(
  lines: readonly string[],
  from: number,
  waiting: Waiting[],
): { readonly entry: Waiting; readonly lines: number } | undefined {
  for (let count = 1; count <= mostLines && from + count <= lines.length; count += 1) {
    const text = lines.slice(from, from + count).join(" ");
    const keys = keysOf(text);
    const place = waiting.slice(0, lookAhead).findIndex(({ key }) => key !== "" && keys.includes(key));
    const entry = waiting[place];
    if (entry === undefined) continue;
    waiting.splice(0, place + 1);
    return { entry, lines: count };
  }
  return undefined;
}

/** With its number and without: an outline has it or not. */
function keysOf(text: string): readonly string[] {
  return [toKey(text), toKey(text.replace(numbering, ""))];
}

/** Letters and digits alone: quotes and spaces are set differently in an outline and on a page. */
function toKey(text: string): string {
  return text.replace(/[^\p{L}\p{N}]+/gu, "");
}
