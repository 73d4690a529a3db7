import { setImmediate as breathe } from "node:timers/promises";
import { z } from "zod";
import type { IndexedChunk } from "./knowledge-index.ts";
import { packTerms, type PostedRows } from "./postings.ts";
import { stepsOf, toUnits } from "./similarities.ts";

export interface LoadLimits {
  readonly bytes: number;
  /** Numbers in all its vectors at most; above, looking at each of them would hold everything else up. */
  readonly vectorNumbers: number;
}

const sizes = z.object({
  kind: z.literal("sizes"),
  rows: z.number(),
  /** Numbers of each vector as it is compared; 0 where vectors are not kept. */
  steps: z.number(),
});
export type TableSizes = z.output<typeof sizes>;

const texts = z.array(z.string());
const numbers = z.instanceof(Uint32Array<ArrayBuffer>);
const posted = z.object({ postings: numbers, ends: numbers, lengths: numbers });
const nextRows = z.object({
  kind: z.literal("rows"),
  ids: texts,
  // Texts have numbers, in the order they come: these are the next ones. A list is its groups with bars between.
  documents: texts,
  lists: texts,
  terms: texts,
  documentOf: numbers,
  listOf: numbers,
  text: posted,
  head: posted,
  /** One after the other, as they are compared; empty where they are not kept. */
  vectors: z.instanceof(Int16Array),
});
export type NextRows = z.output<typeof nextRows>;

/** A part of a table that can be searched in memory, small enough to be handed on: its sizes, then its rows. */
export const tablePiece = z.discriminatedUnion("kind", [sizes, nextRows]);
export type TablePiece = z.output<typeof tablePiece>;

/** A table that is read. */
export interface ReadableTable {
  readonly rows: number;
  readonly chunks: AsyncIterable<readonly IndexedChunk[]>;
}

const rowsEach = 256;

/** Turns a table's chunks into what is searched in memory, piece by piece with room for others in between. */
export async function* gatherTable(
  { rows, chunks }: ReadableTable,
  { vectorNumbers }: LoadLimits,
): AsyncGenerator<TablePiece, undefined> {
  let steps: number | undefined;
  const numberings = {
    documents: createNumbering(),
    lists: createNumbering(),
    terms: createNumbering(),
  };
  let left = rows;
  let waiting: IndexedChunk[] = [];
  const take = () => {
    // What came in meanwhile has no room.
    const some = waiting.slice(0, left);
    left -= some.length;
    waiting = [];
    return toRows(some, numberings, steps ?? 0);
  };
  for await (const some of chunks) {
    if (steps === undefined) {
      const dimensions = some[0]?.vector.length ?? 0;
      steps = rows * dimensions > vectorNumbers ? 0 : stepsOf(dimensions);
      yield { kind: "sizes", rows, steps };
    }
    waiting.push(...some);
    if (waiting.length >= rowsEach) yield take();
    await breathe();
  }
  if (steps === undefined) yield { kind: "sizes", rows: 0, steps: 0 };
  if (waiting.length > 0) yield take();
}

interface Numberings {
  readonly documents: Numbering;
  readonly lists: Numbering;
  readonly terms: Numbering;
}

function toRows(
  chunks: readonly IndexedChunk[],
  { documents, lists, terms }: Numberings,
  steps: number,
): NextRows {
  const toPostings = (words: string): RowPostings => {
    const all = words === "" ? [] : words.split(" ").map(terms.numberOf);
    return { postings: packTerms(all), length: all.length };
  };
  return {
    kind: "rows",
    ids: chunks.map(({ id }) => id),
    documentOf: Uint32Array.from(chunks, ({ documentId }) => documents.numberOf(documentId)),
    listOf: Uint32Array.from(chunks, ({ groups }) => lists.numberOf(groups.join("|"))),
    text: inOneList(chunks.map(({ terms: words }) => toPostings(words))),
    head: inOneList(chunks.map(({ headTerms }) => toPostings(headTerms))),
    vectors: toUnits(
      chunks.map(({ vector }) => vector),
      steps,
    ),
    documents: documents.takeNew(),
    lists: lists.takeNew(),
    terms: terms.takeNew(),
  };
}

interface RowPostings {
  readonly postings: readonly number[];
  readonly length: number;
}

function inOneList(rows: readonly RowPostings[]): PostedRows<ArrayBuffer> {
  let end = 0;
  return {
    postings: Uint32Array.from(rows.flatMap(({ postings }) => postings)),
    ends: Uint32Array.from(rows, ({ postings }) => (end += postings.length)),
    lengths: Uint32Array.from(rows, ({ length }) => length),
  };
}

interface Numbering {
  readonly numberOf: (text: string) => number;
  /** Those that got a number since this was asked last. */
  takeNew(): string[];
}

/** Texts get numbers in the order they are first met. */
function createNumbering(): Numbering {
  const known = new Map<string, number>();
  let fresh: string[] = [];
  return {
    numberOf(text) {
      const before = known.get(text);
      if (before !== undefined) return before;
      // What a long text was cut into would otherwise hold all of it.
      const own = Buffer.from(text, "utf8").toString("utf8");
      const number = known.size;
      known.set(own, number);
      fresh.push(own);
      return number;
    },
    takeNew() {
      const taken = fresh;
      fresh = [];
      return taken;
    },
  };
}
