import { expandShortForms } from "./expand-short-forms.ts";
import type { Language } from "./languages.ts";
import { readQuestion, readTerms } from "./read-terms.ts";

// They ask, and tell nothing of what is asked for.
const asking = new Set(
  readTerms(
    "able across again always any best between both describe difference different during each either every explain ever give help here kind know many mean meaning more most much near need never now other per possible same show since still tell thing through until understand use want way within without word",
  ),
);

/** "3am" and "2nd": a time or a place in an order, which nothing else is found by. */
export const countsOnly = /^\p{N}+(?:am|pm|st|nd|rd|th)$/u;

/** A question's terms without those that only ask, unless it has no others. */
export function tellingWordsOf(question: string, language: Language = "en"): readonly string[] {
  if (language !== "en") return readQuestion(question, language);
  const all = readQuestion(expandShortForms(question));
  const telling = all.filter((term) => !asking.has(term) && !countsOnly.test(term));
  return telling.length > 0 ? telling : all;
}

/** The words that tell what stands under a heading: its number is none of them. */
export function tellingWordsOfHead(heading: string, language?: Language): readonly string[] {
  return tellingWordsOf(heading, language).filter((word) => /\p{L}/u.test(word));
}

/** Whether a vocabulary knows most of a question's words, and so what it means. */
export function isMostlyKnown(question: string, weigh: (word: string) => number): boolean {
  const asked = tellingWordsOf(question);
  const known = asked.filter((word) => weigh(word) < 1);
  return known.length * 2 >= asked.length;
}
