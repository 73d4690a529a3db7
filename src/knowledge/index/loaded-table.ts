import type { TenantId } from "../../core/ids.ts";
import {
  gatherTable,
  type LoadLimits,
  type NumbersOf,
  type TablePiece,
  type TableSizes,
} from "./gather-table.ts";
import { partsWorth, type IndexedChunk, type IndexHit, type IndexQuery } from "./knowledge-index.ts";
import { openPostings, type Postings } from "./postings.ts";
import { openSimilarities, type OpenSimilarities, type Similarities } from "./similarities.ts";

/** One company's chunks in the memory of this process, as they were when they were read: searched without waiting. */
export interface LoadedTable {
  /** About what it takes. */
  readonly bytes: number;
  /** Without them `search` needs to be told what is near. */
  readonly hasVectors: boolean;
  search(query: IndexQuery, near?: readonly Near[]): IndexHit[];
}

/** What another index found by vector. */
export type Near = Pick<IndexHit, "id" | "similarity">;

/** Reads a company's table; undefined where it is larger than it may be. */
export type LoadTable = (tenantId: TenantId, limits: LoadLimits) => Promise<LoadedTable | undefined>;

/** Reads a table in this process; undefined where it is larger than it may be. */
export function loadTable(
  chunks: AsyncIterable<readonly IndexedChunk[]>,
  limits: LoadLimits,
): Promise<LoadedTable | undefined> {
  return assembleTable(gatherTable(chunks, limits));
}

/** Puts a table together, each part in the place it stays in; undefined where nothing comes. */
export async function assembleTable(pieces: AsyncIterable<TablePiece>): Promise<LoadedTable | undefined> {
  let opened: Opened | undefined;
  for await (const piece of pieces) {
    if (piece.kind === "sizes") opened = openParts(piece);
    else if (piece.kind === "texts") for (const text of piece.some) opened?.texts[piece.of].push(text);
    else opened?.numbers[piece.of].set(piece.some, piece.from);
  }
  return opened === undefined ? undefined : toLoadedTable(opened);
}

interface Opened {
  readonly sizes: TableSizes;
  readonly texts: {
    readonly ids: string[];
    readonly documents: string[];
    readonly lists: string[];
    readonly terms: string[];
  };
  readonly numbers: TableNumbers;
  readonly vectors: OpenSimilarities | undefined;
}

interface TableNumbers extends Record<NumbersOf, Uint32Array | Uint8Array | Float32Array | Int16Array> {
  readonly listOf: Uint32Array;
  readonly documentOf: Uint32Array;
  readonly textStarts: Uint32Array<ArrayBuffer>;
  readonly textRows: Uint32Array<ArrayBuffer>;
  readonly textTimes: Uint8Array<ArrayBuffer>;
  readonly textShapes: Float32Array<ArrayBuffer>;
  readonly headStarts: Uint32Array<ArrayBuffer>;
  readonly headRows: Uint32Array<ArrayBuffer>;
  readonly headTimes: Uint8Array<ArrayBuffer>;
  readonly headShapes: Float32Array<ArrayBuffer>;
  readonly vectors: Int16Array;
}

function openParts(sizes: TableSizes): Opened {
  const { rows, terms, textPostings, headPostings, dimensions } = sizes;
  const vectors = dimensions === 0 ? undefined : openSimilarities({ rows, dimensions });
  return {
    sizes,
    texts: { ids: [], documents: [], lists: [], terms: [] },
    vectors,
    numbers: {
      listOf: new Uint32Array(rows),
      documentOf: new Uint32Array(rows),
      textStarts: new Uint32Array(terms + 1),
      textRows: new Uint32Array(textPostings),
      textTimes: new Uint8Array(textPostings),
      textShapes: new Float32Array(rows),
      headStarts: new Uint32Array(terms + 1),
      headRows: new Uint32Array(headPostings),
      headTimes: new Uint8Array(headPostings),
      headShapes: new Float32Array(rows),
      vectors: vectors?.all ?? new Int16Array(0),
    },
  };
}

function toLoadedTable({ sizes, texts, numbers, vectors }: Opened): LoadedTable {
  const { textStarts, textRows, textTimes, textShapes } = numbers;
  const { headStarts, headRows, headTimes, headShapes } = numbers;
  return createLoadedTable({
    ids: texts.ids,
    documentIdOf: (row) => texts.documents[numbers.documentOf[row] ?? 0] ?? "",
    lists: texts.lists.map((list) => list.split("|")),
    listOf: numbers.listOf,
    vocabulary: new Map(texts.terms.map((term, number) => [term, number])),
    text: openPostings({ starts: textStarts, rows: textRows, times: textTimes, shapes: textShapes }),
    head: openPostings({ starts: headStarts, rows: headRows, times: headTimes, shapes: headShapes }),
    vectors,
    bytes: sizes.bytes,
  });
}

interface Loaded {
  readonly ids: readonly string[];
  readonly documentIdOf: (row: number) => string;
  /** Each list of groups once, and which of them a row has. */
  readonly lists: readonly (readonly string[])[];
  readonly listOf: Uint32Array;
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly text: Postings;
  readonly head: Postings;
  readonly vectors: Similarities | undefined;
  readonly bytes: number;
}

function createLoadedTable(loaded: Loaded): LoadedTable {
  const { ids, documentIdOf, lists, listOf, vocabulary, text, head, vectors, bytes } = loaded;
  // Searching does not wait, so one search is over before the next one needs them.
  const [textScores, headScores] = [new Float32Array(ids.length), new Float32Array(ids.length)];
  const nowhere = new Float32Array(0);
  const rows = vectors === undefined ? new Map(ids.map((id, row) => [id, row])) : undefined;

  function numbered(terms: readonly string[]): readonly Numbered[] {
    return terms.flatMap((term) => {
      const number = vocabulary.get(term);
      return number === undefined ? [] : [{ term, number }];
    });
  }

  function compare(vector: Float32Array | undefined, near: readonly Near[]): Float32Array {
    if (vector === undefined || vector.every((value) => value === 0)) return nowhere;
    if (vectors !== undefined) return vectors.of(vector);
    const similarities = new Float32Array(ids.length);
    for (const { id, similarity } of near) similarities[rows?.get(id) ?? ids.length] = similarity;
    return similarities;
  }

  return {
    bytes,
    hasVectors: vectors !== undefined,
    search({ terms, parts = [], vector, groups, limit }, near = []) {
      const allowed = lists.map(
        (list) => groups === undefined || list.some((group) => groups.includes(group)),
      );
      const isAllowed = (row: number) => allowed[listOf[row] ?? 0] === true;
      const [words, inside] = [numbered(terms), numbered(parts)];
      const asked = [...words, ...inside];
      const score = (field: Postings, scores: Float32Array) => {
        // Where terms stand in most rows a list of these would be as long as the table.
        scores.fill(0);
        field.score(words.map(toNumber), scores, isAllowed);
        field.score(inside.map(toNumber), scores, isAllowed, partsWorth);
      };
      score(text, textScores);
      score(head, headScores);
      const similarities = compare(vector, near);
      const found = new Set([
        ...bestOf(textScores, isAllowed, limit),
        ...bestOf(headScores, isAllowed, limit),
        ...bestOf(similarities, isAllowed, limit),
      ]);
      return [...found].map((row) => ({
        id: ids[row] ?? "",
        documentId: documentIdOf(row),
        matched: asked.filter(({ number }) => text.has(number, row)).map(({ term }) => term),
        textScore: textScores[row] ?? 0,
        headScore: headScores[row] ?? 0,
        similarity: Math.max(0, similarities[row] ?? 0),
      }));
    },
  };
}

interface Numbered {
  readonly term: string;
  readonly number: number;
}

function toNumber({ number }: Numbered): number {
  return number;
}

function bestOf(scores: Float32Array, isAllowed: (row: number) => boolean, limit: number): readonly number[] {
  const top = createTop(limit);
  for (let row = 0; row < scores.length; row += 1) {
    const score = scores[row] ?? 0;
    if (score > top.least && isAllowed(row)) top.offer(row, score);
  }
  return top.rows;
}

/** The rows with the highest scores above 0 of those offered, the best first. */
function createTop(limit: number) {
  const rows: number[] = [];
  const scores: number[] = [];
  return {
    rows,
    /** What has no more than this is not among them. */
    least: 0,
    offer(row: number, score: number): void {
      if (score <= this.least) return;
      let place = scores.length;
      while (place > 0 && (scores[place - 1] ?? 0) < score) place -= 1;
      rows.splice(place, 0, row);
      scores.splice(place, 0, score);
      if (rows.length <= limit) return;
      rows.pop();
      scores.pop();
      this.least = scores.at(-1) ?? 0;
    },
  };
}
