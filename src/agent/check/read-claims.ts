import { monthOf, numberOfWord, shortWeekdayOf, weekdayOf } from "./claim-names.ts";
import { isCounting, isTrueEquation } from "./true-numbers.ts";

/** Something in a text that is true or false of the world, as far as it can be read by shape. */
export type Claim =
  | {
      readonly kind: "price";
      readonly text: string;
      readonly amounts: readonly number[];
      readonly currency: string;
    }
  | { readonly kind: "percent"; readonly text: string; readonly values: readonly number[] }
  | { readonly kind: "number"; readonly text: string; readonly values: readonly number[] }
  | { readonly kind: "date"; readonly text: string; readonly dates: readonly CalendarDate[] }
  | { readonly kind: "time"; readonly text: string; readonly minutes: readonly number[] }
  | { readonly kind: "weekday"; readonly text: string; readonly day: number }
  | { readonly kind: "link" | "email" | "phone" | "code"; readonly text: string; readonly value: string };

/** A date; the year where it was said. */
export interface CalendarDate {
  readonly year: number | undefined;
  readonly month: number;
  readonly day: number;
}

/**
 * Reads prices, percentages, dates, times, weekdays, links, addresses, numbers and reference codes out of a text, each
 * character once. What can be read in two ways (`1.200`, `3/4`, `7:30`) carries every reading.
 */
export function readClaims(text: string): readonly Claim[] {
  const claims: Claim[] = [];
  let left = text.normalize("NFKC");
  for (const { pattern, read } of readers) {
    left = left.replace(pattern, (...found: unknown[]) => {
      const groups = found.at(-1);
      const parts = typeof groups === "object" && groups !== null ? (groups as Groups) : {};
      const whole = String(found[0]);
      const claim = read(whole, parts);
      if (claim === undefined) return whole;
      if (claim !== "harmless") claims.push(claim);
      // A mark that no reader reads, so that what stood around it does not grow together.
      return " \u0001 ";
    });
  }
  return claims;
}

type Groups = Readonly<Record<string, string | undefined>>;

interface Reader {
  readonly pattern: RegExp;
  /** Undefined: not what it looked like. `harmless`: read, and claims nothing. */
  read(whole: string, groups: Groups): Claim | "harmless" | undefined;
}

const number = String.raw`\d{1,15}(?:[.,'\u00a0\u202f ]\d{3}){0,5}(?:[.,]\d{1,15})?|\d{1,15}`;
const currencies: readonly (readonly [string, string])[] = [
  ["USD", String.raw`US\$|\$|USD|(?:US )?dollars?|bucks`],
  ["EUR", String.raw`€|EUR|euros?`],
  ["GBP", String.raw`£|GBP|pounds?(?: sterling)?`],
  ["THB", String.raw`฿|THB|baht|บาท`],
  ["JPY", String.raw`¥|JPY|yen|円`],
  ["INR", String.raw`₹|INR|rupees?`],
  ["CHF", "CHF|francs?|Franken"],
  ["cent", "cents?|¢"],
];
const currency = currencies.map(([, words]) => words).join("|");
const months = [...monthOf.keys()].toSorted((a, b) => b.length - a.length).join("|");
const weekdays = [...weekdayOf.keys()].toSorted((a, b) => b.length - a.length).join("|");
const numberWord = String.raw`(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:-(?:one|two|three|four|five|six|seven|eight|nine))?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|hundred`;
const units = String.raw`(?:business |working |calendar )?(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|nights?|percent|dollars?|euros?|baht|people|persons|guests?|seats?|tickets?|miles?|km|kilometers?|points?)`;

const readers: readonly Reader[] = [
  // Scale of a rating, list markers, steps and round-the-clock phrases without a fact in them.
  { pattern: /\b(?:from|between) (?:0|1) (?:to|and|through) (?:5|10)\b/giu, read: () => "harmless" },
  {
    pattern: /^\s*(?:[-*>] |#{1,6} )?\(?\d{1,3}[.)]\s|(?<=[\s(])\(?\d{1,2}\)(?=\s)/gmu,
    read: () => "harmless",
  },
  {
    pattern:
      /\b(?:step|option|choice|question|part|item|heading|section|chapter|example|idea|tip|line) #?\d{1,4}\b/giu,
    read: () => "harmless",
  },
  // What is true of the world of computers and not of a company.
  {
    pattern:
      /\b(?:ports?|https?(?: status)?|status(?: code)?|rfc|iso|utf|sha|ipv|base|oauth|python|java|node(?:\.js)?|html|css|es|windows|ios|android)[ -]?\d{1,5}(?:\.\d{1,3}){0,2}\b/giu,
    read: () => "harmless",
  },
  // Figures of speech.
  {
    pattern:
      /(?<=\bI(?:'m|’m| am)\b[^.!?\d]{0,40})24\/7\b|\b50[/-]50\b|(?<=\b(?:happy|glad|sure|certain|ready|agree|understand)\b[^.!?\d]{0,20})100 ?%|\b100 ?% (?=sure|certain|agree|right|understand)/giu,
    read: () => "harmless",
  },
  // An equation that is true, and a row of numbers that counts.
  {
    pattern:
      /(?<![\d.,])\d{1,9}(?:\.\d{1,4})?(?:\s*[-+*/x×÷]\s*\d{1,9}(?:\.\d{1,4})?){1,5}\s*=\s*-?\d{1,12}(?:\.\d{1,4})?(?![\d%])/gu,
    read: (text) => (isTrueEquation(text) ? "harmless" : undefined),
  },
  {
    pattern: /(?<![\d.,$€£])\d{1,3}(?:(?:, ?| )(?:and )?\d{1,3}){2,40}(?!\d|[.,]\d)/gu,
    read: (text) => (isCounting(text) ? "harmless" : undefined),
  },
  {
    pattern:
      /\b(?:one|two|three|four|five|six|\d) (?:more |other |quick |simple |short |possible |different |good |useful |practical )*(?:questions?|options?|ways?|things?|steps?|points?|details?|possibilities|choices|moments?|tips?|ideas?|examples?|reasons?|suggestions?|sentences|words|lines|bullet points|paragraphs)\b/giu,
    read: () => "harmless",
  },
  {
    pattern: /\b(?:https?:\/\/|www\.)[^\s<>()[\]"'|]+/giu,
    read: (text) => ({ kind: "link", text, value: toLink(text) }),
  },
  {
    pattern:
      /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,5}/gu,
    read: (text) => ({ kind: "email", text, value: text.toLowerCase() }),
  },
  {
    pattern:
      /(?<![a-z0-9.-])(?:[a-z0-9-]{1,63}\.){1,5}(?:com|org|net|io|dev|app|co|de|fr|uk|eu|th|shop|info|biz)\b(?:\/[^\s<>()[\]"'|]*)?/giu,
    read: (text) => ({ kind: "link", text, value: toLink(text) }),
  },
  {
    pattern: /\b(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})(?=\D|$)/gu,
    read: (text, { year, month, day }) => toDate(text, [[year, month, day]]),
  },
  {
    pattern: /\b(?<a>\d{1,2})[./](?<b>\d{1,2})[./](?<year>\d{4}|\d{2})\b/gu,
    read: (text, { a, b, year }) =>
      toDate(text, [
        [year, b, a],
        [year, a, b],
      ]),
  },
  {
    pattern: /(?<![\d-])\+?\(?\d{1,4}\)?(?:[ ./-]\(?\d{2,4}\)?){2,5}(?![\d-])|\+\d{8,15}\b/gu,
    read: (text) => {
      const value = text.replaceAll(/\D/gu, "");
      return value.length >= 7 && value.length <= 15 ? { kind: "phone", text, value } : undefined;
    },
  },
  {
    pattern: new RegExp(
      String.raw`(?<![\p{L}\d])(?<month>${months})\.? (?:the )?(?<day>\d{1,2})(?:st|nd|rd|th)?(?!\d|:)(?:,? (?<year>\d{4}))?`,
      "giu",
    ),
    read: (text, { year, month, day }) => toDate(text, [[year, month, day]]),
  },
  {
    pattern: new RegExp(
      String.raw`(?<!\d|[.:])(?<day>\d{1,2})(?:st|nd|rd|th|\.)? (?:of |de )?(?<month>${months})(?!\p{L})\.?(?:,? (?:de )?(?<year>\d{4}))?`,
      "giu",
    ),
    read: (text, { year, month, day }) => toDate(text, [[year, month, day]]),
  },
  {
    // `from 7 to 10:30`; which half of the day is open.
    pattern:
      /(?<![\d.,:])(?<hour>\d{1,2})(?= ?(?:to|and|bis|until|-|–|à) ?\d{1,2}(?::\d{2}| ?[ap]\.?m\b))/giu,
    read: (text, { hour }) => toTime(text, hour, undefined, undefined),
  },
  {
    pattern: /(?<![\d.,])(?<hour>\d{1,2})(?::(?<minute>\d{2}))?(?::\d{2})? ?(?<half>[ap])\.?m\b\.?/giu,
    read: (text, { hour, minute, half }) => toTime(text, hour, minute, half),
  },
  {
    pattern: /(?<![\d.,])(?<hour>\d{1,2}):(?<minute>\d{2})(?::\d{2}(?:\.\d+)?)?(?!\d)/gu,
    read: (text, { hour, minute }) => toTime(text, hour, minute, undefined),
  },
  {
    pattern: /(?<![\d.,])(?<hour>\d{1,2})(?:\.(?<minute>\d{2}))? ?(?:Uhr|o'clock|heures|น\.)/giu,
    read: (text, { hour, minute }) => toTime(text, hour, minute, undefined),
  },
  { pattern: /\b(?:at )noon\b/giu, read: (text) => ({ kind: "time", text, minutes: [720] }) },
  { pattern: /\b(?:at )midnight\b/giu, read: (text) => ({ kind: "time", text, minutes: [0] }) },
  {
    pattern: new RegExp(
      String.raw`(?<before>${currency}) ?(?<amount>${number})(?<thousand>[kK]\b)?|(?<amount2>${number})(?<thousand2>[kK])? ?(?:-)?(?<after>${currency})(?!\p{L})`,
      "giu",
    ),
    read: readPrice,
  },
  {
    pattern: new RegExp(
      String.raw`(?<![\p{L}\d])(?<word>${numberWord})[ -](?<unit>${currency})(?!\p{L})`,
      "giu",
    ),
    read: (text, { word = "", unit = "" }) =>
      toPrice(text, [numberOfWord(word.toLowerCase()) ?? Number.NaN], unit),
  },
  {
    pattern: new RegExp(String.raw`(?<value>${number}) ?(?:%|percent\b|prozent\b)`, "giu"),
    read: (text, { value = "" }) => ({ kind: "percent", text, values: readNumber(value) }),
  },
  {
    pattern: /(?<![\p{L}\d-])[\p{Lu}\d]{1,30}(?:-[\p{Lu}\d]{1,30}){0,5}(?![\p{L}\d-])/gu,
    read: (text) =>
      /\p{Lu}/u.test(text) && (text.match(/\d/gu)?.length ?? 0) >= 3
        ? { kind: "code", text, value: text }
        : undefined,
  },
  {
    pattern: new RegExp(String.raw`(?<![\p{L}\d])(?<name>${weekdays})(?:s|en)?(?!\p{L})`, "giu"),
    read: (text, { name = "" }) => toWeekday(text, weekdayOf.get(name.toLowerCase())),
  },
  {
    pattern: /(?<!\p{L})(?<name>Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)(?=\.|\s*[-–]|\s+\d|\s*,)/gu,
    read: (text, { name = "" }) => toWeekday(text, shortWeekdayOf.get(name.toLowerCase())),
  },
  {
    pattern: new RegExp(String.raw`(?<![\p{L}\d-])(?<word>${numberWord})(?= ${units}(?!\p{L}))`, "giu"),
    read: (text, { word = "" }) => {
      const value = numberOfWord(word.toLowerCase());
      return value === undefined || value === 1 ? undefined : { kind: "number", text, values: [value] };
    },
  },
  {
    pattern: new RegExp(String.raw`(?<![\p{L}\d_])(?:${number})(?:[kK]\b)?`, "gu"),
    read: (text) => ({ kind: "number", text, values: readNumber(text) }),
  },
];

/** Every number a text of digits can mean: `1.200` is 1200 and 1.2. */
export function readNumber(text: string): readonly number[] {
  const factor = /k$/iu.test(text) ? 1_000 : 1;
  const bare = text.replace(/k$/iu, "").replaceAll(/['\u00a0\u202f ]/gu, "");
  const english = Number(bare.replaceAll(",", ""));
  const continental = Number(bare.replaceAll(".", "").replace(",", "."));
  const values = [english, continental].filter((value) => Number.isFinite(value));
  return [...new Set(values)].map((value) => value * factor);
}

function readPrice(text: string, groups: Groups): Claim | undefined {
  const amount = groups["amount"] ?? groups["amount2"];
  const unit = groups["before"] ?? groups["after"];
  if (amount === undefined || unit === undefined) return undefined;
  const isThousand = (groups["thousand"] ?? groups["thousand2"]) !== undefined;
  return toPrice(text, readNumber(isThousand ? `${amount}k` : amount), unit);
}

function toPrice(text: string, amounts: readonly number[], unit: string): Claim | undefined {
  const known = currencies.find(([, words]) => new RegExp(`^(?:${words})$`, "iu").test(unit));
  if (known === undefined || amounts.some((amount) => Number.isNaN(amount))) return undefined;
  const [name] = known;
  return name === "cent"
    ? { kind: "price", text, amounts: amounts.map((amount) => amount / 100), currency: "" }
    : { kind: "price", text, amounts, currency: name };
}

function toDate(
  text: string,
  readings: readonly (readonly [string | undefined, string | undefined, string | undefined])[],
): Claim | undefined {
  const dates = readings.flatMap(([yearText, monthText = "", dayText]) => {
    const month = monthOf.get(monthText.toLowerCase()) ?? Number(monthText);
    const day = Number(dayText);
    if (!(month >= 1 && month <= 12 && day >= 1 && day <= 31)) return [];
    const year = yearText === undefined ? undefined : Number(yearText) + (yearText.length === 2 ? 2000 : 0);
    return [{ year, month, day }];
  });
  return dates.length === 0 ? undefined : { kind: "date", text, dates };
}

function toTime(text: string, hourText = "", minuteText = "0", half: string | undefined): Claim | undefined {
  const [hour, minute] = [Number(hourText), Number(minuteText)];
  if (hour > 24 || minute > 59 || (half !== undefined && hour > 12)) return undefined;
  if (half !== undefined) {
    const shift = half.toLowerCase() === "p" ? 12 : 0;
    return { kind: "time", text, minutes: [((hour % 12) + shift) * 60 + minute] };
  }
  const minutes = (hour % 24) * 60 + minute;
  return { kind: "time", text, minutes: hour <= 12 ? [minutes, (minutes + 720) % 1440] : [minutes] };
}

function toWeekday(text: string, day: number | undefined): Claim | undefined {
  return day === undefined ? undefined : { kind: "weekday", text, day };
}

/** A link without what does not tell two apart: its scheme, `www.`, a closing slash or stop, the case of its host. */
export function toLink(text: string): string {
  const bare = text
    .replace(/^https?:\/\//iu, "")
    .replace(/^www\./iu, "")
    .replace(/[.,;:!?*_]+$/u, "");
  const slash = bare.indexOf("/");
  const [host, rest] = slash < 0 ? [bare, ""] : [bare.slice(0, slash), bare.slice(slash)];
  return host.toLowerCase() + rest.replace(/\/$/u, "");
}
