import { isBelieved, type SignGuess } from "./guess-signs.ts";

/** What a message that shows somebody upset feels like at most: 0 furious to 1. */
export function toMood(guesses: readonly SignGuess[]): number {
  const upset = guesses.find(({ sign }) => sign === "upset");
  return upset !== undefined && isBelieved(upset) ? 1 - upset.score : 1;
}
