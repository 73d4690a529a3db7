import { fitBorder, fitSharpness, toProbabilities } from "./calibration.ts";
import { readFeatures } from "./features.ts";
import { toBelonging } from "./intent-classifier.ts";
import type { IntentExample, IntentModel } from "./intent-model.ts";
import { createIntentScorer, type IntentScore, type Neighbour, type ScorerParts } from "./intent-scorer.ts";
import { createRandom, trainLinear } from "./linear-model.ts";
import { createVectorizer, learnVocabulary, type Vocabulary } from "./vocabulary.ts";

/** What a classifier is trained with. */
export interface IntentTraining {
  readonly examples: readonly IntentExample[];
  /** Things people say that belong to none of the intents, such as greetings. */
  readonly outside?: readonly string[];
  /** The same seed and examples give the same model. */
  readonly seed?: number;
}

interface Sample extends Neighbour {
  readonly label: number;
  readonly fold: number;
}

/** A held-out text as a model saw it that was trained without it. */
interface Trial {
  readonly scored: IntentScore;
  readonly right: number;
  /** Its whole intent was held out: the right answer is "none of these". */
  readonly isOutside: boolean;
}

interface Sizes {
  /** Classes with a name; where there is talk from outside, one more has none. */
  readonly named: number;
  readonly classes: number;
  /** Features. */
  readonly size: number;
  readonly seed: number;
}

const folds = 5;
const rounds = 6;
// Many examples speak for themselves: a simpler model is better.
const many = 2_000;
const neighboursKept = 50;
// What a few dozen intents of ten examples come out at.
const usualBorder = 0.4;

/**
 * Learns intents from example phrases: a tenant's 20 intents of 10 examples in some tenths of a second at most.
 * Confidence and the border to "none of these" are measured on examples, and on whole intents, held out.
 */
export function trainIntents({ examples, outside = [], seed = 1 }: IntentTraining): IntentModel {
  const intents = [...new Set(examples.map(({ intent }) => intent))];
  const labelled = [
    ...examples.map(({ text, intent }) => ({ text, label: intents.indexOf(intent) })),
    ...outside.map((text) => ({ text, label: intents.length })),
  ];
  const { vocabulary, samples } = toSamples(labelled, seed);
  const classes = intents.length + (outside.length > 0 ? 1 : 0);
  const sizes = { named: intents.length, classes, size: vocabulary.hashes.length, seed };
  const { sharpness, border } = measure(samples, sizes);
  const { linear, neighbours } = fit(samples, sizes);
  const kept = neighbours.map((each) => each.map(({ text }) => text));
  return { intents, vocabulary, linear, sharpness, border, examples: kept };
}

function toSamples(
  labelled: readonly { readonly text: string; readonly label: number }[],
  seed: number,
): { vocabulary: Vocabulary; samples: Sample[] } {
  const features = labelled.map(({ text }) => readFeatures(text));
  const vocabulary = learnVocabulary(features);
  const { toVector } = createVectorizer(vocabulary);
  const foldOf = dealFolds(labelled, seed);
  const samples = labelled.flatMap((each, at) => {
    const own = features[at];
    if (own === undefined || own.words.size === 0) return [];
    return [{ ...each, vector: toVector(own), fold: foldOf[at] ?? 0 }];
  });
  return { vocabulary, samples };
}

/** Each intent's examples are dealt evenly over the folds, in an order that follows from the seed. */
function dealFolds(labelled: readonly { readonly label: number }[], seed: number): number[] {
  const random = createRandom(seed);
  const dealt = new Map<number, number>();
  const folded: number[] = Array.from({ length: labelled.length }, () => 0);
  const order = labelled
    .map(({ label }, at) => ({ at, label, key: random() }))
    .toSorted((a, b) => a.key - b.key);
  for (const { at, label } of order) {
    const before = dealt.get(label) ?? label;
    folded[at] = before % folds;
    dealt.set(label, before + 1);
  }
  return folded;
}

/** The fewer the examples, the more often they are held out to learn something from them. */
function measure(samples: readonly Sample[], sizes: Sizes): Pick<IntentModel, "sharpness" | "border"> {
  const tries = Math.min(folds, Math.max(2, Math.ceil(600 / Math.max(samples.length, 1))));
  const plain: Trial[] = [];
  const narrowed: Trial[] = [];
  for (let fold = 0; fold < tries; fold += 1) {
    if (fold % 2 === 0) plain.push(...tryFold(fold, samples, sizes, () => false));
    else if (sizes.named >= folds)
      narrowed.push(...tryFold(fold, samples, sizes, (label) => label % folds === fold));
  }
  const sharpness = fitSharpness(plain.map(({ scored, right }) => ({ scores: scored.scores, right })));
  return { sharpness, border: measureBorder(narrowed, sharpness, sizes) ?? usualBorder };
}

/** Trains without one fold's examples and without the intents left out, then looks at both. */
function tryFold(
  fold: number,
  samples: readonly Sample[],
  sizes: Sizes,
  isLeftOut: (label: number) => boolean,
): Trial[] {
  const isOutside = ({ label }: Sample): boolean => label < sizes.named && isLeftOut(label);
  const known = samples.filter((sample) => sample.fold !== fold && !isOutside(sample));
  const scorer = createIntentScorer(fit(known, sizes));
  return samples.flatMap((sample) => {
    if (sample.fold !== fold && !isOutside(sample)) return [];
    const scored = scorer.score(sample.vector);
    return scored === undefined ? [] : [{ scored, right: sample.label, isOutside: isOutside(sample) }];
  });
}

function fit(samples: readonly Sample[], { classes, size, seed }: Sizes): ScorerParts {
  const linear = trainLinear(
    samples.map(({ vector }) => vector),
    samples.map(({ label }) => label),
    { size, classes, cost: samples.length > many ? 0.5 : 1, rounds, seed },
  );
  const neighbours: Neighbour[][] = Array.from({ length: classes }, () => []);
  for (const { text, vector, label } of samples) {
    const kept = neighbours[label];
    if (kept !== undefined && kept.length < neighboursKept) kept.push({ text, vector });
  }
  return { size, linear, neighbours };
}

function measureBorder(trials: readonly Trial[], sharpness: number, { named }: Sizes): number | undefined {
  const told = trials
    .filter(({ scored }) => scored.best < named)
    .map(({ scored, isOutside }) => ({
      belonging: toBelonging(scored, toProbabilities(scored.scores, sharpness)),
      isOutside,
    }));
  return fitBorder(
    told.filter(({ isOutside }) => !isOutside).map(({ belonging }) => belonging),
    told.filter(({ isOutside }) => isOutside).map(({ belonging }) => belonging),
  );
}
