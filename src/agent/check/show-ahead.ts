import { weekdayOf, shortWeekdayOf } from "./claim-names.ts";

/** Shows of a sentence that is still being written the words that can claim nothing, as they come. */
export interface ShowAhead {
  /**
   * How far `text` may be shown: a position at or after `start`, where the open sentence begins. What may be shown of
   * a sentence only grows; from the first word on that can be part of a claim it waits for the sentence's end.
   */
  upTo(text: string, start: number): number;
}

/** `mayShow` is asked for each word that claims nothing, with the text before it, and the sentence with it. */
export function createShowAhead(
  mayShow: (word: string, before: string, sentence: string) => boolean,
): ShowAhead {
  let sentence = -1;
  let shown = "";
  let at = 0;
  let isHeld = false;
  return {
    upTo(text, start) {
      if (start !== sentence || !text.startsWith(shown, start)) {
        [sentence, at] = [start, start];
        isHeld = /^\s*[`~|]/u.test(text.slice(start, start + 20));
      }
      while (!isHeld) {
        const word = nextWord(text, at);
        if (word === undefined) break;
        const before = text.slice(Math.max(0, at - readBack), at);
        isHeld = risky.test(word) || !mayShow(word, before, text.slice(start, at + word.length));
        if (!isHeld) at += word.length;
      }
      shown = text.slice(start, at);
      return at;
    },
  };
}

/** What may belong to something that must not be said stands this close before a word. */
const readBack = 200;

/** A word with the space around it; undefined while it may still grow. */
function nextWord(text: string, from: number): string | undefined {
  let end = from;
  while (end < text.length && isSpace(text, end)) end += 1;
  while (end < text.length && !isSpace(text, end)) end += 1;
  if (end === text.length) return undefined;
  return text.slice(from, end + 1);
}

function isSpace(text: string, at: number): boolean {
  return /\s/u.test(text.charAt(at));
}

const days = [...weekdayOf.keys(), ...shortWeekdayOf.keys()].join("|");
const numbers =
  "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thir\\p{L}+|fif\\p{L}+|twenty|forty|sixty|seventy|eighty|ninety|hundred|thousand|noon|midnight";
const done =
  "booked|cancell?ed|refunded|reserved|confirmed|changed|updated|created|sent|scheduled|processed|issued|upgraded|deleted|opened|forwarded|submitted|reset|charged|registered|extended|ordered|shipped|escalated|notified";
const left =
  "availab\\p{L}*|stock|sold|vacant|free|seats?|rooms?|tables?|slots?|places?|spaces?|spots?|tickets?";

/** Digits, signs of money, addresses, links, days, and words that promise: read on when the sentence is whole. */
const risky = new RegExp(
  String.raw`[\p{N}$€£¥₹฿¢%@\\]|:\/\/|\p{L}\.\p{L}|^\s*\P{L}*(?:${days}|${numbers}|${done}|${left})(?:s|-\p{L}+)?\P{L}*$|\p{L}{25}|_\p{L}+_`,
  "iu",
);
