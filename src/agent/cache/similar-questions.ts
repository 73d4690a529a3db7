import { LRUCache } from "lru-cache";
import type { TenantId } from "../../core/ids.ts";

/** Turns texts into vectors that lie close together where the meaning does. */
export interface Embedder {
  /** It understands sentences. Bags of words do not: they find "with" and "without" the same. */
  readonly real: boolean;
  /** Of which model the vectors are; vectors of two models are never compared. */
  readonly name: string;
  /** `payer` is the company whose question it is: what it costs is theirs. */
  embed(text: string, payer: TenantId, signal: AbortSignal): Promise<ArrayLike<number>>;
}

/** Questions of this process by their meaning. */
export interface SimilarQuestions {
  /** The most similar question that was added under the same scope, if it is similar enough and asks for the same. */
  find(scope: string, normalized: string, vector: ArrayLike<number>): string | undefined;
  add(scope: string, normalized: string, vector: ArrayLike<number>): void;
}

interface Known {
  readonly normalized: string;
  readonly vector: ArrayLike<number>;
}

const perScope = 500;

/** `threshold` is a cosine, from -1 to 1. Keeps 500 questions of each scope and as many scopes as `scopes`. */
export function createSimilarQuestions({
  threshold,
  scopes = 100,
}: {
  readonly threshold: number;
  readonly scopes?: number;
}): SimilarQuestions {
  const known = new LRUCache<string, Known[]>({ max: scopes });
  return {
    find(scope, normalized, vector) {
      let best: { readonly known: Known; readonly cosine: number } | undefined;
      for (const each of known.get(scope) ?? []) {
        const cosine = toCosine(each.vector, vector);
        if (
          cosine >= threshold &&
          cosine > (best?.cosine ?? -2) &&
          asksForTheSame(each.normalized, normalized)
        )
          best = { known: each, cosine };
      }
      return best?.known.normalized;
    },
    add(scope, normalized, vector) {
      const others = (known.get(scope) ?? []).filter((each) => each.normalized !== normalized);
      known.set(scope, [...others.slice(1 - perScope), { normalized, vector }]);
    },
  };
}

function toCosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return -1;
  let [dot, ofA, ofB] = [0, 0, 0];
  for (let at = 0; at < a.length; at += 1) {
    const [x, y] = [a[at] ?? 0, b[at] ?? 0];
    dot += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  return ofA === 0 || ofB === 0 ? -1 : dot / Math.sqrt(ofA * ofB);
}

const negating =
  /^(?:no|not|never|without|don't|doesn't|can't|cannot|won't|isn't|aren't|un\w{4,}|non|nicht|kein\w*|ohne|pas|sans|sin)$/u;

/**
 * Close in meaning is not the same question: numbers and negations must agree, and a question in which one word stands
 * for another (Canada for Germany, cancel for change) is taken as another question.
 */
export function asksForTheSame(a: string, b: string): boolean {
  const [ofA, ofB] = [a.split(" "), b.split(" ")];
  const numbers = (words: readonly string[]) =>
    words
      .filter((word) => /\d/u.test(word))
      .toSorted()
      .join(" ");
  const negations = (words: readonly string[]) => words.filter((word) => negating.test(word)).length % 2;
  if (numbers(ofA) !== numbers(ofB) || negations(ofA) !== negations(ofB)) return false;
  if (ofA.length !== ofB.length) return true;
  return ofA.filter((word, at) => word !== ofB[at]).length !== 1;
}
