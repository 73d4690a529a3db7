import { createRandom } from "../../../src/guard/understanding/linear-model.ts";
import {
  guessedSigns,
  signCount,
  toScale,
  type SignModel,
} from "../../../src/handoff/triggers/guess-signs.ts";
import {
  kindSpace,
  readSignFeatures,
  toPieces,
  type SignFeatures,
} from "../../../src/handoff/triggers/sign-features.ts";

/** A message to learn from: which sign it shows, and of which signs it says nothing either way. */
export interface Lesson {
  readonly text: string;
  readonly sign: number;
  readonly unsureOf: readonly number[];
}

const rounds = 12;
const rate = 0.5;
const shrink = 1e-5;
// Kinds of words hold for wordings nobody wrote down; single words count less.
const wordsWeigh = 0.6;
const seenAtLeast = 5;
// What adds less than this changes nothing and makes the file long.
const tooLittle = 0.5;

/**
 * Logistic regressions, one a sign, by AdaGrad (Duchi et al. 2011). The same lessons give the same model. Thresholds are
 * the caller's.
 */
export function learnSigns(lessons: readonly Lesson[], thresholds: readonly number[]): SignModel {
  const samples = lessons.flatMap(({ text, sign, unsureOf }) => {
    const [longest] = toPieces(text).toSorted((a, b) => b.length - a.length);
    return longest === undefined ? [] : [{ features: readSignFeatures(longest), sign, unsureOf }];
  });
  const words = numberWords(samples.map(({ features }) => features));
  const kinds = toPlane(kindSpace * signCount);
  const byWord = toPlane(words.size * signCount);
  const biases = new Float32Array(signCount);
  const random = createRandom(3);
  const order = samples.map((_, at) => at);

  for (let round = 0; round < rounds; round += 1) {
    shuffle(order, random);
    for (const at of order) {
      const sample = samples[at];
      if (sample !== undefined) improve(sample);
    }
  }
  return { biases, thresholds, kinds: kinds.weights, ...keepTelling() };

  function improve({ features, sign, unsureOf }: (typeof samples)[number]): void {
    const kindScale = toScale(features.kinds.length);
    const wordScale = toScale(features.words.length) * wordsWeigh;
    const known = features.words.flatMap((word) => words.get(word) ?? []);
    for (let each = 0; each < signCount; each += 1) {
      if (unsureOf.includes(each)) continue;
      const ofKinds = features.kinds.reduce(
        (sum, kind) => sum + (kinds.weights[kind * signCount + each] ?? 0),
        0,
      );
      const ofWords = known.reduce((sum, at) => sum + (byWord.weights[at + each] ?? 0), 0);
      const score = (biases[each] ?? 0) + ofKinds * kindScale + ofWords * wordScale;
      const miss = 1 / (1 + Math.exp(-score)) - (sign === each ? 1 : 0);
      biases[each] = (biases[each] ?? 0) - rate * 0.1 * miss;
      for (const kind of features.kinds) step(kinds, kind * signCount + each, miss * kindScale);
      for (const at of known) step(byWord, at + each, miss * wordScale);
    }
  }

  function keepTelling(): Pick<SignModel, "words" | "wordWeights"> {
    const kept = new Map<string, number>();
    const weights: number[] = [];
    for (const [word, at] of words) {
      const own = Array.from(byWord.weights.subarray(at, at + signCount), (each) => each * wordsWeigh);
      if (own.every((each) => Math.abs(each) < tooLittle)) continue;
      kept.set(word, weights.length);
      weights.push(...own);
    }
    return { words: kept, wordWeights: Float32Array.from(weights) };
  }
}

/** The model as `parseSignModel` reads it, with what it was learnt from. */
export function toWeightsFile(model: SignModel, names: readonly string[], learntFrom: string): string {
  const lines = [
    "# What guess-signs.ts has learnt, in hundredths: how much a kind of words, one before another, one near another,",
    `# a word or two neighbours add to ${guessedSigns.join(", ")}. Written by npm run eval:train.`,
    `# learnt from ${learntFrom}`,
  ];
  guessedSigns.forEach((sign, at) => {
    lines.push(["sign", sign, ...[model.biases[at], model.thresholds[at]].map(toHundredths)].join("\t"));
  });
  names.forEach((name, at) => {
    const weights = Array.from(model.kinds.subarray(at * signCount, (at + 1) * signCount), toHundredths);
    if (weights.some((weight) => Math.abs(weight) > 8)) lines.push([name, ...weights].join("\t"));
  });
  for (const [word, at] of model.words)
    lines.push(
      ["word", word, ...Array.from(model.wordWeights.subarray(at, at + signCount), toHundredths)].join("\t"),
    );
  return `${lines.join("\n")}\n`;
}

interface Plane {
  readonly weights: Float32Array;
  readonly steps: Float32Array;
}

function toPlane(size: number): Plane {
  return { weights: new Float32Array(size), steps: new Float32Array(size) };
}

function step({ weights, steps }: Plane, at: number, pull: number): void {
  const weight = weights[at] ?? 0;
  const slope = pull + shrink * weight;
  const walked = (steps[at] ?? 0) + slope * slope;
  steps[at] = walked;
  weights[at] = weight - (rate * slope) / Math.sqrt(walked + 1e-6);
}

function numberWords(all: readonly SignFeatures[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { words } of all) for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const known = [...counts].filter(([, count]) => count >= seenAtLeast);
  return new Map(known.map(([word], at) => [word, at * signCount]));
}

function shuffle(order: number[], random: () => number): void {
  for (let last = order.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other] ?? 0, order[last] ?? 0];
  }
}

function toHundredths(value: number | undefined): number {
  return Math.round((value ?? 0) * 100);
}
