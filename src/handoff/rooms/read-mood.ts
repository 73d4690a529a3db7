import { loadSignGuesser } from "../triggers/sign-model.ts";
import { toMood } from "../triggers/mood.ts";

let loading: Promise<(text: string) => number> | undefined;

/** How a message feels, 0 furious to 1 delighted, as triggers read it. Loaded when the first brief is written. */
export function loadMood(): Promise<(text: string) => number> {
  return (loading ??= load());
}

async function load(): Promise<(text: string) => number> {
  const { measureSentiment } = await import("../../guard/understanding/sentiment.ts");
  const guesser = await loadSignGuesser();
  return (text) => Math.min(measureSentiment(text).score, toMood(guesser.measure(text)));
}
