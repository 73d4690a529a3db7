import type { Citation } from "../core/reply.ts";
import { headingOf } from "./choose-passages.ts";
import { dot } from "./embed/dot.ts";
import type { OfflineEmbedder } from "./embed/offline-embedder.ts";
import { asksForSteps, findExcerpt, type Excerpt } from "./find-excerpt.ts";
import type { Passage } from "./passage.ts";
import {
  areOfOneSubject,
  findContrary,
  findDisagreement,
  withoutCode,
} from "./retrieve/find-disagreement.ts";
import { shareOf, toAskedWords } from "./text/asked-words.ts";
import { readQuestion, readTerms, spokenIn } from "./text/read-terms.ts";
import { isMostlyKnown, tellingWordsOf, tellingWordsOfHead } from "./text/telling-words.ts";
import { toCommonMark } from "./text/to-common-mark.ts";

/** What the documents say in their own words. */
export interface Quoted {
  readonly body: string;
  readonly citations: readonly Citation[];
  /** The documents contradict each other, and the body has both. */
  readonly disagree: boolean;
}

/** What is known of words: how telling each is, and how close texts are in meaning. */
type Words = Pick<OfflineEmbedder, "weigh" | "embed">;

// Of the question's words, by how telling they are, and of its meaning: less is somebody else's answer. Measured on
// questions that the documents answer and on questions of other companies.
const surelyFrom = 1.3;
// Words alone that are enough, and those that are where the vocabulary does not know the question's language.
const wordsFrom = 0.8;
const foreignWordsFrom = 0.6;
// What makes a later passage the better one to show.
const withSteps = 0.3;
const onlyAbout = 0.25;
const laterBy = 0.12;
const nearlyAs = 0.75;
// But for the word that begins it, and for one that is all capitals and may be the name of anything.
const noun = /(?<=[\p{L}\p{N}][\s,]+)\p{Lu}\p{Ll}[\p{L}\p{M}-]*/gu;
// Enough where a section's heading says nothing but what was asked for.
const aboutFrom = 0.45;

/** The best passage's part that answers, with its source, or two that contradict each other; undefined where none surely answers. */
export async function quotePassages(
  question: string,
  passages: readonly Passage[],
  words: Words,
): Promise<Quoted | undefined> {
  const { weigh } = words;
  const parts = passages.map((passage) => {
    const heads = [passage.title, ...passage.headings];
    return {
      passage,
      heads,
      ...findExcerpt({ question, text: passage.quotable, heads, language: passage.language, weigh }),
    };
  });
  const close = await closenessOf(question, parts, words);
  const rated = parts.map((part, at) => ({
    ...part,
    close: close?.[at],
    fit: fitOf(question, part, { close: close?.[at], at }),
  }));
  const sure = rated.filter(({ passage, covered, heads, text, close: meaning }) => {
    if (!hasNouns(question, passage, [...heads, text].join("\n"))) return false;
    if (isAbout(question, passage) && covered >= aboutFrom) return true;
    if (close === undefined) return covered >= foreignWordsFrom;
    return covered >= wordsFrom || covered + (meaning ?? 0) >= surelyFrom;
  });
  const [surest] = sure.toSorted((one, other) => other.fit - one.fit);
  if (surest === undefined) return undefined;
  const fittest = headedBefore(question, rated, surest) ?? surest;
  const best = sure.filter((part) => leadsTo(part, fittest)).toSorted(byPlace)[0] ?? fittest;
  const found = findDisagreement(sure.map(({ passage }) => passage)) ?? [];
  const [one, other] = found.map((at) => sure[at]);
  if (one === undefined || other === undefined)
    return {
      body: underHead(question, best.passage, best.text),
      citations: [toCitation(best.passage)],
      disagree: false,
    };
  const both = [one, other];
  const [first, second] = [withoutCode(one.passage.text), withoutCode(other.passage.text)];
  const said =
    findContrary(first, second, {
      language: one.passage.language,
      isOneSubject: areOfOneSubject(one.passage, other.passage),
    }) ?? [];
  const body = both
    .map(
      ({ passage: { title, asOf }, text }, at) =>
        `- **${toCommonMark(title)}** (${toDay(asOf)}): ${oneLine(said[at] ?? text)}`,
    )
    .join("\n");
  return { body, citations: both.map(({ passage }) => toCitation(passage)), disagree: true };
}

interface Part extends Excerpt {
  readonly passage: Passage;
}

/**
 * The best one found before it whose heading speaks of what was asked, where its own headings speak of none of it: a
 * passage that has the words in passing answers something else.
 */
function headedBefore<P extends Part & { readonly fit: number }>(
  question: string,
  parts: readonly P[],
  chosen: P,
): P | undefined {
  const isHeaded = ({ passage }: P) => {
    const asked = new Set(tellingWordsOf(question, passage.language));
    return [passage.title, ...passage.headings].some((head) =>
      tellingWordsOfHead(head, passage.language).some((word) => asked.has(word)),
    );
  };
  if (isHeaded(chosen)) return undefined;
  return parts
    .slice(0, parts.indexOf(chosen))
    .filter((part) => part.covered >= aboutFrom && isHeaded(part))
    .toSorted((one, other) => other.fit - one.fit)[0];
}

/** It stands earlier in the same section and has nearly as much of what was asked: a section is told from its beginning. */
function leadsTo(part: Part, fittest: Part): boolean {
  const [one, other] = [part.passage, fittest.passage];
  return (
    one.document !== undefined &&
    one.document === other.document &&
    one.headings.join("\n") === other.headings.join("\n") &&
    one.ordinal < other.ordinal &&
    part.covered >= fittest.covered * nearlyAs &&
    part.steps >= fittest.steps * nearlyAs
  );
}

function byPlace(one: Part, other: Part): number {
  return one.passage.ordinal - other.passage.ordinal;
}

/** How well a part answers; the order it was found in says more than a word that it has and another one has not. */
function fitOf(
  question: string,
  { passage, covered, steps: share }: Excerpt & { readonly passage: Passage },
  { close = 0, at }: { readonly close: number | undefined; readonly at: number },
): number {
  const steps = asksForSteps(question) ? withSteps * share : 0;
  const about = isOnlyAbout(question, passage) ? onlyAbout : 0;
  return covered + close + steps + about - at * laterBy;
}

/** How close each part is in meaning; undefined where the vocabulary does not know most of the question's words. */
async function closenessOf(
  question: string,
  parts: readonly { readonly heads: readonly string[]; readonly text: string }[],
  { weigh, embed }: Words,
): Promise<readonly number[] | undefined> {
  // The vocabulary has words of other languages as well, and knows nothing of what they mean.
  if ((spokenIn(question) ?? "en") !== "en") return undefined;
  if (!isMostlyKnown(question, weigh)) return undefined;
  const [own, ...others] = await embed([
    question,
    ...parts.map(({ heads, text }) => [...heads, text].join("\n")),
  ]);
  return others.map((other) => (own === undefined ? 0 : dot(own, other)));
}

/** "No, but …" is no answer without what it answers to; the question itself need not be said again. */
function underHead(question: string, passage: Passage, text: string): string {
  const head = headingOf(passage);
  const { language } = passage;
  const isSame = readQuestion(head, language).join(" ") === readQuestion(question, language).join(" ");
  return isSame ? text : `**${toCommonMark(head)}**\n\n${text}`;
}

/** German writes with a capital what a question is about: a text without one of these words answers another question. */
function hasNouns(question: string, { language }: Passage, told: string): boolean {
  if (language !== "de" || spokenIn(question) !== "de") return true;
  const nouns = [...question.matchAll(noun)].flatMap(([word]) => tellingWordsOf(word, language));
  const has = new Set(readTerms(told, language));
  return toAskedWords(nouns).every((word) => shareOf(word, (term) => has.has(term)) > 0);
}

/** The heading speaks of nothing but what was asked for. */
function isAbout(question: string, passage: Passage): boolean {
  const asked = new Set(tellingWordsOf(question, passage.language));
  const words = tellingWordsOfHead(headingOf(passage), passage.language);
  return words.length > 0 && words.every((word) => asked.has(word));
}

/** And of all of it. */
function isOnlyAbout(question: string, passage: Passage): boolean {
  const words = new Set(tellingWordsOfHead(headingOf(passage), passage.language));
  const asked = tellingWordsOf(question, passage.language);
  return isAbout(question, passage) && asked.every((word) => words.has(word));
}

function toCitation({ title, url, locator, asOf }: Passage): Citation {
  const day = `as of ${toDay(asOf)}`;
  return { title, url, locator: locator === undefined ? day : `${locator} · ${day}` };
}

function toDay(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/gu, " ");
}
