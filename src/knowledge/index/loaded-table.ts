import { setImmediate as breathe } from "node:timers/promises";
import type { IndexedChunk, IndexHit, IndexQuery } from "./knowledge-index.ts";
import { createPostingsBuilder, type Postings } from "./postings.ts";
import { createSimilarities, type Similarities } from "./similarities.ts";

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

export interface LoadLimits {
  readonly bytes: number;
  /** Numbers in all its vectors at most; above, looking at each of them would hold everything else up. */
  readonly vectorNumbers: number;
}

const bytesOfId = 120;
const bytesOfTerm = 100;

/** Reads a table, a few chunks at a time with room for others in between; undefined where it is larger than it may be. */
export async function loadTable(
  chunks: AsyncIterable<readonly IndexedChunk[]>,
  limits: LoadLimits,
): Promise<LoadedTable | undefined> {
  const vocabulary = new Map<string, number>();
  const [text, head] = [createPostingsBuilder(), createPostingsBuilder()];
  const [ids, documentIds]: [string[], string[]] = [[], []];
  const documents = new Map<string, string>();
  const lists = new Map<string, number>();
  const listOf: number[] = [];
  let vectors: Float32Array[] | undefined = [];
  let numbers = 0;
  const bytes = () =>
    text.bytes + head.bytes + numbers * 4 + ids.length * bytesOfId + vocabulary.size * bytesOfTerm;

  function numberOf(term: string): number {
    const known = vocabulary.get(term);
    if (known !== undefined) return known;
    const number = vocabulary.size;
    vocabulary.set(ownCopy(term), number);
    return number;
  }
  const toNumbers = (terms: string) => (terms === "" ? [] : terms.split(" ").map(numberOf));

  for await (const some of chunks) {
    for (const { id, documentId, groups, headTerms, terms, vector } of some) {
      ids.push(id);
      documents.set(documentId, documents.get(documentId) ?? documentId);
      documentIds.push(documents.get(documentId) ?? documentId);
      const list = groups.join("|");
      lists.set(list, lists.get(list) ?? lists.size);
      listOf.push(lists.get(list) ?? 0);
      text.add(toNumbers(terms));
      head.add(toNumbers(headTerms));
      if (vectors === undefined) continue;
      vectors.push(vector);
      numbers += vector.length;
      if (numbers <= limits.vectorNumbers) continue;
      [vectors, numbers] = [undefined, 0];
    }
    if (bytes() > limits.bytes) return undefined;
    await breathe();
  }
  return createLoadedTable({
    ids,
    documentIds,
    lists: [...lists.keys()].map((list) => list.split("|")),
    listOf: Uint32Array.from(listOf),
    vocabulary,
    text: await text.build(vocabulary.size),
    head: await head.build(vocabulary.size),
    vectors: vectors && createSimilarities(vectors),
    bytes: bytes(),
  });
}

/** What a long text was cut into would otherwise hold all of it. */
function ownCopy(term: string): string {
  return Buffer.from(term, "utf8").toString("utf8");
}

interface Loaded {
  readonly ids: readonly string[];
  readonly documentIds: readonly string[];
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
  const { ids, documentIds, lists, listOf, vocabulary, text, head, vectors, bytes } = loaded;
  // Searching does not wait, so one search is over before the next one needs them.
  const [textScores, headScores] = [new Float32Array(ids.length), new Float32Array(ids.length)];
  const nowhere = new Float32Array(0);
  const rows = vectors === undefined ? new Map(ids.map((id, row) => [id, row])) : undefined;

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
    search({ terms, vector, groups, limit }, near = []) {
      const allowed = lists.map(
        (list) => groups === undefined || list.some((group) => groups.includes(group)),
      );
      const isAllowed = (row: number) => allowed[listOf[row] ?? 0] === true;
      const asked = terms.flatMap((term) => {
        const number = vocabulary.get(term);
        return number === undefined ? [] : [{ term, number }];
      });
      const numbers = asked.map(({ number }) => number);
      const inText = text.score(numbers, textScores, isAllowed);
      const inHead = head.score(numbers, headScores, isAllowed);
      const similarities = compare(vector, near);
      const found = new Set([
        ...bestOf(inText, textScores, limit),
        ...bestOf(inHead, headScores, limit),
        ...nearest(similarities, isAllowed, limit),
      ]);
      const hits = [...found].map((row) => ({
        id: ids[row] ?? "",
        documentId: documentIds[row] ?? "",
        matched: asked.filter(({ number }) => text.has(number, row)).map(({ term }) => term),
        textScore: textScores[row] ?? 0,
        headScore: headScores[row] ?? 0,
        similarity: Math.max(0, similarities[row] ?? 0),
      }));
      for (const row of inText) textScores[row] = 0;
      for (const row of inHead) headScores[row] = 0;
      return hits;
    },
  };
}

function bestOf(rows: readonly number[], scores: Float32Array, limit: number): readonly number[] {
  const top = createTop(limit);
  for (const row of rows) top.offer(row, scores[row] ?? 0);
  return top.rows;
}

function nearest(
  similarities: Float32Array,
  isAllowed: (row: number) => boolean,
  limit: number,
): readonly number[] {
  const top = createTop(limit);
  for (let row = 0; row < similarities.length; row += 1) {
    const similarity = similarities[row] ?? 0;
    if (similarity > top.least && isAllowed(row)) top.offer(row, similarity);
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
