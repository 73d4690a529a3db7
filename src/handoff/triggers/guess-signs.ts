import { readKindsOf, readSignFeatures, toPieces } from "./sign-features.ts";
import type { WordKind } from "./sign-words.ts";

/** What a classifier can tell from a message. */
export const guessedSigns = ["asks for a person", "complaint", "payment failed", "upset"] as const;

/** One of them. */
export type GuessedSign = (typeof guessedSigns)[number];

/** A sign a message shows, how surely, and from where on that is believed: both from 0 to 1. */
export interface SignGuess {
  readonly sign: GuessedSign;
  readonly score: number;
  readonly threshold: number;
}

/** What a classifier has learnt: for each sign what a feature of a message adds. */
export interface SignModel {
  readonly biases: Float32Array;
  /** From where on a sign is believed, 0 to 1. */
  readonly thresholds: readonly number[];
  /** By kind or pair of kinds, then by sign. */
  readonly kinds: Float32Array;
  /** By word or pair of words, the place of its first weight in `wordWeights`. */
  readonly words: ReadonlyMap<string, number>;
  readonly wordWeights: Float32Array;
}

/** Guesses what a message says. */
export interface SignGuesser {
  /** How surely a message shows each sign, in their order. Pure; tens of microseconds for a sentence. */
  measure(text: string): readonly SignGuess[];
}

/** Whether a guess is sure enough to act on. */
export function isBelieved({ score, threshold }: SignGuess): boolean {
  return score >= threshold;
}

/** What is made of a message, believed or not. Whoever asks why a payment fails, or what then, is to be answered. */
export function guessSigns({ measure }: SignGuesser, text: string): readonly SignGuess[] {
  const guesses = measure(text);
  return text.includes("?") ? guesses.filter(({ sign }) => sign !== "payment failed") : guesses;
}

/** How many signs there are. */
export const signCount = guessedSigns.length;

// Without a word of each of these a message cannot mean it, whatever few words that were never learnt from add up to.
const needed: Readonly<Record<GuessedSign, readonly (readonly WordKind[])[]>> = {
  "asks for a person": [["person", "staff", "boss", "someone", "noone", "bot", "talk", "call", "connect"]],
  complaint: [["complain", "authority", "rude"]],
  "payment failed": [
    ["pay", "card"],
    ["fail", "works", "not"],
  ],
  upset: [["anger"]],
};

/** A guesser by what was learnt. */
export function createSignGuesser(model: SignModel): SignGuesser {
  const { biases, thresholds, kinds, words, wordWeights } = model;

  function scorePiece(piece: readonly string[], best: Float32Array): void {
    const stands = readKindsOf(piece);
    const possible = guessedSigns.map((sign) =>
      needed[sign].every((group) => group.some((kind) => stands.has(kind))),
    );
    if (!possible.includes(true)) return;
    const features = readSignFeatures(piece);
    const kindScale = toScale(features.kinds.length);
    const wordScale = toScale(features.words.length);
    const known = features.words.flatMap((word) => words.get(word) ?? []);
    for (let sign = 0; sign < signCount; sign += 1) {
      if (possible[sign] !== true) continue;
      let ofKinds = 0;
      for (const kind of features.kinds) ofKinds += kinds[kind * signCount + sign] ?? 0;
      let ofWords = 0;
      for (const at of known) ofWords += wordWeights[at + sign] ?? 0;
      const score = (biases[sign] ?? 0) + ofKinds * kindScale + ofWords * wordScale;
      best[sign] = Math.max(best[sign] ?? 0, 1 / (1 + Math.exp(-score)));
    }
  }

  return {
    measure(text) {
      const best = new Float32Array(signCount);
      for (const piece of toPieces(text)) scorePiece(piece, best);
      return guessedSigns.map((sign, at) => ({
        sign,
        score: best[at] ?? 0,
        threshold: thresholds[at] ?? 1,
      }));
    },
  };
}

/** Long sentences say no more than short ones: what each feature adds is smaller. */
export function toScale(count: number): number {
  return count === 0 ? 0 : 1 / Math.sqrt(count);
}
