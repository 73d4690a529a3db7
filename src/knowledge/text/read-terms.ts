import { stemWord } from "./stem-word.ts";
import { stopWords } from "./stop-words.ts";

// A word with inner marks (SKU-1042, err_404, v2.1, C++) is a term of its own beside its parts: exact names are always found.
const runs = /[\p{L}\p{N}][\p{L}\p{M}\p{N}_\-./:'’@+#]*/gu;
const parts = /[\p{L}\p{M}]+|\p{N}+/gu;
// Scripts that put no spaces between words are read two letters at a time.
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const longestTerm = 64;

/** The single words of a text, lower case, as a vocabulary lists them. */
export function singleWordsOf(text: string): string[] {
  return (
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{M}]+|\p{N}+/gu) ?? []
  );
}

/**
 * What a text is found by, in its order: each word without its ending and accents, compound names whole as well, unspaced
 * scripts in pairs of letters. The same for documents and for questions.
 */
export function readTerms(text: string): string[] {
  const terms: string[] = [];
  for (const [run] of text.normalize("NFKC").toLowerCase().matchAll(runs)) {
    const whole = run.replace(/[-./:'’@]+$/u, "");
    const single = whole.match(parts) ?? [];
    for (const word of single) terms.push(...(unspaced.test(word) ? pairsOf(word) : [stemWord(plain(word))]));
    if (whole.length > (single[0]?.length ?? 0)) terms.push(plain(whole));
  }
  return terms.map((term) => term.slice(0, longestTerm));
}

/** A question's terms, each once, without the words that are in every text, unless it has no others. */
export function readQuestion(text: string): string[] {
  const all = [...new Set(readTerms(text))];
  const telling = all.filter((term) => !stopTerms.has(term));
  return telling.length > 0 ? telling : all;
}

const stopTerms: ReadonlySet<string> = new Set([...stopWords].flatMap((word) => readTerms(word)));

function plain(word: string): string {
  return word.normalize("NFD").replace(/\p{M}/gu, "").normalize("NFC");
}

function pairsOf(word: string): string[] {
  const letters = [...word];
  if (letters.length < 2) return letters;
  return letters.slice(1).map((letter, before) => `${letters[before]}${letter}`);
}
