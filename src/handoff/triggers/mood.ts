import { isBelieved, type SignGuess } from "./guess-signs.ts";
import { loadSignGuesser } from "./sign-model.ts";

/** How a message feels: 0 furious, 0.5 neither, 1 delighted. */
export type Mood = (text: string) => number;

/** What reads moods: the worse of what words tell and what was learnt counts. */
export async function loadMood(): Promise<Mood> {
  const [{ measureSentiment }, guesser] = await Promise.all([
    import("../../guard/understanding/sentiment.ts"),
    loadSignGuesser(),
  ]);
  return (text) => Math.min(measureSentiment(text).score, toMood(guesser.measure(text)));
}

/** What a message that shows somebody upset feels like at most. */
function toMood(guesses: readonly SignGuess[]): number {
  const upset = guesses.find(({ sign }) => sign === "upset");
  return upset !== undefined && isBelieved(upset) ? 1 - upset.score : 1;
}
