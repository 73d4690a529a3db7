import type { UnderstandContext, Understanding } from "../../core/understanding.ts";
import { readEntities } from "./entities.ts";
import { toGeneralTraining, toHandling, toOwnTraining } from "./general-intents.ts";
import { createIntentClassifier, type IntentClassifier, type IntentGuess } from "./intent-classifier.ts";
import { decideLanguage } from "./language.ts";
import { withoutOtherAgents } from "./other-agents.ts";
import type { OwnIntent } from "./own-intents.ts";
import { decideRoute } from "./route.ts";
import { blendSentiment } from "./blend-sentiment.ts";
import { measureSentiment } from "./sentiment.ts";
import { fillSlots } from "./slots.ts";
import { trainIntents, type IntentTraining } from "./train-intents.ts";

/** Understands messages offline, with the intents it was made with. */
export interface Understander {
  /** The names of all intents it can find. */
  readonly intents: readonly string[];
  /** Pure and synchronous, a few milliseconds at most; never throws, whatever the text. */
  understand(text: string, context: UnderstandContext): Understanding;
}

/** What guesses intents: those any message can have, and the company's own where it has some. */
interface Classifiers {
  readonly everyday: IntentClassifier;
  readonly particular: IntentClassifier | undefined;
}

const readCharacters = 4_000;
// One training serves every tenant of the process.
const general = { current: undefined as IntentClassifier | undefined };

/** Trains on the tenant's intents, here and now, so make it once and keep it. */
export function createUnderstander(own: readonly OwnIntent[] = []): Understander {
  const train = (training: IntentTraining) => createIntentClassifier(trainIntents(training));
  general.current ??= train(toGeneralTraining());
  const training = toOwnTraining(own);
  return createUnderstanderOf(own, { everyday: general.current, particular: training && train(training) });
}

/** With classifiers that are trained already. */
export function createUnderstanderOf(
  own: readonly OwnIntent[],
  { everyday, particular }: Classifiers,
): Understander {
  function understand(said: string, context: UnderstandContext): Understanding {
    const text = said.slice(0, readCharacters);
    const spoken = decideLanguage(text, {
      known: context.knownLanguage,
      locale: context.locale,
      fallback: context.fallbackLanguage,
    });
    const guess = guessIntent(text);
    const described = own.find(({ name }) => name === guess.intent);
    const locale = context.locale?.startsWith(spoken.language) === true ? context.locale : spoken.language;
    const entities = readEntities(text, { now: context.now, timeZone: context.timeZone, locale });
    const feeling = measureSentiment(text);
    const route = decideRoute(text);
    return {
      language: spoken.language,
      intent: guess.intent,
      handling: toHandling(guess.intent, own),
      confidence: guess.confidence,
      candidates: guess.candidates,
      entities,
      slots: described === undefined ? {} : fillSlots(text, described.slots, entities),
      sentiment: feeling.score,
      conversationSentiment: blendSentiment(context.sentimentBefore, feeling.score),
      route: route.tier,
      source: "offline",
      reasons: [
        `language ${spoken.language}: ${spoken.reason}`,
        guess.intent === undefined
          ? "intent: belongs to none"
          : `intent ${guess.intent}: like "${guess.nearest ?? ""}"`,
        ...(feeling.because.length > 0 ? [`sentiment ${feeling.score}: ${feeling.because.join(", ")}`] : []),
        ...(route.because.length > 0 ? [`${route.tier}: ${route.because.join(", ")}`] : []),
      ],
    };
  }

  /** The tenant's own intents first: they say more than the general ones. */
  function guessIntent(text: string): IntentGuess {
    const narrow = particular?.classify(text);
    if (narrow?.intent !== undefined) return narrow;
    const wide = everyday.classify(text);
    return wide.intent === "human" ? everyday.classify(withoutOtherAgents(text)) : wide;
  }

  const intents = [...new Set([...own.map(({ name }) => name), ...everyday.intents])];
  return { intents, understand };
}
