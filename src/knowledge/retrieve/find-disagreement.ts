import { splitSentences } from "../chunk/split-sentences.ts";
import { readTerms } from "../text/read-terms.ts";

/** A passage that may contradict another one. */
export interface Statement {
  readonly title: string;
  readonly text: string;
}

// Shared terms, of those of the shorter sentence, from which two sentences speak of the same.
const sameMatter = 0.6;
const fewestTerms = 2;

/**
 * Two passages of different documents that say the same with other numbers, by their places; undefined where none do. A
 * sign for the reader to look, never a judgement which of them is right.
 */
export function findDisagreement(statements: readonly Statement[]): readonly [number, number] | undefined {
  const read = statements.map(({ text }) => splitSentences(text).map(readSentence));
  for (const [at, sentences] of read.entries())
    for (let other = at + 1; other < read.length; other += 1) {
      if (statements[at]?.title === statements[other]?.title) continue;
      const others = read[other] ?? [];
      // What both say as well is no contradiction, whatever else stands in one of them.
      const mine = sentences.filter((one) => !others.some((two) => agrees(one, two)));
      const theirs = others.filter((two) => !sentences.some((one) => agrees(one, two)));
      if (mine.some((one) => theirs.some((two) => contradicts(one, two)))) return [at, other];
    }
  return undefined;
}

interface Sentence {
  readonly words: ReadonlySet<string>;
  readonly numbers: ReadonlySet<string>;
}

// As terms are written, without their endings.
const numberWords = new Map(
  readTerms("one two three four five six seven eight nine ten eleven twelve").map((word, at) => [
    word,
    at + 1,
  ]),
);

function readSentence(text: string): Sentence {
  const terms = readTerms(text);
  const isNumber = (term: string) => /^\p{N}/u.test(term) || numberWords.has(term);
  return {
    words: new Set(terms.filter((term) => !isNumber(term))),
    numbers: new Set(terms.filter(isNumber).map((term) => String(numberWords.get(term) ?? term))),
  };
}

function contradicts(one: Sentence, other: Sentence): boolean {
  return isSameMatter(one, other) && one.numbers.isDisjointFrom(other.numbers);
}

function agrees(one: Sentence, other: Sentence): boolean {
  return isSameMatter(one, other) && !one.numbers.isDisjointFrom(other.numbers);
}

function isSameMatter(one: Sentence, other: Sentence): boolean {
  if (one.numbers.size === 0 || other.numbers.size === 0) return false;
  const shared = one.words.intersection(other.words).size;
  const shorter = Math.min(one.words.size, other.words.size);
  return shared >= fewestTerms && shared / shorter >= sameMatter;
}
