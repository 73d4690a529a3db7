import { furtherPatterns } from "./further-patterns.ts";
import { hints, signPatterns, turnedRound, type Sign, type SignLanguage } from "./sign-patterns.ts";
import { readWishes } from "./wishes.ts";

/** What was found in a message, and in which language; never its words. */
export interface FoundSign {
  readonly sign: Sign;
  readonly language: SignLanguage;
}

const readCharacters = 1_000;
const wordEnd = "(?![\\p{L}\\p{N}_])";
const wordStart = "(?<![\\p{L}\\p{N}_])";

interface Compiled extends FoundSign {
  readonly pattern: RegExp;
}

const compiled: readonly Compiled[] = [...signPatterns, ...furtherPatterns].flatMap(
  ({ sign, language, patterns }) => patterns.map((source) => ({ sign, language, pattern: compile(source) })),
);
const hinted = new Map(signsOf().map((sign) => [sign, new RegExp(hints[sign], "u")]));
const turned: ReadonlyMap<SignLanguage, RegExp> = new Map(
  (["en", "de", "es", "fr"] as const).map((language) => [
    language,
    new RegExp(`${wordStart}(?:${turnedRound[language]})${wordEnd}|${wordStart}n'`, "u"),
  ]),
);

// Only of these can the opposite be said: who does not want to live is in need all the same.
const canBeTurned: ReadonlySet<Sign> = new Set([
  "asks for a person",
  "complaint",
  "payment failed",
  "personal data",
]);
const clauseEnd = /[.,;:!?\n]| (?:but|sondern|aber|sino|pero|mais) /gu;

/** All that a message says by itself; most say nothing of this. Pure, reads 1 000 characters. */
export function readSigns(text: string): readonly FoundSign[] {
  const said = tidy(text);
  const found = new Map<Sign, SignLanguage>();
  const worthALook = new Set([...hinted].filter(([, hint]) => hint.test(said)).map(([sign]) => sign));
  if (worthALook.size === 0) return [];
  for (const { sign, language, pattern } of compiled) {
    if (worthALook.has(sign) && !found.has(sign) && isSaid(said, { sign, language, pattern }))
      found.set(sign, language);
  }
  for (const { sign, language } of readWishes(said))
    if (worthALook.has(sign) && !found.has(sign)) found.set(sign, language);
  // Whoever asks why a payment fails, or what then, is answered.
  if (said.includes("?")) found.delete("payment failed");
  return [...found].map(([sign, language]) => ({ sign, language }));
}

/** Whether words stand in a message as words of their own, whatever their case and accents. */
export function hasPhrase(text: string, phrase: string): boolean {
  const [said, words] = [tidy(text), tidy(phrase)];
  if (words === "") return false;
  for (let at = said.indexOf(words); at !== -1; at = said.indexOf(words, at + 1)) {
    const before = said.slice(0, at);
    const after = said.slice(at + words.length);
    if (!/[\p{L}\p{N}_]$/u.test(before) && !/^[\p{L}\p{N}_]/u.test(after)) return true;
  }
  return false;
}

/** Someone asks for a human as the plain old rule has it: one of two words, wherever it stands. */
export function namesHuman(text: string): boolean {
  return /human|agent/i.test(text);
}

function isSaid(said: string, { sign, language, pattern }: Compiled): boolean {
  for (const match of said.matchAll(pattern)) {
    if (!canBeTurned.has(sign) || !isTurned(said.slice(0, match.index), language)) return true;
  }
  return false;
}

/** The clause before a match says that it is not wanted, or that somebody else wants it. */
function isTurned(before: string, language: SignLanguage): boolean {
  const ends = [...before.matchAll(clauseEnd)].at(-1);
  const clause = ends === undefined ? before : before.slice(ends.index + ends[0].length);
  return turned.get(language)?.test(clause) ?? false;
}

function signsOf(): readonly Sign[] {
  return [...new Set(compiled.map(({ sign }) => sign))];
}

function compile(source: string): RegExp {
  return new RegExp(source.startsWith("^") ? source : `${wordStart}(?:${source})`, "gu");
}

function tidy(text: string): string {
  return text
    .slice(0, readCharacters)
    .replaceAll(/[’‘`´]/gu, "'")
    .toLowerCase()
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll("ß", "ss")
    .replaceAll(/\s+/gu, " ")
    .trim();
}
