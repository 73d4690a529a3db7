import { singleWordsOf } from "../../src/knowledge/text/read-terms.ts";
import { readBanking } from "../eval/read-banking.ts";

/** Documents as long as help pages are, of real words; the same ones for the same seed. */
export interface MadeDocuments {
  /** The next document: four sections of 120 words, each with a heading. */
  next(): MadeDocument;
  readonly questions: readonly string[];
}

export interface MadeDocument {
  readonly title: string;
  readonly sections: readonly MadeSection[];
}

export interface MadeSection {
  readonly heading: string;
  readonly text: string;
}

const wordsEach = 120;
const sentenceWords = 12;
/** Sections of each document, each of which becomes a chunk. */
export const sectionsEach = 4;

/** Few words are said often and most seldom, as in any text; every section has a name of its own. */
export function makeDocuments(seed = 7): MadeDocuments {
  const vocabulary = [...new Set(readBanking("train").flatMap(({ text }) => singleWordsOf(text)))];
  let state = seed;
  let made = 0;
  const chance = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const word = () => vocabulary[Math.floor(vocabulary.length * chance() ** 3)] ?? "word";
  const sentence = () => `${Array.from({ length: sentenceWords }, word).join(" ")}.`;
  const text = () => Array.from({ length: wordsEach / sentenceWords }, sentence).join(" ");
  return {
    questions: readBanking("test").map((asked) => asked.text),
    next() {
      const section = () => ({
        heading: `${word()} ${word()}`,
        text: `${text()} See article-${(made += 1)}, item${Math.floor(made / 3)}.`,
      });
      return {
        title: `About ${word()} and ${word()}`,
        sections: Array.from({ length: sectionsEach }, section),
      };
    },
  };
}
