import { dot } from "../embed/dot.ts";
import type { OfflineEmbedder } from "../embed/offline-embedder.ts";
import type { Language } from "../text/languages.ts";
import { isMostlyKnown, tellingWordsOf, tellingWordsOfHead } from "../text/telling-words.ts";

/** What was found, with how well it fits by all searches, and the heading it stands under. */
export interface Headed {
  readonly score: number;
  readonly heading: string;
  readonly language?: Language | undefined;
}

/** What is known of words: how telling each is, and what texts mean. */
export type Words = Pick<OfflineEmbedder, "weigh" | "embed">;

// Measured on three public sets together; twice as much or half of either is as good within a hundredth.
const ofMeaning = 0.5;
const ofWords = 0.2;

/**
 * In a new order: a heading tells what a passage is about more surely than the words in it, so one that means what was
 * asked, or has no words but asked ones, comes further up. A question that the vocabulary does not know is left to words.
 */
export async function rerankByHeads<H extends Headed>(
  question: string,
  found: readonly H[],
  { weigh, embed }: Words,
): Promise<H[]> {
  const isKnown = isMostlyKnown(question, weigh);
  const [own, ...heads] = isKnown ? await embed([question, ...found.map(({ heading }) => heading)]) : [];
  const meaningOf = (at: number) => {
    const head = heads[at];
    return own === undefined || head === undefined ? 0 : dot(own, head);
  };
  const languages = new Set(found.map(({ language }) => language));
  const asked = new Map([...languages].map((one) => [one, new Set(tellingWordsOf(question, one))]));
  const shareOf = ({ heading, language }: H) =>
    shareAsked(tellingWordsOfHead(heading, language), { asked: asked.get(language), weigh });
  return found
    .map((each, at) => ({
      each,
      score: each.score + ofMeaning * meaningOf(at) + ofWords * shareOf(each),
    }))
    .toSorted((a, b) => b.score - a.score)
    .map(({ each }) => each);
}

/** The share of a heading's words that were asked for, by how telling they are. */
function shareAsked(
  words: readonly string[],
  { asked, weigh }: Pick<Words, "weigh"> & { readonly asked: ReadonlySet<string> | undefined },
): number {
  const sum = (some: readonly string[]) => some.reduce((total, word) => total + weigh(word), 0);
  return words.length === 0 ? 0 : sum(words.filter((word) => asked?.has(word) === true)) / sum(words);
}
