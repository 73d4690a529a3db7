import type { Block } from "./block.ts";
import { toCodeBlock } from "../text/to-common-mark.ts";
import { splitSentences } from "./split-sentences.ts";

/** A stretch of a document that is found and cited as one. */
export interface Chunk {
  /** Its place in the document, from 0. */
  readonly ordinal: number;
  /** The headings it stands under, the outermost first. */
  readonly headings: readonly string[];
  /** CommonMark. */
  readonly text: string;
  /** Of its first words, where the format has pages. */
  readonly page: number | undefined;
}

/** Sizes in tokens, as `count` counts them. */
export interface ChunkSizes {
  readonly size: number;
  /** Of what a chunk repeats from the one before, in whole sentences. */
  readonly overlap: number;
  readonly count: (text: string) => number;
}

export const chunkTokens = { size: 512, overlap: 50 } as const;

interface Unit {
  readonly text: string;
  readonly tokens: number;
  /** Stands between it and what is before it in the same chunk. */
  readonly lead: "" | "\n\n";
  readonly repeatable: boolean;
  readonly page: number | undefined;
}

// A sentence, a table or a piece of code stays whole up to here; beyond it is no such thing but a fault of its format.
const wholeUpTo = 4;

/**
 * Cuts along headings, then between sentences. Nothing is lost and nothing changes places; what is said twice is whole
 * sentences from the end of the chunk before, within the same section.
 */
export function chunkBlocks(blocks: readonly Block[], sizes: ChunkSizes): Chunk[] {
  const chunks: Omit<Chunk, "ordinal">[] = [];
  let path: { readonly depth: number; readonly text: string; readonly page: number | undefined }[] = [];
  let section: Unit[] = [];
  let hasContent = true;

  function closeSection(): void {
    const headings = path.map(({ text }) => text);
    for (const units of pack(section, sizes)) chunks.push({ headings, ...toText(units) });
    hasContent ||= section.length > 0;
    section = [];
  }

  /** A heading that nothing stands under is a chunk of its own words. */
  function keepBareHeading(): void {
    const last = path.at(-1);
    if (hasContent || last === undefined) return;
    const headings = path.slice(0, -1).map(({ text }) => text);
    chunks.push({ headings, text: last.text, page: last.page });
  }

  for (const block of blocks) {
    if (block.text.trim() === "") continue;
    if (block.kind !== "heading") {
      section.push(...toUnits(block, sizes));
      continue;
    }
    closeSection();
    if (block.depth <= (path.at(-1)?.depth ?? 0)) keepBareHeading();
    path = [
      ...path.filter(({ depth }) => depth < block.depth),
      { ...block, text: block.text.trim(), page: block.page },
    ];
    hasContent = false;
  }
  closeSection();
  keepBareHeading();
  return chunks.map((chunk, ordinal) => ({ ordinal, ...chunk }));
}

/** A block's smallest pieces that stay together. */
function toUnits({ kind, text, page }: Block, sizes: ChunkSizes): Unit[] {
  const isProse = kind === "text";
  const isCode = kind === "code";
  const pieces = (isProse ? splitSentences(text.trim()) : [text.replace(/^\n+|\s+$/gu, "")]).flatMap(
    (piece) => cutOverlong(piece, sizes, isProse ? " " : "\n"),
  );
  const whole: readonly Piece[] = isCode
    ? pieces.map((piece) => ({ text: toCodeBlock(piece.text.trimEnd()) }))
    : pieces;
  return whole.map(({ text: piece, tokens }, at) => ({
    text: piece,
    tokens: tokens ?? sizes.count(piece),
    lead: at === 0 || isCode ? "\n\n" : "",
    repeatable: isProse,
    page,
  }));
}

/** Counting costs more than all the rest of the cutting: what was counted already is kept. */
interface Piece {
  readonly text: string;
  readonly tokens?: number | undefined;
}

/** Pieces that are far too long are cut at a space or a line's end; without either, in the middle. */
function cutOverlong(piece: string, { size, count }: ChunkSizes, at: " " | "\n"): Piece[] {
  const tokens = count(piece);
  if (tokens <= size * wholeUpTo) return [{ text: piece, tokens }];
  const letters = Math.max(1, Math.floor((piece.length * size) / tokens));
  const pieces: Piece[] = [];
  for (let from = 0; from < piece.length;) {
    const limit = from + letters;
    const end = limit >= piece.length ? -1 : piece.lastIndexOf(at, limit);
    const to = limit >= piece.length ? piece.length : end > from ? end + 1 : afterSurrogate(piece, limit);
    pieces.push({ text: piece.slice(from, to) });
    from = to;
  }
  return pieces;
}

function afterSurrogate(text: string, at: number): number {
  return /[\uD800-\uDBFF]/.test(text.charAt(at - 1)) ? at + 1 : at;
}

/** Fills chunks up to the size, each beginning with the last sentences of the one before. */
function pack(units: readonly Unit[], { size, overlap }: ChunkSizes): Unit[][] {
  const packed: Unit[][] = [];
  let open: Unit[] = [];
  let tokens = 0;
  let isNew = false;
  for (const unit of units) {
    if (isNew && tokens + unit.tokens > size) {
      packed.push(open);
      open = repeat(open, Math.min(overlap, size - unit.tokens));
      tokens = sum(open);
    }
    open.push(unit);
    tokens += unit.tokens;
    isNew = true;
  }
  if (open.length > 0) packed.push(open);
  return packed;
}

function repeat(units: readonly Unit[], atMost: number): Unit[] {
  const repeated: Unit[] = [];
  let left = atMost;
  for (const unit of units.toReversed()) {
    if (!unit.repeatable || unit.tokens > left) break;
    repeated.unshift(unit);
    left -= unit.tokens;
  }
  return repeated.length === units.length ? [] : repeated;
}

function sum(units: readonly Unit[]): number {
  return units.reduce((total, { tokens }) => total + tokens, 0);
}

function toText(units: readonly Unit[]): { text: string; page: number | undefined } {
  const text = units.map((unit, at) => (at === 0 ? unit.text : unit.lead + unit.text)).join("");
  return { text: text.trimEnd(), page: units[0]?.page };
}
