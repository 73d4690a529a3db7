import {
  aboutBot,
  applies,
  askedAmongPeople,
  consults,
  asking,
  goingOn,
  mostBesideWords,
  offers,
  opener,
  reply,
  reports,
  requests,
  suggests,
  toPeople,
  toYou,
} from "./address-words.ts";
import { toQuestion } from "../text-command.ts";
import { givenNames } from "./given-names.ts";

/** What somebody said where several people read along. */
export interface ThreadWords {
  /** The platform's id of who said it; undefined for the bot. */
  readonly by: string | undefined;
  /** As others read it, where that is known. */
  readonly name?: string | undefined;
  readonly text: string;
  /** It was the bot's to answer, as far as that is known. */
  readonly forBot?: boolean | undefined;
}

/** Names under which people call the bot in a text, lower case. */
const botNames = ["baton", "bot"];

/**
 * Whether a message that names nobody by a mention is meant for the bot, by what was said before it in the thread, oldest
 * first. Where nobody but the person and the bot has spoken, it is. Pure; reads the words as they stand, asks no model.
 * It rather stays silent than interrupts people: a mention always reaches the bot.
 */
export function isMeantForBot(said: ThreadWords, before: readonly ThreadWords[]): boolean {
  if (toQuestion(said.text) !== said.text) return true;
  const text = withoutQuotes(said.text);
  const plain = toPlain(text);
  if (callsBot(plain)) return true;
  if (callsPerson(text, said, before)) return false;
  const others = before.filter(({ by }) => by !== undefined && by !== said.by);
  if (toPeople.test(plain)) return false;
  if (others.length === 0) return true;
  if (aboutBot.test(plain)) return false;
  return followsOn({ plain, isQuestion: isQuestion(text) }, said.by, before);
}

interface Read {
  readonly plain: string;
  readonly isQuestion: boolean;
}

/** Who spoke last, and to whom, decides whom somebody goes on speaking to. */
function followsOn(read: Read, by: string | undefined, before: readonly ThreadWords[]): boolean {
  const last = before.at(-1);
  if (last === undefined) return true;
  if (last.by === by) return last.forBot === true || (last.forBot === undefined && before.length === 1);
  const answeredAt = before.findLastIndex((words) => words.by === undefined);
  const asker = before.slice(0, Math.max(answeredAt, 0)).findLast((words) => words.forBot !== false)?.by;
  const isAsker = asker === undefined || asker === by;
  if (last.by === undefined) {
    const goesOn = goingOn.test(read.plain) && !suggests.test(read.plain);
    return isAsker || goesOn || requests.test(read.plain) || asksForRule(read);
  }
  // Several ask the bot at once: whoever did goes on with it.
  if (last.forBot === true && before.some((words) => words.by === by && words.forBot === true))
    return !toYou.test(read.plain) && !reply.test(read.plain);
  return isAsker && answeredAt >= 0 && goesOnBeside(read, by, before.slice(answeredAt));
}

/** The bot answered somebody, and others spoke since: have they only said something beside it? */
function goesOnBeside(
  { plain, isQuestion: asks }: Read,
  by: string | undefined,
  [answer, ...since]: readonly ThreadWords[],
): boolean {
  if (since.some((words) => words.by === by || words.forBot === true)) return false;
  const wasAsked = answer !== undefined && (isQuestion(answer.text) || offers.test(toPlain(answer.text)));
  const wasAskedByPerson = since.some(({ text }) => isQuestion(text));
  if (toYouOnly(plain, wasAsked)) return false;
  const takesUp = answer !== undefined && sharesWords(plain, answer.text);
  if (askedAmongPeople.test(plain) && !takesUp) return false;
  if (applies.test(plain) || requests.test(plain)) return true;
  if (wasAskedByPerson) return false;
  if (asks && consults.test(plain)) return true;
  if ((wasAsked && !asks) || reports.test(withoutReply(plain))) return true;
  if (takesUp && !reply.test(plain)) return true;
  if (!since.every(isBeside)) return false;
  return asks || !reply.test(plain);
}

/** Somebody who had not asked before, right behind the bot's answer, about what holds for everybody. */
function asksForRule({ plain, isQuestion: asks }: Read): boolean {
  if (!asks || toYou.test(plain) || askedAmongPeople.test(plain)) return false;
  return consults.test(plain) || applies.test(plain);
}

/** What is said behind "ok" and the like. */
function withoutReply(plain: string): string {
  return plain.replace(reply, "").replace(/^[\s,.!:-]+/u, "");
}

/** "You" after a person's words is that person; asked by the bot, one may well say it to the bot. */
function toYouOnly(plain: string, wasAsked: boolean): boolean {
  return !wasAsked && toYou.test(plain);
}

/** Takes up a word of the answer that is not everybody's: one with a digit in it, or two long ones. */
function sharesWords(plain: string, answer: string): boolean {
  const told = new Set(longWords(toPlain(answer)));
  const shared = new Set(longWords(plain).filter((word) => told.has(word)));
  return shared.size >= 2 || [...shared].some((word) => /\p{N}/u.test(word));
}

function longWords(plain: string): readonly string[] {
  return plain.match(/[\p{L}\p{N}-]*\p{N}[\p{L}\p{N}-]*|\p{L}{4,}/gu) ?? [];
}

function isBeside({ text }: ThreadWords): boolean {
  const plain = toPlain(withoutQuotes(text));
  return (plain.match(/[\p{L}\p{N}']+/gu)?.length ?? 0) <= mostBesideWords && !toYou.test(plain);
}

function isQuestion(text: string): boolean {
  return /[?？]\s*[\p{P}\p{S}\s]*$|[?？]\s/u.test(withoutQuotes(text));
}

/** The bot's name before or behind the words, as one calls somebody. */
function callsBot(plain: string): boolean {
  const names = botNames.join("|");
  return (
    new RegExp(
      `^(?:(?:hey|hi|hallo|hola|salut|ok|und|and|y|et)[ ,]+)?(?:${names})(?: ?[,:]| (?=\\p{L}))|, ?(?:${names})[ ?!.]*$`,
      "u",
    ).test(plain) && !aboutBot.test(plain)
  );
}

/** Somebody's name as one calls them: at the beginning, behind a comma, or at the end. */
function callsPerson(text: string, said: ThreadWords, before: readonly ThreadWords[]): boolean {
  const hasOthers = before.some(({ by }) => by !== undefined && by !== said.by);
  const present = new Set(
    before.flatMap(({ by, name }) => (by === undefined || by === said.by ? [] : namesIn(name ?? ""))),
  );
  for (const match of text.matchAll(/(?<![\p{L}\p{N}'’-])\p{Lu}[\p{L}'’-]+/gu)) {
    const [word] = match;
    const called = toPlain(word);
    if (botNames.includes(called) || opener.test(called)) continue;
    const place = { start: text.slice(0, match.index), end: text.slice(match.index + word.length) };
    const isGiven = givenNames.has(called);
    if ((present.has(called) || (isGiven && hasOthers)) && isCalled(place)) return true;
    // Alone with the bot, one tells it names as well.
    if (isGiven && !hasOthers && isStart(place.start) && isAskedOf(place.end)) return true;
    const mayBeName = !asking.test(called) && isStart(place.start);
    if (mayBeName && isToldToOne(place.end, hasOthers)) return true;
  }
  return false;
}

/** A question behind a name, set off by a comma or asked of "you" at once. */
function isAskedOf(rest: string): boolean {
  if (/^\s*¿/u.test(rest) || isToldToOne(rest, true)) return true;
  if (!/^\s*[,:]/u.test(rest)) return false;
  const plain = toPlain(rest);
  return isQuestion(rest) || toYou.test(plain) || toPeople.test(plain);
}

/**
 * What follows a word that may be a name speaks to somebody: `…, can you`, `… are you`. Where nobody else has spoken, a
 * comma is no sign of a name, and neither is a German word's capital.
 */
function isToldToOne(rest: string, hasOthers: boolean): boolean {
  const plain = toPlain(rest);
  if (/^\s*[,:]\s*\P{Lu}/u.test(rest)) return hasOthers && (toYou.test(plain) || toPeople.test(plain));
  if (!/^\s+[¿\p{Ll}]/u.test(rest)) return false;
  const you = hasOthers ? "(?:you|du|tu|t'\\p{L}+)" : "(?:you|tu|t'\\p{L}+)";
  return new RegExp(`^(?:\\p{L}+ )?${you}(?![\\p{L}\\p{N}_])`, "u").test(plain);
}

function isCalled({ start, end }: { readonly start: string; readonly end: string }): boolean {
  if (/^\s*(?:'s|’s)/u.test(end)) return false;
  if (isStart(start)) return /^\s*(?:[,:!?.]|$)/u.test(end) || /^\s+[\p{Ll}¿¡]/u.test(end);
  if (/[,;:.!?]\s*(?:¿|¡)?$/u.test(start)) return true;
  const thanks =
    /(?:thanks?|thank you|thx|danke(?: dir| euch)?|gracias|merci|ok(?:ay)?|hey|hi|hallo|hola|salut)\s+$/iu;
  return thanks.test(start);
}

/** Of the text, or of a sentence in it. */
function isStart(start: string): boolean {
  return /(?:^|[.!?…\n]\s*)[\s\p{P}\p{S}]*$/u.test(start);
}

function namesIn(name: string): readonly string[] {
  return toPlain(name)
    .split(" ")
    .filter((part) => part.length > 1);
}

/** What one quotes was said by somebody else. */
function withoutQuotes(text: string): string {
  return text
    .split("\n")
    .filter((line) => !/^\s*>/u.test(line))
    .join("\n")
    .trim();
}

function toPlain(text: string): string {
  return text
    .slice(0, 1_000)
    .replaceAll(/[’‘`´]/gu, "'")
    .toLowerCase()
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll("ß", "ss")
    .replaceAll(/[¿¡]/gu, "")
    .replaceAll(/\s+/gu, " ")
    .trim();
}
