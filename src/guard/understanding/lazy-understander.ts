import { setImmediate as breathe } from "node:timers/promises";
import { SettingsError } from "../../core/errors.ts";
import type { Understand } from "../../core/understanding.ts";
import { generalIntents } from "./general-phrases.ts";
import { toGeneralTraining, toOwnTraining } from "./general-intents.ts";
import { createIntentClassifier, type IntentClassifier } from "./intent-classifier.ts";
import type { IntentModel } from "./intent-model.ts";
import { ownIntentsFile, type OwnIntent } from "./own-intents.ts";
import { createTrainer } from "./train-aside.ts";
import type { IntentTraining } from "./train-intents.ts";

/** Understanding that is loaded when it is first needed, or before: training takes a second and more memory than the rest. */
export interface LazyUnderstander {
  /** The names of all intents it can find, known without loading anything. */
  readonly intents: readonly string[];
  /**
   * Trains in a thread of its own and loads in small pieces, so that nothing else of the process stands still
   * meanwhile. Everybody who asks gets the same.
   */
  load(): Promise<Understand>;
}

/** A company's, which also knows what stands in its file. */
export interface CompanyUnderstander extends LazyUnderstander {
  readonly own: readonly OwnIntent[];
}

/** For a company with the intents of its file, if it has one. Throws SettingsError for a file that cannot be used. */
export function createLazyUnderstander(file: unknown, slug: string): CompanyUnderstander {
  const parsed = ownIntentsFile.safeParse(file ?? { intents: [] });
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `- config/intents/${slug}.yaml: ${path.map(String).join(".")}: ${message}`,
    );
    throw new SettingsError(problems.join("\n"));
  }
  const own = parsed.data.intents;
  let loading: Promise<Understand> | undefined;
  return {
    intents: [...new Set([...own.map(({ name }) => name), ...generalIntents])],
    own,
    load: () => (loading ??= load(own)),
  };
}

const train = createTrainer();
// One training serves everybody in the process who asks for the same.
const trained = new Map<string, Promise<IntentClassifier>>();

async function load(own: readonly OwnIntent[]): Promise<Understand> {
  const training = toOwnTraining(own);
  const [everyday, particular] = await Promise.all([
    classifierOf(toGeneralTraining()),
    training && classifierOf(training),
    loadReaders(),
  ]);
  const { createUnderstanderOf } = await import("./understand.ts");
  await breathe();
  return createUnderstanderOf(own, { everyday, particular }).understand;
}

function classifierOf(training: IntentTraining): Promise<IntentClassifier> {
  const key = JSON.stringify(training);
  const known = trained.get(key) ?? train(training).then(toClassifier);
  trained.set(key, known);
  return known;
}

async function toClassifier(model: IntentModel): Promise<IntentClassifier> {
  await breathe();
  return createIntentClassifier(model);
}

// Together they take a fifth of a second to evaluate.
const dateReaders: readonly (() => Promise<unknown>)[] = [
  () => import("chrono-node/en"),
  () => import("chrono-node/de"),
  () => import("chrono-node/es"),
  () => import("chrono-node/fr"),
  () => import("chrono-node/it"),
  () => import("chrono-node/ja"),
  () => import("chrono-node/nl"),
  () => import("chrono-node/pt"),
  () => import("chrono-node/ru"),
  () => import("chrono-node/uk"),
  () => import("chrono-node/zh"),
];

let readers: Promise<void> | undefined;

/** Once a process, one after the other, with the event loop's turn in between. */
function loadReaders(): Promise<void> {
  readers ??= (async () => {
    for (const one of [...dateReaders, () => import("./language.ts"), () => import("./sentiment.ts")]) {
      await one();
      await breathe();
    }
    const { readWhen } = await import("./when.ts");
    await breathe();
    // The first date of a process makes its patterns compile; nobody should wait for that either.
    readWhen("tomorrow at 8 pm", { now: new Date() });
    await breathe();
  })();
  return readers;
}
