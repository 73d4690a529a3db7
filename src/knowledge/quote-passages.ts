import type { Citation } from "../core/reply.ts";
import { dot } from "./embed/dot.ts";
import type { OfflineEmbedder } from "./embed/offline-embedder.ts";
import { findExcerpt, tellingWordsOf } from "./find-excerpt.ts";
import type { Passage } from "./knowledge.ts";
import { findDisagreement } from "./retrieve/find-disagreement.ts";
import { readQuestion } from "./text/read-terms.ts";
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
    return { passage, heads, ...findExcerpt({ question, text: passage.quotable, heads, weigh }) };
  });
  const close = await closenessOf(question, parts, words);
  const sure = parts.filter(({ passage, covered }, at) => {
    if (isAbout(question, headOf(passage)) && covered >= aboutFrom) return true;
    if (close === undefined) return covered >= foreignWordsFrom;
    return covered >= wordsFrom || covered + (close[at] ?? 0) >= surelyFrom;
  });
  const best = sure.find(({ passage }) => isOnlyAbout(question, headOf(passage))) ?? sure[0];
  if (best === undefined) return undefined;
  const found = findDisagreement(sure.map(({ passage }) => passage)) ?? [];
  const [one, other] = found.map((at) => sure[at]);
  if (one === undefined || other === undefined)
    return {
      body: underHead(question, best.passage, best.text),
      citations: [toCitation(best.passage)],
      disagree: false,
    };
  const both = [one, other];
  const body = both
    .map(
      ({ passage: { title, asOf }, text }) =>
        `- **${toCommonMark(title)}** (${toDay(asOf)}): ${oneLine(text)}`,
    )
    .join("\n");
  return { body, citations: both.map(({ passage }) => toCitation(passage)), disagree: true };
}

/** How close each part is in meaning; undefined where the vocabulary does not know most of the question's words. */
async function closenessOf(
  question: string,
  parts: readonly { readonly heads: readonly string[]; readonly text: string }[],
  { weigh, embed }: Words,
): Promise<readonly number[] | undefined> {
  const asked = tellingWordsOf(question);
  const known = asked.filter((word) => weigh(word) < 1);
  if (known.length * 2 < asked.length) return undefined;
  const [own, ...others] = await embed([
    question,
    ...parts.map(({ heads, text }) => [...heads, text].join("\n")),
  ]);
  return others.map((other) => (own === undefined ? 0 : dot(own, other)));
}

/** "No, but …" is no answer without what it answers to; the question itself need not be said again. */
function underHead(question: string, passage: Passage, text: string): string {
  const head = headOf(passage);
  const isSame = readQuestion(head).join(" ") === readQuestion(question).join(" ");
  return isSame ? text : `**${toCommonMark(head)}**\n\n${text}`;
}

function headOf({ title, headings }: Passage): string {
  return headings.at(-1) ?? title;
}

/** The heading speaks of nothing but what was asked for. */
function isAbout(question: string, heading: string): boolean {
  const asked = new Set(tellingWordsOf(question));
  const words = wordsOf(heading);
  return words.length > 0 && words.every((word) => asked.has(word));
}

/** And of all of it. */
function isOnlyAbout(question: string, heading: string): boolean {
  const words = new Set(wordsOf(heading));
  return isAbout(question, heading) && tellingWordsOf(question).every((word) => words.has(word));
}

/** Without its number. */
function wordsOf(heading: string): readonly string[] {
  return tellingWordsOf(heading).filter((word) => /\p{L}/u.test(word));
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
