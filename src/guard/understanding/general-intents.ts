import type { Handling } from "../../core/understanding.ts";
import { generalIntents, generalPhrases, handlingOf, type GeneralIntent } from "./general-phrases.ts";
import type { IntentExample } from "./intent-model.ts";
import type { OwnIntent } from "./own-intents.ts";
import type { IntentTraining } from "./train-intents.ts";

const smallTalk = ["greeting", "goodbye", "chitchat", "human"] as const;

/** What the classifier of what any message can be about is trained with: some tenths of a second, once a process. */
export function toGeneralTraining(): IntentTraining {
  return { examples: readGeneralPhrases(generalIntents) };
}

/**
 * What a tenant's own intents are trained with; undefined where it has none. What everybody says to every bot counts
 * as belonging to none of them, unless the tenant has an intent of that name.
 */
export function toOwnTraining(own: readonly OwnIntent[]): IntentTraining | undefined {
  const examples = own.flatMap(({ name, phrases }) => phrases.map((text) => ({ text, intent: name })));
  if (examples.length === 0) return undefined;
  const names = new Set(own.map(({ name }) => name));
  const outside = readGeneralPhrases(smallTalk.filter((intent) => !names.has(intent)));
  return { examples, outside: outside.map(({ text }) => text) };
}

/** How messages of an intent are handled; of none, like a question. */
export function toHandling(intent: string | undefined, own: readonly OwnIntent[]): Handling {
  const described = own.find(({ name }) => name === intent);
  return described?.handling ?? (isGeneralIntent(intent) ? handlingOf[intent] : "question");
}

function isGeneralIntent(name: string | undefined): name is GeneralIntent {
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
