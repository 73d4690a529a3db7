import { splitSentences } from "../chunk/split-sentences.ts";
import type { Language } from "../text/languages.ts";
import { isPart, readTerms } from "../text/read-terms.ts";
import { tellingWordsOfHead } from "../text/telling-words.ts";
import {
  areOpposite,
  areOppositeOfOthers,
  isSameClaim,
  readClaim,
  startsWithNo,
  type Claim,
} from "./read-claim.ts";

/** A passage that may contradict another one. */
export interface Statement {
  readonly title: string;
  /** Those it stands under; the last one may be the question that it answers. */
  readonly headings?: readonly string[] | undefined;
  readonly text: string;
  /** What it is written in; English where nobody knows. */
  readonly language?: Language | undefined;
  /** Which document it stands in; without it, the one of its title. */
  readonly document?: string | undefined;
}

// Shared terms, of those of the shorter sentence, from which two sentences speak of the same.
const sameMatter = 0.6;
// And of those of the longer one: what is said in passing among much else is said of something else.
const sameScope = 0.3;
const fewestTerms = 2;
const wholeSentence = /^[^|]*[.!]["'”»)*_\s]*$/u;
// What stands in a code block shows what something looks like, with numbers that are an example's.
const code = /^(`{3,})[^]*?^\1`*$/gmu;

/**
 * Two passages of different documents that say the same with other numbers or another day, or of which one denies what
 * the other says, by their places; undefined where there are none. A sign for the reader to look, never a judgement which
 * of them is right.
 */
export function findDisagreement(statements: readonly Statement[]): readonly [number, number] | undefined {
  const read = statements.map(({ text, language }) => readSentences(withoutCode(text), language));
  for (const [at, sentences] of read.entries())
    for (let other = at + 1; other < read.length; other += 1) {
      if (documentOf(statements[at]) === documentOf(statements[other])) continue;
      if (answerOtherwise(statements[at], statements[other])) return [at, other];
      const isOneSubject = areOfOneSubject(statements[at], statements[other]);
      if (contraryOf(sentences, read[other] ?? [], isOneSubject) !== undefined) return [at, other];
    }
  return undefined;
}

/** They stand under the same heading, or are called the same but for a number such as a year. */
export function areOfOneSubject(one: Statement | undefined, other: Statement | undefined): boolean {
  const [mine, theirs] = [one, other].map((each) =>
    [each?.headings?.at(-1), each?.title].map((head) => subjectOf(head, each)),
  );
  return mine?.some((subject, at) => subject !== "" && subject === theirs?.[at]) === true;
}

function subjectOf(head: string | undefined, of: Statement | undefined): string {
  return head === undefined ? "" : [...new Set(tellingWordsOfHead(head, of?.language))].toSorted().join(" ");
}

/** One says yes and the other no to the same question. */
function answerOtherwise(one: Statement | undefined, other: Statement | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  const [first, second] = [startsWithNo(one.text), startsWithNo(other.text)];
  if (first === undefined || second === undefined || first === second) return false;
  const [mine, theirs] = [questionOver(one), questionOver(other)];
  return mine !== undefined && mine.size >= fewestTerms && theirs !== undefined && isSameSet(mine, theirs);
}

function questionOver({ title, headings, language }: Statement): ReadonlySet<string> | undefined {
  const heading = headings?.at(-1) ?? title;
  return heading.trim().endsWith("?") ? new Set(tellingWordsOfHead(heading, language)) : undefined;
}

function isSameSet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && one.isSubsetOf(other);
}

function documentOf(statement: Statement | undefined): string | undefined {
  return statement?.document ?? statement?.title;
}

/** A text without its blocks of code. */
export function withoutCode(text: string): string {
  return text.replace(code, "");
}

/**
 * A sentence of each text that contradicts the other one; undefined where there are none. Of texts about different things
 * a label or a line of a table ("Since: version 2") says something about its own alone.
 */
export function findContrary(
  one: string,
  other: string,
  {
    language,
    isOneSubject = true,
  }: { readonly language?: Language | undefined; readonly isOneSubject?: boolean } = {},
): readonly [string, string] | undefined {
  const found = contraryOf(readSentences(one, language), readSentences(other, language), isOneSubject);
  return found && [found[0].text.trim(), found[1].text.trim()];
}

/** What both say as well is no contradiction, whatever else stands in one of them. */
function contraryOf(
  sentences: readonly Sentence[],
  others: readonly Sentence[],
  isOneSubject: boolean,
): readonly [Sentence, Sentence] | undefined {
  const counts = ({ isWhole }: Sentence) => isOneSubject || isWhole;
  const mine = sentences.filter((one) => counts(one) && !others.some((two) => agrees(one, two)));
  const theirs = others.filter((two) => counts(two) && !sentences.some((one) => agrees(one, two)));
  for (const one of mine) {
    const two = theirs.find((each) => contradicts(one, each));
    if (two !== undefined) return [one, two];
  }
  return undefined;
}

interface Sentence {
  readonly text: string;
  readonly words: ReadonlySet<string>;
  readonly numbers: ReadonlySet<string>;
  readonly claim: Claim | undefined;
  /** It names what it speaks of; a label and a line of a table do not. */
  readonly isWhole: boolean;
}

// "One" is an article in the others.
const numbersFrom1 = "one two three four five six seven eight nine ten eleven twelve";
const numbersFrom2: Readonly<Record<Exclude<Language, "en">, string>> = {
  de: "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
  es: "dos tres cuatro cinco seis siete ocho nueve diez once doce",
  fr: "deux trois quatre cinq six sept huit neuf dix onze douze",
  it: "due tre quattro cinque sei sette otto nove dieci undici dodici",
  nl: "twee drie vier vijf zes zeven acht negen tien elf twaalf",
  pt: "dois três quatro cinco seis sete oito nove dez onze doze",
  ru: "два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать",
};

const numberWords = new Map<Language, ReadonlyMap<string, number>>();

/** As terms are written, without their endings. */
function numberWordsOf(language: Language): ReadonlyMap<string, number> {
  const known = numberWords.get(language);
  if (known !== undefined) return known;
  const [words, first] = language === "en" ? [numbersFrom1, 1] : [numbersFrom2[language], 2];
  const read = new Map(
    words.split(" ").map((word, at) => [readTerms(word, language)[0] ?? word, at + first]),
  );
  numberWords.set(language, read);
  return read;
}

function readSentences(text: string, language: Language = "en"): readonly Sentence[] {
  return splitSentences(text).map((sentence) => readSentence(sentence, language));
}

function readSentence(text: string, language: Language): Sentence {
  const terms = readTerms(text, language).filter((term) => !isPart(term));
  const inWords = numberWordsOf(language);
  const isNumber = (term: string) => /^\p{N}/u.test(term) || inWords.has(term);
  return {
    text,
    words: new Set(terms.filter((term) => !isNumber(term))),
    numbers: new Set(terms.filter(isNumber).map((term) => String(inWords.get(term) ?? term))),
    claim: readClaim(text, language),
    isWhole: wholeSentence.test(text),
  };
}

function contradicts(one: Sentence, other: Sentence): boolean {
  if (one.claim !== undefined && other.claim !== undefined) {
    if (areOpposite(one.claim, other.claim)) return true;
    // What holds for version 11 and not for version 10.
    if (areOppositeOfOthers(one.claim, other.claim)) return false;
  }
  return isSameMatter(one, other) && one.numbers.isDisjointFrom(other.numbers);
}

function agrees(one: Sentence, other: Sentence): boolean {
  if (one.claim !== undefined && other.claim !== undefined) {
    if (areOpposite(one.claim, other.claim)) return false;
    if (isSameClaim(one.claim, other.claim)) return true;
  }
  return isSameMatter(one, other) && !one.numbers.isDisjointFrom(other.numbers);
}

function isSameMatter(one: Sentence, other: Sentence): boolean {
  if (one.numbers.size === 0 || other.numbers.size === 0) return false;
  const shared = one.words.intersection(other.words).size;
  const [shorter = 0, longer = 0] = [one.words.size, other.words.size].toSorted((a, b) => a - b);
  return shared >= fewestTerms && shared / shorter >= sameMatter && shared / longer >= sameScope;
}
