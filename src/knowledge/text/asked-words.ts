import { languages, type Language } from "./languages.ts";
import { asPart, partsOf, readQuestion, spokenIn } from "./read-terms.ts";

/** A question as a text in one language is asked for it. */
export interface AskedWord {
  readonly term: string;
  /** The same inside a longer word. */
  readonly inside: string | undefined;
  /** What it may itself be put together of. */
  readonly parts: readonly string[];
}

/** What is looked for, and how much of it a text has. */
export interface Asked {
  /** In the words of the language it is asked in, or of every one where it does not tell. */
  readonly terms: readonly string[];
  /** The words of all other languages, and the parts of words that are put together: they count for less. */
  readonly parts: readonly string[];
  wordsIn(language: Language): readonly AskedWord[];
}

/** Reads a question as texts of all languages are read. */
export function readAsked(question: string): Asked {
  const spoken = spokenIn(question);
  const words = new Map(
    languages.map((language) => [language, toAskedWords(readQuestion(question, language, spoken))] as const),
  );
  const all = [...words.values()].flat();
  // What is a name everywhere else is rare in the few texts of another language, and would bring them to the front.
  const first = (spoken === undefined ? undefined : words.get(spoken)) ?? all;
  const terms = new Set(first.map(({ term }) => term));
  const parts = new Set(
    all.flatMap(({ term, inside, parts: own }) => [term, ...(inside === undefined ? [] : [inside]), ...own]),
  );
  return {
    terms: [...terms],
    parts: [...parts.difference(terms)],
    wordsIn: (language) => words.get(language) ?? [],
  };
}

/** A question's terms as texts say them that put words together. */
export function toAskedWords(terms: readonly string[]): readonly AskedWord[] {
  return terms.map((term) => ({ term, inside: asPart(term), parts: partsOf(term) }));
}

/** How much of a word a text has, from 0 to 1: all of it, inside another word as well, or of what it is put together of. */
export function shareOf({ term, inside, parts }: AskedWord, has: (term: string) => boolean): number {
  if (has(term) || (inside !== undefined && has(inside))) return 1;
  if (parts.length === 0) return 0;
  // Beginnings and ends take turns.
  const longest = (from: 0 | 1) =>
    Math.max(0, ...parts.filter((part, at) => at % 2 === from && has(part)).map(lettersOf));
  return Math.min(1, (longest(0) + longest(1)) / lettersOf(term));
}

function lettersOf(term: string): number {
  return term.lastIndexOf("~");
}
