import fc from "fast-check";
import { expect, test } from "vitest";
import { parseId, type TenantId } from "../../../src/core/ids.ts";
import type { ReadableTable } from "../../../src/knowledge/index/gather-table.ts";
import type { IndexedChunk, IndexHit } from "../../../src/knowledge/index/knowledge-index.ts";
import { loadTable } from "../../../src/knowledge/index/loaded-table.ts";
import { createMemoryIndex } from "../../../src/knowledge/index/memory-index.ts";
import { openSimilarities, stepsOf, toUnits } from "../../../src/knowledge/index/similarities.ts";
import { deriveId } from "../../../src/store/derive-id.ts";

const tenantId = parseId<TenantId>(deriveId("test", "loaded"));
const plenty = { bytes: 100_000_000, vectorNumbers: 100_000_000 };

const word = fc.constantFrom("card", "cards", "pin", "sku-1042", "money", "a-rather-long-name-of-a-thing");
const number = fc.double({ min: -1, max: 1, noNaN: true });
const row = fc.record({
  words: fc.array(word, { maxLength: 12 }),
  head: fc.array(word, { maxLength: 3 }),
  vector: fc.tuple(number, number, number),
  groups: fc.constantFrom(["public"], ["staff"], ["staff", "admin"]),
});
interface Row {
  readonly words: readonly string[];
  readonly head: readonly string[];
  readonly vector: readonly number[];
  readonly groups: readonly string[];
}
const asked = fc.record({
  terms: fc.uniqueArray(fc.oneof(word, fc.constant("never")), { maxLength: 4 }),
  vector: fc.option(fc.tuple(number, number, number), { nil: undefined }),
  groups: fc.option(fc.subarray(["public", "staff", "admin", "nobody"]), { nil: undefined }),
});

function toChunk({ words, head, vector, groups }: Row, at: number): IndexedChunk {
  const documentId = deriveId<string>("document", String(at));
  return {
    id: `${documentId}:0`,
    documentId,
    groups,
    headTerms: head.join(" "),
    terms: [...head, ...words].join(" "),
    vector: toUnit(vector),
  };
}

function toUnit(vector: readonly number[]): Float32Array {
  const length = Math.hypot(...vector) || 1;
  return Float32Array.from(vector, (value) => value / length);
}

function rounded(hits: readonly IndexHit[]) {
  const round = (score: number) => Number(Math.max(0, score).toFixed(3));
  return hits
    .map((hit) => ({
      ...hit,
      textScore: round(hit.textScore),
      headScore: round(hit.headScore),
      similarity: round(hit.similarity),
    }))
    .filter(({ textScore, headScore, similarity }) => textScore + headScore + similarity > 0.01)
    .toSorted((a, b) => a.id.localeCompare(b.id));
}

function inPieces(all: readonly IndexedChunk[]): ReadableTable {
  const cut = async function* () {
    for (let from = 0; from < all.length; from += 3) yield all.slice(from, from + 3);
  };
  return { rows: all.length, chunks: cut() };
}

test("a table in memory finds what the plain index finds, with the same scores", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 20 }), asked, async (rows, { terms, vector, groups }) => {
      const chunks = rows.map(toChunk);
      const index = createMemoryIndex();
      await index.replace(tenantId, [], chunks);
      const query = { terms, groups, limit: 50, vector: vector && toUnit(vector) };
      const table = await loadTable(inPieces(chunks), plenty);
      const expected = rounded(await index.search(tenantId, query));
      expect(rounded(table?.search(query) ?? [])).toEqual(expected);
      // What one search leaves behind must not be in the next.
      expect(rounded(table?.search(query) ?? [])).toEqual(expected);
    }),
    { numRuns: 100, seed: 11 },
  );
});

test("only the best are found where there are more than asked for", async () => {
  const chunks = Array.from({ length: 40 }, (_, at) =>
    toChunk(
      {
        words: ["card", ...Array.from({ length: at }, () => "pin")],
        head: [],
        vector: [1, at, 0],
        groups: ["public"],
      },
      at,
    ),
  );
  const table = await loadTable(inPieces(chunks), plenty);
  const ids = (hits: readonly IndexHit[] = []) => hits.map(({ id }) => id).toSorted();
  const first = ids(
    chunks.slice(0, 5).map((chunk) => ({ ...chunk, matched: [], textScore: 0, headScore: 0, similarity: 0 })),
  );
  expect(ids(table?.search({ terms: ["card"], vector: undefined, limit: 5 }))).toEqual(first);
  expect(ids(table?.search({ terms: [], vector: toUnit([1, 0, 0]), limit: 5 }))).toEqual(first);
});

test("a table that is larger than it may be is not read, one with too many vectors without them", async () => {
  const chunks = Array.from({ length: 30 }, (_, at) =>
    toChunk(
      { words: ["card"], head: [], vector: [1, 0, 0], groups: at % 2 === 0 ? ["public"] : ["staff"] },
      at,
    ),
  );
  expect(await loadTable(inPieces(chunks), { ...plenty, bytes: 1_000 })).toBeUndefined();
  const table = await loadTable(inPieces(chunks), { ...plenty, vectorNumbers: 80 });
  expect(table?.hasVectors).toBe(false);
  const near = chunks.slice(0, 2).map(({ id }) => ({ id, similarity: 0.5 }));
  const hits = table?.search(
    { terms: ["pin"], vector: toUnit([1, 0, 0]), groups: ["public"], limit: 9 },
    near,
  );
  expect(hits?.map(({ id, similarity }) => ({ id, similarity }))).toEqual(near.slice(0, 1));
});

test("many vectors are compared as exactly as few, in half the memory that their numbers would take", () => {
  let state = 3;
  const next = () => (state = (state * 48_271) % 2_147_483_647) / 1_073_741_823 - 1;
  for (const [rows, dimensions] of [
    [3_000, 101],
    [20, 7],
    [1, 4],
  ] as const) {
    const vectors = Array.from({ length: rows }, () => Float32Array.from({ length: dimensions }, next));
    const asks = Float32Array.from({ length: dimensions }, next);
    const opened = openSimilarities({ rows, dimensions: stepsOf(dimensions) });
    opened.all.set(toUnits(vectors, stepsOf(dimensions)));
    const similarities = opened.of(asks);
    expect(similarities).toHaveLength(rows);
    expect(opened.all.byteLength).toBeLessThanOrEqual(2 * rows * (dimensions + 7));
    for (const [at, vector] of vectors.entries()) {
      const dot = vector.reduce((sum, value, place) => sum + value * (asks[place] ?? 0), 0);
      expect(similarities[at]).toBeCloseTo(dot / (Math.hypot(...vector) * Math.hypot(...asks)), 4);
    }
  }
});
