import { sumScores, type LinearModel } from "./linear-model.ts";
import { fullLikeness, type TextVector } from "./vocabulary.ts";

/** How a text stands to every class of a model, before that means anything. */
export interface IntentScore {
  readonly scores: Float32Array;
  /** The class that scores highest. */
  readonly best: number;
  /** From 0 to 1: how much the text is like the nearest example of the best class. */
  readonly likeness: number;
  readonly nearest: string | undefined;
}

/** An example as the scorer compares with it. */
export interface Neighbour {
  readonly text: string;
  readonly vector: TextVector;
}

/** Scores texts with a model. */
export interface IntentScorer {
  /** Undefined when nothing of the text is known. */
  score(vector: TextVector): IntentScore | undefined;
}

/** What is needed to score: the planes, and some examples of each class. `size` is how many features there are. */
export interface ScorerParts {
  readonly size: number;
  readonly linear: LinearModel;
  readonly neighbours: readonly (readonly Neighbour[])[];
}

export function createIntentScorer({ size, linear, neighbours }: ScorerParts): IntentScorer {
  const spread = new Float32Array(size);

  function score(vector: TextVector): IntentScore | undefined {
    if (vector.indices.length === 0 || linear.classes === 0) return undefined;
    const scores = new Float32Array(linear.classes);
    sumScores(linear, vector, scores);
    const best = findBest(scores);
    return { scores, best, ...findNearest(vector, best) };
  }

  function findNearest(vector: TextVector, best: number): Pick<IntentScore, "nearest" | "likeness"> {
    vector.indices.forEach((index, place) => (spread[index] = vector.values[place] ?? 0));
    let nearest: string | undefined;
    let likeness = 0;
    for (const neighbour of neighbours[best] ?? []) {
      const like = likenessTo(neighbour.vector) / fullLikeness;
      if (like > likeness) [nearest, likeness] = [neighbour.text, like];
    }
    for (const index of vector.indices) spread[index] = 0;
    return { nearest, likeness: Math.min(likeness, 1) };
  }

  function likenessTo({ indices, values }: TextVector): number {
    let sum = 0;
    for (let place = 0; place < indices.length; place += 1) {
      sum += (values[place] ?? 0) * (spread[indices[place] ?? 0] ?? 0);
    }
    return sum;
  }

  return { score };
}

function findBest(scores: Float32Array): number {
  let best = 0;
  for (let each = 1; each < scores.length; each += 1) {
    if ((scores[each] ?? 0) > (scores[best] ?? 0)) best = each;
  }
  return best;
}
