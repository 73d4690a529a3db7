import type { IndexHit } from "../index/knowledge-index.ts";
import type { WeighWord } from "../embed/offline-embedder.ts";
import { shareOf, type Asked } from "../text/asked-words.ts";
import type { Language } from "../text/languages.ts";
import { languageOfTerm } from "../text/read-terms.ts";
import { countsOnly } from "../text/telling-words.ts";

/** A hit in its place, the best first. */
export interface RankedHit extends IndexHit {
  /** How much of the question it speaks of, from 0 to 1, whatever else was found. */
  readonly relevance: number;
  /** How well it fits by all searches together, against the others found; what is asked for by name stands far above. */
  readonly score: number;
  /** What it is written in, as far as the words tell that found it. */
  readonly language: Language;
}

// Reciprocal rank fusion: the usual constant.
const fusionOffset = 60;
// More than all other signs together.
const named = 10;
const weights = { text: 1, head: 0.5, similarity: 0.25 } as const;

/** Fuses the rankings of all searches by reciprocal rank, then orders the first `most` by what their scores say together. */
export function rankHits(
  hits: readonly IndexHit[],
  asked: Asked,
  { weigh, most }: { readonly weigh: WeighWord; readonly most: number },
): RankedHit[] {
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
  const names = asked.terms.filter(isName);
  return fused
    .slice(0, most)
    .map((hit) => ({ hit, score: score(hit) + named * countNames(hit, names) }))
    .toSorted((a, b) => b.score - a.score)
    .map(({ hit, score }) => {
      const language = languageOfHit(hit);
      return { ...hit, score, language, relevance: relevanceOf(hit, { asked, language, weigh }) };
    });
}

/** Letters and digits in one term: an article number, an error code, a version. Whoever writes one means it. */
function isName(term: string): boolean {
  return /\p{L}/u.test(term) && /\p{N}/u.test(term) && !countsOnly.test(term);
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

/** The one that most of the words have that found it; English has no mark. */
function languageOfHit({ matched }: IndexHit): Language {
  const times = new Map<Language, number>();
  for (const term of matched) {
    const language = languageOfTerm(term);
    if (language !== undefined) times.set(language, (times.get(language) ?? 0) + 1);
  }
  const [most] = [...times].toSorted(([, one], [, other]) => other - one);
  return most?.[0] ?? "en";
}

/** The share of the question's words it has, each by how telling it is. */
function relevanceOf(
  { matched }: IndexHit,
  {
    asked,
    language,
    weigh,
  }: { readonly asked: Asked; readonly language: Language; readonly weigh: WeighWord },
): number {
  let [covered, total] = [0, 0];
  const has = (term: string) => matched.includes(term);
  for (const word of asked.wordsIn(language)) {
    const weight = weigh(word.term);
    total += weight;
    covered += weight * shareOf(word, has);
  }
  return total === 0 ? 0 : covered / total;
}
