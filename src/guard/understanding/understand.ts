import type { Handling, UnderstandContext, Understanding } from "../../core/understanding.ts";
import { readEntities } from "./entities.ts";
import { createGeneralClassifier, createOwnClassifier, isGeneralIntent } from "./general-intents.ts";
import { handlingOf } from "./general-phrases.ts";
import type { IntentGuess } from "./intent-classifier.ts";
import { decideLanguage } from "./language.ts";
import { withoutOtherAgents } from "./other-agents.ts";
import type { OwnIntent } from "./own-intents.ts";
import { decideRoute } from "./route.ts";
import { blendSentiment, measureSentiment } from "./sentiment.ts";
import { fillSlots } from "./slots.ts";

/** Understands messages offline, with the intents it was made with. */
export interface Understander {
  /** The names of all intents it can find. */
  readonly intents: readonly string[];
  /** How messages of an intent are handled; of none, like a question. */
  handlingOf(intent: string | undefined): Handling;
  /** The conversation's sentiment after a message of this one. */
  blend(context: UnderstandContext, sentiment: number): number;
  /** Pure and synchronous, a few milliseconds at most; never throws, whatever the text. */
  understand(text: string, context: UnderstandContext): Understanding;
}

const readCharacters = 4_000;
// One training serves every tenant of the process.
const general = { current: undefined as ReturnType<typeof createGeneralClassifier> | undefined };

/** Trains on the tenant's intents, so make it once and keep it. */
export function createUnderstander(own: readonly OwnIntent[] = []): Understander {
  general.current ??= createGeneralClassifier();
  const everyday = general.current;
  const examples = own.flatMap(({ name, phrases }) => phrases.map((text) => ({ text, intent: name })));
  const particular = examples.length === 0 ? undefined : createOwnClassifier(examples);

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
      handling:
        described?.handling ?? (isGeneralIntent(guess.intent) ? handlingOf[guess.intent] : "question"),
      confidence: guess.confidence,
      candidates: guess.candidates,
      entities,
      slots: described === undefined ? {} : fillSlots(text, described.slots, entities),
      sentiment: feeling.score,
      conversationSentiment: blend(context, feeling.score),
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

  function handlingOfIntent(intent: string | undefined): Handling {
    const described = own.find(({ name }) => name === intent);
    return described?.handling ?? (isGeneralIntent(intent) ? handlingOf[intent] : "question");
  }

  /** The tenant's own intents first: they say more than the general ones. */
  function guessIntent(text: string): IntentGuess {
    const narrow = particular?.classify(text);
    if (narrow?.intent !== undefined) return narrow;
    const wide = everyday.classify(text);
    return wide.intent === "human" ? everyday.classify(withoutOtherAgents(text)) : wide;
  }

  const intents = [...new Set([...own.map(({ name }) => name), ...everyday.intents])];
  return { intents, handlingOf: handlingOfIntent, blend, understand };
}

function blend({ sentimentBefore }: UnderstandContext, now: number): number {
  return blendSentiment(sentimentBefore, now);
}
