import * as chrono from "chrono-node";
import type { Span, When } from "../../core/understanding.ts";

/** Where and when the person is, and how they write dates. */
export interface WhenContext {
  readonly now: Date;
  /** IANA name; UTC when unknown. */
  readonly timeZone?: string | undefined;
  /** BCP 47. Decides the language, and whether 3/4 is in March or in April. */
  readonly locale?: string | undefined;
}

type Reader = Pick<chrono.Chrono, "parse">;
const readers: Readonly<Record<string, Reader>> = {
  ar: chrono.ar.casual,
  de: chrono.de.casual,
  es: chrono.es.casual,
  fi: chrono.fi.casual,
  fr: chrono.fr.casual,
  id: chrono.id.casual,
  it: chrono.it.casual,
  ja: chrono.ja.casual,
  nl: chrono.nl.casual,
  pt: chrono.pt.casual,
  ru: chrono.ru.casual,
  sv: chrono.sv.casual,
  uk: chrono.uk.casual,
  vi: chrono.vi.casual,
  zh: chrono.zh.casual,
};
const parts = [
  ["morning", /morning|morgens|früh|mañana por la mañana|matin|mattina|manhã/iu],
  ["afternoon", /afternoon|nachmittag|tarde|après-midi|pomeriggio/iu],
  ["evening", /evening|abends?\b|soir|sera/iu],
  ["night", /tonight|night|nachts?\b|noche|nuit|notte|noite/iu],
] as const;

/**
 * The days and times a text speaks of, relative to the person's own today; a weekday or a date without a year
 * is the next one. Never throws. Pass at most a few thousand characters.
 */
export function readWhen(text: string, { now, timeZone, locale }: WhenContext): (When & Span)[] {
  const zone = isTimeZone(timeZone) ? timeZone : "UTC";
  const reference = { instant: now, timezone: offsetMinutes(now, zone) };
  const found = readerOf(locale).parse(withoutCounts(text), reference, { forwardDate: true });
  return found.flatMap(({ text: said, index, start, end }) => {
    const date = toDate(start);
    if (date === undefined || /^\d{1,2}$/.test(said.trim())) return [];
    const part = parts.find(([, pattern]) => pattern.test(said))?.[0];
    const time = toTime(start);
    const until = end === null || end === undefined ? undefined : toMoment(end);
    return [
      {
        text: said,
        start: index,
        end: index + said.length,
        date,
        ...(time === undefined ? {} : { time }),
        ...(part === undefined ? {} : { part }),
        ...(until === undefined ? {} : { until }),
      },
    ];
  });
}

/** "June 15th, 30 people" speaks of guests, not of a year. As long as before, so that places stay. */
function withoutCounts(text: string): string {
  return text.replaceAll(/(\d{1,2}(?:st|nd|rd|th)?),(?=\s{1,3}\d{1,3}\s{1,3}\p{L})/giu, "$1;");
}

function readerOf(locale: string | undefined): Reader {
  const [language = "en", region] = (locale ?? "en-US").split(/[-_]/);
  const own = readers[language.toLowerCase()];
  if (own !== undefined) return own;
  // Only the United States and those who follow them write the month first.
  const monthFirst = region === undefined || /^(US|PH|CA|Latn)$/i.test(region);
  return monthFirst && language.toLowerCase() === "en" ? chrono.en.casual : chrono.en.GB;
}

function toMoment(said: chrono.ParsedComponents): { date: string; time?: string } | undefined {
  const date = toDate(said);
  const time = toTime(said);
  if (date === undefined) return undefined;
  return time === undefined ? { date } : { date, time };
}

function toDate(said: chrono.ParsedComponents): string | undefined {
  const [year, month, day] = [said.get("year"), said.get("month"), said.get("day")];
  if (year === null || month === null || day === null) return undefined;
  return `${String(year).padStart(4, "0")}-${twoDigits(month)}-${twoDigits(day)}`;
}

function toTime(said: chrono.ParsedComponents): string | undefined {
  const hour = said.get("hour");
  if (hour === null || !said.isCertain("hour")) return undefined;
  return `${twoDigits(hour)}:${twoDigits(said.get("minute") ?? 0)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

function isTimeZone(name: string | undefined): name is string {
  if (name === undefined) return false;
  try {
    return Intl.DateTimeFormat("en", { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}

/** Minutes east of Greenwich, at that moment. */
function offsetMinutes(at: Date, timeZone: string): number {
  const shown = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" }).formatToParts(at);
  const name = shown.find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours = "0", minutes = "0"] = /GMT([+-])(\d{2}):(\d{2})/.exec(name) ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
