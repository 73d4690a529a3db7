import { foreignStopWords } from "./foreign-stop-words.ts";
import { isCompounding, languages, stemForeign, type Language } from "./languages.ts";
import { stemWord } from "./stem-word.ts";
import { stopWords } from "./stop-words.ts";

// A word with inner marks (SKU-1042, err_404, v2.1, C++) is a term of its own beside its parts: exact names are always found.
const runs = /[\p{L}\p{N}][\p{L}\p{M}\p{N}_\-./:'’@+#]*/gu;
const parts = /[\p{L}\p{M}]+|\p{N}+/gu;
// Scripts that put no spaces between words are read two letters at a time.
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
// "l'adresse" is two words and no name.
const elided = /^\p{L}{1,5}['’]\p{L}+$/u;
const longestTerm = 64;
const mostKnown = 20_000;
// V8 copies pieces of a text up to here; a longer one would keep all of the text it was cut from.
const longestKnown = 12;

/** The single words of a text, lower case, as a vocabulary lists them. */
export function singleWordsOf(text: string): string[] {
  return (
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{M}]+|\p{N}+/gu) ?? []
  );
}

/** Grows when texts are read otherwise than before: an index is filled anew. */
export const termsVersion = 2;

/**
 * What a text is found by, in its order: each word without its ending and accents, compound names whole as well, unspaced
 * scripts in pairs of letters. A word of another language than English is marked with its language, and where words are put
 * together without a space, what a long one begins and ends with stands beside it.
 */
export function readTerms(text: string, language: Language = "en"): string[] {
  const terms: string[] = [];
  for (const run of runsOf(text)) terms.push(...termsOf(run, language));
  return terms;
}

function runsOf(text: string): readonly string[] {
  return text.normalize("NFKC").toLowerCase().match(runs) ?? [];
}

const known = new Map<Language, Map<string, readonly string[]>>();

/** Texts say most of what they say with few words: those read lately need not be taken apart again. */
function termsOf(run: string, language: Language): readonly string[] {
  if (run.length > longestKnown) return withParts(takeApart(run, language), language);
  const ofLanguage = known.get(language) ?? new Map<string, readonly string[]>();
  known.set(language, ofLanguage);
  const before = ofLanguage.get(run);
  if (before !== undefined) return before;
  const terms = withParts(takeApart(run, language), language);
  if (ofLanguage.size === mostKnown) ofLanguage.clear();
  ofLanguage.set(run, terms);
  return terms;
}

function takeApart(run: string, language: Language, isLeftOut = (_word: string) => false): string[] {
  const whole = run.replace(/[-./:'’@]+$/u, "");
  const single = whole.match(parts) ?? [];
  const told = single.filter((word) => !isLeftOut(word));
  const terms = told.flatMap((word) => (unspaced.test(word) ? pairsOf(word) : [toTerm(word, language)]));
  const isName = whole.length > (single[0]?.length ?? 0) && told.length === single.length;
  if (isName && !(language !== "en" && elided.test(whole))) terms.push(plain(whole));
  return terms.map((term) => term.slice(0, longestTerm));
}

/**
 * A question's terms, each once, without the words that are in every text, unless it has no others. `spoken` is what it is
 * asked in, where that is known: those words of that language tell nothing in another one either.
 */
export function readQuestion(text: string, language: Language = "en", spoken?: Language): string[] {
  const all = [...new Set(runsOf(text).flatMap((run) => takeApart(run, language)))];
  const telling = readTelling(text, { language, spoken }).filter(
    (term) => language !== "en" || !stopTerms.has(term),
  );
  return telling.length > 0 ? telling : all;
}

/** Words are left out and not their stems: "para" is one, and "parar", which has the same stem, is none. */
function readTelling(
  text: string,
  { language, spoken }: { readonly language: Language; readonly spoken: Language | undefined },
): string[] {
  // English ones are left out by their terms: "doing" is one of them as "do" is.
  const own = language === "en" ? undefined : foreignStopWords[language];
  const others = spoken === undefined || spoken === language ? undefined : stopWordsOf(spoken);
  const isLeftOut = (word: string) => own?.has(word) === true || others?.has(word) === true;
  return [...new Set(runsOf(text).flatMap((run) => takeApart(run, language, isLeftOut)))];
}

const stopTerms: ReadonlySet<string> = new Set([...stopWords].flatMap((word) => readTerms(word)));

/** What a question is asked in, by the words that are in every text of one language; undefined where several come as near. */
export function spokenIn(question: string): Language | undefined {
  const words = singleWordsOf(question);
  const counted = languages
    .map((language) => {
      const stops = stopWordsOf(language);
      return { language, times: words.filter((word) => stops.has(word)).length };
    })
    .toSorted((one, other) => other.times - one.times);
  const [first, second] = counted;
  return first !== undefined && first.times > (second?.times ?? 0) ? first.language : undefined;
}

function stopWordsOf(language: Language): ReadonlySet<string> {
  return language === "en" ? stopWords : foreignStopWords[language];
}

const mark = "~";
const shortestPart = 4;

/** No text has the mark inside a word, so a word of one language is never taken for one of another. */
function toTerm(word: string, language: Language): string {
  if (language === "en" || !/^\p{L}/u.test(word)) return stemWord(plain(word));
  return `${plain(stemForeign(word, language))}${mark}${language}`;
}

/** The language that a term is marked with. */
export function languageOfTerm(term: string): Language | undefined {
  const at = term.lastIndexOf(mark);
  return at === -1 ? undefined : languages.find((language) => language === term.slice(at + 1));
}

/** What a word may begin or end with that is a word of its own: "rechnung" and "adress" of "rechnungsadress", and much else. */
export function partsOf(term: string): readonly string[] {
  const language = languageOfTerm(term);
  if (language === undefined || !isCompounding(language)) return [];
  const stem = term.slice(0, term.lastIndexOf(mark));
  const found: string[] = [];
  for (let length = shortestPart; length <= stem.length - shortestPart; length += 1)
    found.push(`${stem.slice(0, length)}${mark}${language}`, `${stem.slice(-length)}${mark}${language}`);
  return found;
}

/** The same term as a part of longer words; undefined where it is none. */
export function asPart(term: string): string | undefined {
  const language = languageOfTerm(term);
  const at = term.lastIndexOf(mark);
  if (language === undefined || !isCompounding(language) || at < shortestPart) return undefined;
  return `${term.slice(0, at)}${mark}${mark}${language}`;
}

/** A term that stands for a part of a longer word, beside that word. */
export function isPart(term: string): boolean {
  return term.includes(`${mark}${mark}`);
}

function withParts(terms: readonly string[], language: Language): readonly string[] {
  if (!isCompounding(language)) return terms;
  return terms.flatMap((term) => [term, ...partsOf(term).flatMap((part) => asPart(part) ?? [])]);
}

function plain(word: string): string {
  if (/^\p{ASCII}*$/u.test(word)) return word;
  return word.normalize("NFD").replace(/\p{M}/gu, "").normalize("NFC");
}

function pairsOf(word: string): string[] {
  const letters = [...word];
  if (letters.length < 2) return letters;
  return letters.slice(1).map((letter, before) => `${letters[before]}${letter}`);
}
