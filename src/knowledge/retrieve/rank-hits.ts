import type { IndexHit } from "../index/knowledge-index.ts";
import type { WeighWord } from "../embed/offline-embedder.ts";

/** A hit in its place, the best first. */
export interface RankedHit extends IndexHit {
  /** How much of the question it speaks of, from 0 to 1, whatever else was found. */
  readonly relevance: number;
}

// Reciprocal rank fusion: the usual constant.
const fusionOffset = 60;
const reranked = 50;
const weights = { text: 1, head: 0.5, similarity: 0.25 } as const;

/** Fuses the rankings of all searches by reciprocal rank, then orders the first of them by what their scores say together. */
export function rankHits(hits: readonly IndexHit[], asked: readonly string[], weigh: WeighWord): RankedHit[] {
  const fused = fuse(hits);
  const top = Math.max(
    ...hits.map(({ textScore, headScore }) => weights.text * textScore + weights.head * headScore),
    0,
  );
  const score = (hit: IndexHit) =>
    top === 0
      ? hit.similarity
      : (weights.text * hit.textScore + weights.head * hit.headScore) / top +
        weights.similarity * hit.similarity;
  const names = asked.filter(isName);
  return fused
    .slice(0, reranked)
    .map((hit) => ({ hit, score: score(hit), named: countNames(hit, names) }))
    .toSorted((a, b) => b.named - a.named || b.score - a.score)
    .map(({ hit }) => ({ ...hit, relevance: relevanceOf(hit, asked, weigh) }));
}

/** Letters and digits in one term: an article number, an error code, a version. Whoever writes one means it. */
function isName(term: string): boolean {
  return /\p{L}/u.test(term) && /\p{N}/u.test(term);
}

function countNames({ matched }: IndexHit, names: readonly string[]): number {
  return names.filter((name) => matched.includes(name)).length;
}

/** The order of reciprocal ranks summed over the searches that found a chunk. */
export function fuse(hits: readonly IndexHit[]): IndexHit[] {
  const sums = new Map<string, number>();
  for (const kind of ["textScore", "headScore", "similarity"] as const) {
    const found = hits.filter((hit) => hit[kind] > 0).toSorted((a, b) => b[kind] - a[kind]);
    for (const [place, { id }] of found.entries())
      sums.set(id, (sums.get(id) ?? 0) + 1 / (fusionOffset + place + 1));
  }
  return hits.toSorted((a, b) => (sums.get(b.id) ?? 0) - (sums.get(a.id) ?? 0));
}

/** The share of the question's terms it has, each by how telling it is. */
function relevanceOf({ matched }: IndexHit, asked: readonly string[], weigh: WeighWord): number {
  let [covered, total] = [0, 0];
  for (const term of asked) {
    const weight = weigh(term);
    total += weight;
    if (matched.includes(term)) covered += weight;
  }
  return total === 0 ? 0 : covered / total;
}
