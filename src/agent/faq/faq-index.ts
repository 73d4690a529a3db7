import type { Citation } from "../../core/reply.ts";
import type { FaqFile } from "./faq-file.ts";
import { createWordReader } from "./read-words.ts";

/** An answer that was written for questions like the one asked. */
export interface FaqAnswer {
  readonly answer: string;
  readonly question: string;
  readonly citations: readonly Citation[];
  readonly suggestions: readonly string[];
  /** From 0 to 1: how much of the question and of what was asked is the same. */
  readonly score: number;
}

/** Finds written answers. Pure and quick: everything is in memory. */
export interface FaqIndex {
  /** The best answer in that language, or in the one it was written in; undefined rather than a wrong one. */
  find(asked: string, language: string): FaqAnswer | undefined;
  /** The first questions, for where nothing else can be offered. */
  topics(language: string, count: number): readonly string[];
}

interface Variant {
  readonly entry: number;
  readonly language: string | undefined;
  readonly weights: ReadonlyMap<string, number>;
  readonly total: number;
}

// Chosen so that of other ways to ask the demo companies' questions most are found, and of strangers' questions none.
const foundFrom = 0.55;
const leastCovered = 0.5;
const clearBy = 0.03;

/** Learns how telling each word is from the questions themselves. */
export function createFaqIndex(file: FaqFile): FaqIndex {
  const readWords = createWordReader(file.synonyms);
  const questions = file.faq.flatMap((entry, index) => [
    ...entry.questions.map((text) => ({ entry: index, language: undefined, words: readWords(text) })),
    ...Object.entries(entry.languages).flatMap(([language, { questions: own }]) =>
      own.map((text) => ({ entry: index, language, words: readWords(text) })),
    ),
  ]);
  const weightOf = learnWeights(file.faq.length, questions);
  const variants = questions.map(({ entry, language, words }): Variant => {
    const weights = new Map(words.map((word) => [word, weightOf(word)]));
    return { entry, language, weights, total: sum(weights.values()) };
  });

  function find(asked: string, language: string): FaqAnswer | undefined {
    const words = new Map(readWords(asked).map((word) => [word, weightOf(word)]));
    const total = sum(words.values());
    if (total === 0) return undefined;
    const best = new Map<number, number>();
    for (const variant of variants) {
      const score = likeness(words, total, variant);
      if (score > (best.get(variant.entry) ?? 0)) best.set(variant.entry, score);
    }
    const [first, second] = [...best].toSorted(([, a], [, b]) => b - a);
    if (first === undefined || first[1] < foundFrom) return undefined;
    if (second !== undefined && first[1] - second[1] < clearBy) return undefined;
    return toAnswer(first[0], first[1], language);
  }

  function toAnswer(index: number, score: number, language: string): FaqAnswer | undefined {
    const entry = file.faq[index];
    if (entry === undefined) return undefined;
    const { source, suggestions } = entry;
    return {
      answer: entry.languages[language]?.answer ?? entry.answer,
      question: entry.questions[0] ?? "",
      citations: source === undefined ? [] : [source],
      suggestions,
      score,
    };
  }

  function topics(language: string, count: number): readonly string[] {
    return file.faq
      .slice(0, count)
      .map((entry) => entry.languages[language]?.questions[0] ?? entry.questions[0] ?? "");
  }

  return { find, topics };
}

/**
 * What is said in both, against what is said in either, each word by its weight. Words of the question that nobody
 * ever asked with weigh as much as the rarest: "price of a helicopter" is not "price".
 */
function likeness(
  words: ReadonlyMap<string, number>,
  total: number,
  { weights, total: own }: Variant,
): number {
  let shared = 0;
  for (const [word, weight] of words) if (weights.has(word)) shared += weight;
  if (shared === 0) return 0;
  const [covered, met] = [shared / total, shared / own];
  if (covered < leastCovered) return 0;
  return (2 * covered * met) / (covered + met);
}

function learnWeights(
  entries: number,
  questions: readonly { readonly entry: number; readonly words: readonly string[] }[],
): (word: string) => number {
  const seen = new Map<string, Set<number>>();
  for (const { entry, words } of questions)
    for (const word of words) seen.set(word, (seen.get(word) ?? new Set()).add(entry));
  return (word) => Math.log(1 + (entries + 1) / ((seen.get(word)?.size ?? 0) + 0.5));
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
