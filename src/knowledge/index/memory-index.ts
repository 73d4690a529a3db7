import type { TenantId } from "../../core/ids.ts";
import {
  partsWorth,
  type IndexedChunk,
  type IndexHit,
  type IndexQuery,
  type KnowledgeIndex,
} from "./knowledge-index.ts";
import { dot } from "../embed/dot.ts";

/** The index in the memory of this process: for tests, for measuring, and for small sets that need not outlive it. */
export function createMemoryIndex(): KnowledgeIndex {
  const tables = new Map<TenantId, Map<string, IndexedChunk>>();
  const versions = new Map<TenantId, number>();
  const grow = (tenantId: TenantId) => versions.set(tenantId, (versions.get(tenantId) ?? 0) + 1);
  const tableOf = (tenantId: TenantId) => tables.get(tenantId) ?? new Map<string, IndexedChunk>();

  async function remove(tenantId: TenantId, documentIds: readonly string[]): Promise<void> {
    const gone = new Set(documentIds);
    const table = tableOf(tenantId);
    for (const [id, { documentId }] of table) if (gone.has(documentId)) table.delete(id);
    grow(tenantId);
  }

  return {
    replace: async (tenantId, documentIds, chunks) => {
      await remove(tenantId, documentIds);
      const table = tableOf(tenantId);
      for (const chunk of chunks) table.set(chunk.id, chunk);
      tables.set(tenantId, table);
    },
    remove,
    search: async (tenantId, query) => searchTable([...tableOf(tenantId).values()], query),
    version: async (tenantId) => String(versions.get(tenantId) ?? 0),
    async *scan(tenantId) {
      yield [...tableOf(tenantId).values()];
    },
    count: async (tenantId) => tableOf(tenantId).size,
    drop: async (tenantId) => {
      tables.delete(tenantId);
      grow(tenantId);
    },
    dropFormer: async () => {},
    optimize: async () => {},
    stop: async () => {},
  };
}

function searchTable(table: readonly IndexedChunk[], query: IndexQuery): IndexHit[] {
  const allowed = query.groups && new Set(query.groups);
  const text = scoreTerms(
    table.map(({ terms }) => terms),
    query.terms,
    query.parts,
  );
  const head = scoreTerms(
    table.map(({ headTerms }) => headTerms),
    query.terms,
    query.parts,
  );
  const near = table.map(({ vector }) => (query.vector === undefined ? 0 : dot(vector, query.vector)));
  const isAllowed = (place: number) =>
    allowed === undefined || table[place]?.groups.some((group) => allowed.has(group)) === true;
  const found = new Set([
    ...best(text, query.limit, isAllowed),
    ...best(head, query.limit, isAllowed),
    ...(query.vector === undefined ? [] : best(near, query.limit, isAllowed)),
  ]);
  return [...found].flatMap((place) => {
    const chunk = table[place];
    if (chunk === undefined) return [];
    const { id, documentId, terms } = chunk;
    const has = new Set(terms.split(" "));
    const matched = [...query.terms, ...(query.parts ?? [])].filter((term) => has.has(term));
    const scores = { textScore: text[place] ?? 0, headScore: head[place] ?? 0, similarity: near[place] ?? 0 };
    return [{ id, documentId, matched, ...scores }];
  });
}

function best(scores: readonly number[], limit: number, isAllowed: (place: number) => boolean): number[] {
  return scores
    .map((score, place) => ({ score, place }))
    .filter(({ score, place }) => score > 0 && isAllowed(place))
    .toSorted((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ place }) => place);
}

const saturation = 1.2;
const lengthWeight = 0.75;

/** BM25 of each text (terms with spaces between) for the terms asked, and for parts, which are worth less. */
export function scoreTerms(
  texts: readonly string[],
  asked: readonly string[],
  parts: readonly string[] = [],
): number[] {
  const counts = texts.map((text) => {
    const count = new Map<string, number>();
    for (const term of text.split(" ")) if (term !== "") count.set(term, (count.get(term) ?? 0) + 1);
    return count;
  });
  const lengths = counts.map((count) => count.values().reduce((sum, times) => sum + times, 0));
  const average = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length) || 1;
  const rarity = new Map<string, number>();
  const weigh = (term: string, worth: number) => {
    const seen = counts.filter((count) => count.has(term)).length;
    if (seen > 0) rarity.set(term, worth * Math.log(1 + (texts.length - seen + 0.5) / (seen + 0.5)));
  };
  for (const part of parts) weigh(part, partsWorth);
  for (const term of asked) weigh(term, 1);
  return counts.map((count, place) => {
    const shape = saturation * (1 - lengthWeight + (lengthWeight * (lengths[place] ?? 0)) / average);
    let score = 0;
    for (const [term, weight] of rarity) {
      const times = count.get(term) ?? 0;
      score += (weight * times * (saturation + 1)) / (times + shape);
    }
    return score;
  });
}
