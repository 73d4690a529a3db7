import { setImmediate as breathe } from "node:timers/promises";
import { z } from "zod";
import type { IndexedChunk } from "./knowledge-index.ts";
import { createPostingsBuilder, type PostingNumbers } from "./postings.ts";
import { createSimilaritiesBuilder, type SimilaritiesBuilder, type UnitVectors } from "./similarities.ts";

export interface LoadLimits {
  readonly bytes: number;
  /** Numbers in all its vectors at most; above, looking at each of them would hold everything else up. */
  readonly vectorNumbers: number;
}

const numbersOf = z.enum([
  "listOf",
  "documentOf",
  "textStarts",
  "textRows",
  "textTimes",
  "textShapes",
  "headStarts",
  "headRows",
  "headTimes",
  "headShapes",
  "vectors",
]);
/** Arrays of a table: for each row its list of groups and its document, postings of two fields, all vectors. */
export type NumbersOf = z.output<typeof numbersOf>;

const textsOf = z.enum(["ids", "documents", "lists", "terms"]);
/** Texts of a table, by their numbers; a list is its groups with bars between. */
export type TextsOf = z.output<typeof textsOf>;

const sizes = z.object({
  kind: z.literal("sizes"),
  rows: z.number(),
  terms: z.number(),
  textPostings: z.number(),
  headPostings: z.number(),
  /** Numbers of each vector; 0 where it has none. */
  dimensions: z.number(),
  /** About what all of it takes. */
  bytes: z.number(),
});
export type TableSizes = z.output<typeof sizes>;

/** A part of a table that can be searched in memory, small enough to be handed on: its sizes first, then all else. */
export const tablePiece = z.discriminatedUnion("kind", [
  sizes,
  z.object({ kind: z.literal("texts"), of: textsOf, some: z.array(z.string()) }),
  z.object({
    kind: z.literal("numbers"),
    of: numbersOf,
    from: z.number(),
    some: z.union([
      z.instanceof(Uint32Array),
      z.instanceof(Uint8Array),
      z.instanceof(Float32Array),
      z.instanceof(Int16Array),
    ]),
  }),
]);
export type TablePiece = z.output<typeof tablePiece>;

type Numbers = Extract<TablePiece, { readonly kind: "numbers" }>["some"];

const bytesOfId = 120;
const bytesOfTerm = 100;
const textsEach = 5_000;
const numbersEach = 250_000;

/**
 * Turns a table's chunks into what is searched in memory, a few at a time with room for others in between. Gives nothing
 * where it is larger than it may be.
 */
export async function* gatherTable(
  chunks: AsyncIterable<readonly IndexedChunk[]>,
  limits: LoadLimits,
): AsyncGenerator<TablePiece, undefined> {
  const gathered = await gatherAll(chunks, limits);
  if (gathered !== undefined) yield* inPieces(gathered);
}

/** What it is made from can go before it is handed on. */
async function gatherAll(
  chunks: AsyncIterable<readonly IndexedChunk[]>,
  limits: LoadLimits,
): Promise<Gathered | undefined> {
  const gathering = startGathering(limits);
  for await (const some of chunks) {
    for (const chunk of some) gathering.add(chunk);
    if (gathering.bytes() > limits.bytes) return undefined;
    await breathe();
  }
  return gathering.end();
}

interface Gathered extends Record<TextsOf, readonly string[]> {
  readonly bytes: number;
  readonly listOf: readonly number[];
  readonly documentOf: readonly number[];
  readonly text: PostingNumbers;
  readonly head: PostingNumbers;
  readonly vectors: UnitVectors | undefined;
}

function startGathering({ vectorNumbers }: LoadLimits) {
  const [terms, documents, lists] = [createNumbering(), createNumbering(), createNumbering()];
  const [text, head] = [createPostingsBuilder(), createPostingsBuilder()];
  const ids: string[] = [];
  const [documentOf, listOf]: [number[], number[]] = [[], []];
  let vectors: SimilaritiesBuilder | undefined = createSimilaritiesBuilder();
  let numbers = 0;
  const toNumbers = (words: string) => (words === "" ? [] : words.split(" ").map(terms.numberOf));
  const bytes = () =>
    text.bytes +
    head.bytes +
    (vectors?.bytes ?? 0) +
    ids.length * bytesOfId +
    terms.texts.length * bytesOfTerm;

  return {
    bytes,
    add({ id, documentId, groups, headTerms, terms: words, vector }: IndexedChunk): void {
      ids.push(id);
      documentOf.push(documents.numberOf(documentId));
      listOf.push(lists.numberOf(groups.join("|")));
      text.add(toNumbers(words));
      head.add(toNumbers(headTerms));
      numbers += vector.length;
      if (numbers > vectorNumbers) vectors = undefined;
      vectors?.add(vector);
    },
    end: async (): Promise<Gathered> => ({
      ids,
      documents: documents.texts,
      lists: lists.texts,
      terms: terms.texts,
      bytes: bytes(),
      listOf,
      documentOf,
      text: await text.build(terms.texts.length),
      head: await head.build(terms.texts.length),
      vectors: vectors?.build(),
    }),
  };
}

function* inPieces(gathered: Gathered): Generator<TablePiece, undefined> {
  const { ids, terms, bytes, text, head, vectors } = gathered;
  const [textPostings, headPostings] = [text.rows.length, head.rows.length];
  const dimensions = vectors?.dimensions ?? 0;
  yield {
    kind: "sizes",
    rows: ids.length,
    terms: terms.length,
    textPostings,
    headPostings,
    dimensions,
    bytes,
  };
  for (const of of textsOf.options) yield* inTexts(of, gathered[of]);
  yield* inNumbers("listOf", Uint32Array.from(gathered.listOf));
  yield* inNumbers("documentOf", Uint32Array.from(gathered.documentOf));
  yield* inNumbers("textStarts", text.starts);
  yield* inNumbers("textRows", text.rows);
  yield* inNumbers("textTimes", text.times);
  yield* inNumbers("textShapes", text.shapes);
  yield* inNumbers("headStarts", head.starts);
  yield* inNumbers("headRows", head.rows);
  yield* inNumbers("headTimes", head.times);
  yield* inNumbers("headShapes", head.shapes);
  let from = 0;
  for (const piece of vectors?.pieces ?? []) {
    yield { kind: "numbers", of: "vectors", from, some: piece };
    from += piece.length;
  }
}

interface Numbering {
  /** By their numbers. */
  readonly texts: readonly string[];
  numberOf(text: string): number;
}

/** Texts get numbers in the order they are first met. */
function createNumbering(): Numbering {
  const known = new Map<string, number>();
  const texts: string[] = [];
  return {
    texts,
    numberOf(text) {
      const before = known.get(text);
      if (before !== undefined) return before;
      // What a long text was cut into would otherwise hold all of it.
      const own = Buffer.from(text, "utf8").toString("utf8");
      known.set(own, texts.length);
      return texts.push(own) - 1;
    },
  };
}

function* inTexts(of: TextsOf, texts: readonly string[]): Generator<TablePiece> {
  for (let from = 0; from < texts.length; from += textsEach)
    yield { kind: "texts", of, some: texts.slice(from, from + textsEach) };
}

function* inNumbers(of: NumbersOf, numbers: Numbers): Generator<TablePiece> {
  for (let from = 0; from < numbers.length; from += numbersEach)
    yield { kind: "numbers", of, from, some: numbers.subarray(from, from + numbersEach) };
}
