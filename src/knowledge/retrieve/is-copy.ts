import type { Language } from "../text/languages.ts";
import { findContrary } from "./find-disagreement.ts";

/** A passage, read for being compared with others. */
export interface Copyable {
  readonly heading: string;
  readonly text: string;
  readonly words: readonly string[];
  readonly shingles: ReadonlySet<string>;
  /** The same whatever its numbers are. */
  readonly shape: ReadonlySet<string>;
  readonly language: Language | undefined;
}

const shingle = 4;
// Of the shorter one's words in their order: two renderings of one page differ in their notes, their tables and where
// they are cut. Without the same heading over them they have to be all but the same.
const sharedUnderOneHeading = 0.6;
const sharedAlone = 0.9;
// Below this many words a difference of one may be all the difference.
const fewestWords = 16;
const aboutAsLong = 0.85;
const negation =
  /(?<![\p{L}])(?:not|no|never|cannot|nor|without|nicht|kein\p{L}*|nie|ohne|pas|jamais|sans|nunca|sin)(?![\p{L}])|n['’]t(?![\p{L}])/giu;

/** Reading costs more than comparing: once for each passage. `heading` is the one it stands under. */
export function toCopyable(heading: string, text: string, language?: Language): Copyable {
  const words = wordsOf(text);
  const shape = words.map((word) => (/^\p{N}+$/u.test(word) ? "0" : word));
  return {
    heading: headingOf(heading),
    text,
    words,
    shingles: shinglesOf(words),
    shape: shinglesOf(shape),
    language,
  };
}

function shinglesOf(words: readonly string[]): ReadonlySet<string> {
  return new Set(words.slice(shingle - 1).map((_, at) => words.slice(at, at + shingle).join(" ")));
}

/**
 * Two passages say the same in the same words, as the pages of a site and its PDF do. What says it with other numbers,
 * or denies what the other says, is no copy: people have to see both.
 */
export function isCopy(one: Copyable, other: Copyable): boolean {
  const [shorter, longer] = byLength(one, other);
  if (shorter.words.length < fewestWords) return shorter.words.join(" ") === longer.words.join(" ");
  if (!areShared(shorter, longer, "shingles")) return false;
  const isAsLong = shorter.words.length >= longer.words.length * aboutAsLong;
  if (isAsLong && countNegations(one) !== countNegations(other)) return false;
  return findContrary(one.text, other.text, { language: one.language ?? other.language }) === undefined;
}

/** Two passages are one text, but for what its numbers are and what one of them denies: copies, or what contradicts one. */
export function isSameText(one: Copyable, other: Copyable): boolean {
  const [shorter, longer] = byLength(one, other);
  return shorter.words.length >= fewestWords && areShared(shorter, longer, "shape");
}

function byLength(one: Copyable, other: Copyable): readonly [Copyable, Copyable] {
  return one.words.length <= other.words.length ? [one, other] : [other, one];
}

function areShared(shorter: Copyable, longer: Copyable, by: "shingles" | "shape"): boolean {
  const isSameHeading = shorter.heading !== "" && shorter.heading === longer.heading;
  const shared = shorter[by].intersection(longer[by]).size / shorter[by].size;
  return shared >= (isSameHeading ? sharedUnderOneHeading : sharedAlone);
}

function wordsOf(text: string): readonly string[] {
  return (
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  );
}

/** Without the numbers that headings have in one rendering and not in another. */
function headingOf(heading: string): string {
  return wordsOf(heading)
    .filter((word) => !/^\p{N}/u.test(word))
    .join(" ");
}

function countNegations({ text }: Copyable): number {
  return text.match(negation)?.length ?? 0;
}
