// In this order: what looks like several is the first of them.
const shapes: readonly (readonly [RegExp, string])[] = [
  [/[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu, "[email]"],
  [/\bhttps?:\/\/\S+/giu, "[link]"],
  [/\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/gu, "[account]"],
  [/(?<![\d.])(?:\d[ -]?){12,18}\d(?![\d.])/gu, "[number]"],
  [/\b(?:\d{1,3}\.){3}\d{1,3}\b/gu, "[address]"],
  [/(?<![\p{L}\p{N}])(?:\+|00)?\(?\d{1,4}\)?(?:[ ./-]?\(?\d{2,5}\)?){2,5}(?![\p{L}\p{N}])/gu, "[phone]"],
  [/(?<![\p{L}\p{N}])@[\p{L}\p{N}_.-]{2,}/gu, "[name]"],
];
const shortestName = 3;
const leastPhoneDigits = 7;

/**
 * A text without what tells who wrote it: addresses, numbers of phones, cards and accounts, links, mentions, and the
 * given names, wherever they stand as words. What is left may still tell somebody who knows the person.
 */
export function maskPersonalData(text: string, names: readonly string[]): string {
  const shaped = shapes.reduce(
    (masked, [shape, instead]) =>
      masked.replace(shape, (found) => (isMeant(found, instead) ? instead : found)),
    text,
  );
  const words = names
    .flatMap((name) => [name, ...name.split(/[\s,.]+/u)])
    .map((name) => name.trim())
    .filter((name) => name.length >= shortestName)
    .toSorted((a, b) => b.length - a.length);
  return words.reduce((masked, name) => masked.replaceAll(toWord(name), "[name]"), shaped);
}

/** A date, a time or a price is no phone number. */
function isMeant(found: string, instead: string): boolean {
  if (instead !== "[phone]") return true;
  if (/^\d{4}[-./]\d{1,2}[-./]\d{1,2}$|^\d{1,2}[-./]\d{1,2}[-./]\d{2,4}$/u.test(found)) return false;
  return found.replace(/\D/gu, "").length >= leastPhoneDigits;
}

function toWord(name: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])${RegExp.escape(name)}(?![\\p{L}\\p{N}])`, "giu");
}
