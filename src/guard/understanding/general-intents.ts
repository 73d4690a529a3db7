import { generalIntents, generalPhrases, type GeneralIntent } from "./general-phrases.ts";
import { createIntentClassifier, type IntentClassifier } from "./intent-classifier.ts";
import type { IntentExample } from "./intent-model.ts";
import { trainIntents } from "./train-intents.ts";

const smallTalk = ["greeting", "goodbye", "chitchat", "human"] as const;

/** Trains the classifier of what any message can be about. Some tenths of a second: once a process. */
export function createGeneralClassifier(): IntentClassifier {
  return createIntentClassifier(trainIntents({ examples: readGeneralPhrases(generalIntents) }));
}

/**
 * Trains a tenant's or an agent's own intents. What everybody says to every bot counts as belonging to none of them,
 * unless the tenant has an intent of that name.
 */
export function createOwnClassifier(examples: readonly IntentExample[]): IntentClassifier {
  const own = new Set(examples.map(({ intent }) => intent));
  const outside = readGeneralPhrases(smallTalk.filter((intent) => !own.has(intent))).map(({ text }) => text);
  return createIntentClassifier(trainIntents({ examples, outside }));
}

/** A general intent by its name. */
export function isGeneralIntent(name: string | undefined): name is GeneralIntent {
  return name !== undefined && generalIntents.some((each) => each === name);
}

function readGeneralPhrases(intents: readonly GeneralIntent[]): IntentExample[] {
  return intents.flatMap((intent) =>
    generalPhrases[intent]
      .split("\n")
      .map((text) => ({ text: text.trim(), intent }))
      .filter(({ text }) => text !== ""),
  );
}
