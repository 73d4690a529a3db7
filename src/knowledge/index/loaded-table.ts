import type { TenantId } from "../../core/ids.ts";
import {
  gatherTable,
  type LoadLimits,
  type NextRows,
  type ReadableTable,
  type TablePiece,
  type TableSizes,
} from "./gather-table.ts";
import { partsWorth, type IndexHit, type IndexQuery } from "./knowledge-index.ts";
import { createPostings, type Postings } from "./postings.ts";
import { openSimilarities, type OpenSimilarities, type Similarities } from "./similarities.ts";

/** One company's chunks in the memory of this process, as they were when they were read: searched without waiting. */
export interface LoadedTable {
  /** About what it takes. */
  readonly bytes: number;
  /** Without them `search` needs to be told what is near. */
  readonly hasVectors: boolean;
  search(query: IndexQuery, near?: readonly Near[]): IndexHit[];
}

const bytesOfId = 120;
const bytesOfTerm = 100;

/** What another index found by vector. */
export type Near = Pick<IndexHit, "id" | "similarity">;

/** Reads a company's table; undefined where it is larger than it may be. */
export type LoadTable = (tenantId: TenantId, limits: LoadLimits) => Promise<LoadedTable | undefined>;

/** Reads a table in this process; undefined where it is larger than it may be. */
export function loadTable(table: ReadableTable, limits: LoadLimits): Promise<LoadedTable | undefined> {
  return assembleTable(gatherTable(table, limits), limits);
}

/** Puts a table together, each part in the place it stays in; undefined where nothing comes, or more than it may take. */
export async function assembleTable(
  pieces: AsyncIterable<TablePiece>,
  { bytes }: LoadLimits,
): Promise<LoadedTable | undefined> {
  let opened: Opened | undefined;
  for await (const piece of pieces) {
    if (piece.kind === "sizes") opened = openParts(piece);
    else if (opened !== undefined) addRows(opened, piece);
    if (opened !== undefined && bytesOf(opened) > bytes) return undefined;
  }
  return opened === undefined ? undefined : toLoadedTable(opened);
}

interface Opened {
  readonly steps: number;
  readonly ids: string[];
  readonly documents: string[];
  readonly lists: string[];
  readonly terms: Map<string, number>;
  readonly documentOf: Uint32Array;
  readonly listOf: Uint32Array;
  readonly text: Postings;
  readonly head: Postings;
  readonly vectors: OpenSimilarities | undefined;
}

function openParts({ rows, steps }: TableSizes): Opened {
  return {
    steps,
    ids: [],
    documents: [],
    lists: [],
    terms: new Map(),
    documentOf: new Uint32Array(rows),
    listOf: new Uint32Array(rows),
    text: createPostings(rows),
    head: createPostings(rows),
    vectors: steps === 0 ? undefined : openSimilarities({ rows, dimensions: steps }),
  };
}

function addRows({ steps, ids, terms, text, head, vectors, ...opened }: Opened, some: NextRows): void {
  const from = ids.length;
  for (const id of some.ids) ids.push(id);
  for (const document of some.documents) opened.documents.push(document);
  for (const list of some.lists) opened.lists.push(list);
  for (const term of some.terms) terms.set(term, terms.size);
  opened.documentOf.set(some.documentOf, from);
  opened.listOf.set(some.listOf, from);
  text.add(some.text);
  head.add(some.head);
  vectors?.all.set(some.vectors, from * steps);
}

function bytesOf({ ids, terms, documentOf, listOf, text, head, vectors }: Opened): number {
  const arrays = documentOf.byteLength + listOf.byteLength + text.bytes + head.bytes + (vectors?.bytes ?? 0);
  return arrays + ids.length * bytesOfId + terms.size * bytesOfTerm;
}

function toLoadedTable(opened: Opened): LoadedTable {
  const { ids, documents, documentOf, lists, listOf, terms, text, head, vectors } = opened;
  return createLoadedTable({
    ids,
    documentIdOf: (row) => documents[documentOf[row] ?? 0] ?? "",
    lists: lists.map((list) => list.split("|")),
    listOf,
    vocabulary: terms,
    text,
    head,
    vectors,
    bytes: bytesOf(opened),
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
      const matching = asked.map(({ term, number }) => ({ term, rows: text.among(found, number) }));
      return [...found].map((row) => ({
        id: ids[row] ?? "",
        documentId: documentIdOf(row),
        matched: matching.filter(({ rows }) => rows.has(row)).map(({ term }) => term),
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
