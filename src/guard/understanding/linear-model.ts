import type { TextVector } from "./vocabulary.ts";

/** One hyperplane a class, by feature and then by class, so that a text's scores are summed in one pass. */
export interface LinearModel {
  readonly classes: number;
  readonly weights: Float32Array;
  readonly biases: Float32Array;
}

/** How a linear model is trained. */
export interface LinearTraining {
  /** How many features there are. */
  readonly size: number;
  readonly classes: number;
  /** What a misread example costs against a simpler model. */
  readonly cost: number;
  readonly rounds: number;
  readonly seed: number;
}

// A plane this near its place for an example stays: finer steps cost time and change no answer.
const closeEnough = 0.03;

/**
 * Linear support vector machines, one class against the rest, with squared hinge loss, by dual coordinate descent
 * (Hsieh et al. 2008). All classes are learnt in the same pass over the examples. The same input gives the same model.
 */
export function trainLinear(
  vectors: readonly TextVector[],
  labels: readonly number[],
  { size, classes, cost, rounds, seed }: LinearTraining,
): LinearModel {
  const weights = new Float32Array(size * classes);
  const biases = new Float32Array(classes);
  const pulls = new Float32Array(vectors.length * classes);
  const scores = new Float32Array(classes);
  const steps = new Float32Array(classes);
  const moved = new Uint16Array(classes);
  const order = Uint32Array.from(vectors.keys());
  const random = createRandom(seed);
  const slack = 0.5 / cost;

  for (let round = 0; round < rounds; round += 1) {
    shuffle(order, random);
    let largest = 0;
    for (const example of order) largest = Math.max(largest, improve(example));
    if (largest < closeEnough) break;
  }
  return { classes, weights, biases };

  /** Moves every class's plane for one example, and tells how far the furthest was from where it should be. */
  function improve(example: number): number {
    const vector = vectors[example];
    const label = labels[example];
    if (vector === undefined || label === undefined) return 0;
    sumScores({ classes, weights, biases }, vector, scores);
    const curvature = squaredLength(vector) + 1 + slack;
    let count = 0;
    let largest = 0;
    for (let each = 0; each < classes; each += 1) {
      const side = each === label ? 1 : -1;
      const at = example * classes + each;
      const pull = pulls[at] ?? 0;
      const gradient = side * (scores[each] ?? 0) - 1 + slack * pull;
      const projected = pull === 0 ? Math.min(gradient, 0) : gradient;
      if (Math.abs(projected) < closeEnough) continue;
      const next = Math.max(pull - gradient / curvature, 0);
      pulls[at] = next;
      steps[count] = (next - pull) * side;
      moved[count] = each;
      count += 1;
      largest = Math.max(largest, Math.abs(projected));
    }
    apply(vector, count);
    return largest;
  }

  function apply({ indices, values }: TextVector, count: number): void {
    for (let nth = 0; nth < count; nth += 1) {
      const each = moved[nth] ?? 0;
      biases[each] = (biases[each] ?? 0) + (steps[nth] ?? 0);
    }
    for (let place = 0; place < indices.length; place += 1) {
      const from = (indices[place] ?? 0) * classes;
      const value = values[place] ?? 0;
      for (let nth = 0; nth < count; nth += 1) {
        const at = from + (moved[nth] ?? 0);
        weights[at] = (weights[at] ?? 0) + value * (steps[nth] ?? 0);
      }
    }
  }
}

/** Writes each class's signed distance for a text into `scores`: above 0 is "yes", and the largest wins. */
export function sumScores(
  { classes, weights, biases }: LinearModel,
  { indices, values }: TextVector,
  scores: Float32Array,
): void {
  scores.set(biases);
  for (let place = 0; place < indices.length; place += 1) {
    const from = (indices[place] ?? 0) * classes;
    const value = values[place] ?? 0;
    for (let each = 0; each < classes; each += 1) {
      scores[each] = (scores[each] ?? 0) + value * (weights[from + each] ?? 0);
    }
  }
}

function squaredLength({ values }: TextVector): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}

/** Random numbers from 0 up to 1 that are the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffle(order: Uint32Array, random: () => number): void {
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const kept = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = kept;
  }
}
