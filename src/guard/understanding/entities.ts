import type { Entity, Span } from "../../core/understanding.ts";
import { readWhen, type WhenContext } from "./when.ts";

const readCharacters = 2_000;
// Date parsers take more than linear time over a run without spaces; nothing worth reading is this long.
const unbroken = /\S{101,}/g;

const email = /[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,5}\p{L}{2,24}/gu;
const amount = String.raw`\d{1,3}(?:[.,  ]\d{3}){1,4}(?:[.,]\d{1,2})?|\d{1,12}(?:[.,]\d{1,2})?`;
const money = new RegExp(
  String.raw`(?<![\p{L}\p{N}])(?:([$€£¥฿₹]|US\$)\s?(${amount})|(${amount})\s?(€|£|¥|฿|₹|\$|(?:dollars?|bucks|euros?|pounds?|baht|yen|USD|EUR|GBP|THB|JPY|CHF|INR)(?!\p{L})))(?!\d)`,
  "giu",
);
const phone =
  /(?<![\p{L}\p{N}#-])(?:\+\d{1,3}|\(\d{2,4}\)|0\d{1,4}|\d{3}(?=[ .-]\d{3}[ .-]\d{4}))(?:[ ./-]?\(?\d{2,4}\)?){2,5}(?![\p{L}\p{N}])/gu;
const code =
  /(?<![\p{L}\p{N}-])(?:#\s?[A-Z0-9][A-Z0-9-]{1,23}|[A-Z]{1,6}-?\d{2,16}(?:-[A-Z0-9]{1,12}){0,3}|[A-Z]{2,6}-[A-Z0-9]{2,16}(?:-[A-Z0-9]{1,12}){0,3}|(?=[A-Z0-9]{6,12}(?![\p{L}\p{N}]))(?=[A-Z]*\d)(?=\d*[A-Z])[A-Z0-9]{6,12})(?![\p{L}\p{N}])/gu;
const isoDate = /(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)/;
const number =
  /(?<![\p{L}\p{N}.,#-])-?\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,6})?(?![\p{L}\p{N}])|(?<![\p{L}\p{N}.,#-])-?\d{1,15}(?:[.,]\d{1,6})?(?![\p{L}\p{N}])/gu;
const numberWords: Readonly<Record<string, number>> = Object.fromEntries(
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty"
    .split(" ")
    .map((word, value) => [word, value]),
);
const numberWord =
  /(?<!\p{L})(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty)(?!\p{L})/giu;

const currencies: Readonly<Record<string, string>> = {
  $: "USD",
  us$: "USD",
  dollar: "USD",
  buck: "USD",
  "€": "EUR",
  euro: "EUR",
  "£": "GBP",
  pound: "GBP",
  "¥": "JPY",
  yen: "JPY",
  "฿": "THB",
  baht: "THB",
  "₹": "INR",
};

/**
 * The dates, e-mail addresses, phone numbers, codes, amounts and numbers of a message, in its order and without
 * overlaps. Nothing here is verified: it is what was said. Never throws; reads at most 2 000 characters.
 */
export function readEntities(text: string, context: WhenContext): Entity[] {
  const read = text.slice(0, readCharacters).replaceAll(unbroken, (run) => " ".repeat(run.length));
  const taken: Entity[] = [];
  // What is most particular first: a phone number is not three numbers.
  take(taken, readEmails(read));
  take(
    taken,
    readDates(read, context).filter(({ text: said }) => isoDate.test(said)),
  );
  take(taken, readPhones(read));
  take(taken, readCodes(read));
  take(taken, readMoney(read));
  take(taken, readDates(read, context));
  take(taken, readNumbers(read));
  return taken.toSorted((a, b) => a.start - b.start);
}

function take(taken: Entity[], found: readonly Entity[]): void {
  for (const each of found) {
    if (taken.every(({ start, end }) => each.end <= start || each.start >= end)) taken.push(each);
  }
}

function readEmails(text: string): Entity[] {
  return matches(text, email).map((span) => ({ kind: "email", value: span.text.toLowerCase(), ...span }));
}

function readPhones(text: string): Entity[] {
  return matches(text, phone).flatMap((span) => {
    const digits = span.text.replaceAll(/\D/g, "");
    if (digits.length < 7 || digits.length > 15 || isoDate.test(span.text)) return [];
    return [{ kind: "phone", value: span.text.startsWith("+") ? `+${digits}` : digits, ...span }];
  });
}

function readCodes(text: string): Entity[] {
  return matches(text, code)
    .filter((span) => /\d/.test(span.text))
    .map((span) => ({ kind: "code", value: span.text.replace(/^#\s?/, ""), ...span }));
}

function readMoney(text: string): Entity[] {
  return Array.from(text.matchAll(money), (match) => {
    const [said, before, first, second, after] = match;
    const sign = (before ?? after ?? "").toLowerCase();
    return {
      kind: "money" as const,
      amount: toNumber(first ?? second ?? ""),
      currency: currencies[sign.replace(/s$/, "")] ?? sign.toUpperCase(),
      ...toSpan(said, match.index),
    };
  });
}

function readDates(text: string, context: WhenContext): Entity[] {
  return readWhen(text, context).map((when) => ({ kind: "date", ...when }));
}

function readNumbers(text: string): Entity[] {
  return [
    ...matches(text, number).map((span) => ({
      kind: "number" as const,
      value: toNumber(span.text),
      ...span,
    })),
    ...matches(text, numberWord).map((span) => ({
      kind: "number" as const,
      value: numberWords[span.text.toLowerCase()] ?? 0,
      ...span,
    })),
  ];
}

/** The last mark with one or two digits behind it is the decimal one, whichever it is. */
function toNumber(said: string): number {
  const [, whole = said, decimals = ""] = /^(.*)[.,](\d{1,2})$/.exec(said) ?? [];
  return Number(`${whole.replaceAll(/[^\d-]/g, "")}.${decimals || "0"}`);
}

function matches(text: string, pattern: RegExp): Span[] {
  return Array.from(text.matchAll(pattern), (match) => toSpan(match[0], match.index));
}

function toSpan(text: string, start: number): Span {
  return { text, start, end: start + text.length };
}
