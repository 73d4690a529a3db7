import { PermanentError } from "../../src/core/errors.ts";

/** Which part of a day is meant: minutes since midnight, `to` excluded. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const wholeDay: Span = { from: 0, to: 24 * 60 };
const parts: Readonly<Record<string, Span>> = {
  morning: { from: 0, to: 12 * 60 },
  noon: { from: 11 * 60, to: 14 * 60 },
  matinee: { from: 11 * 60, to: 17 * 60 },
  afternoon: { from: 12 * 60, to: 17 * 60 },
  evening: { from: 17 * 60, to: 24 * 60 },
  tonight: { from: 17 * 60, to: 24 * 60 },
  night: { from: 17 * 60, to: 24 * 60 },
  late: { from: 21 * 60, to: 24 * 60 },
};
/** A show that begins this much earlier or later still is one "at seven". */
const nearMinutes = 60;

/** The day and the part of it that is meant. Throws PermanentError for words that are neither. */
export function readWhen(
  date: string | undefined,
  time: string | undefined,
  today: string,
): { readonly day: string; readonly span: Span } {
  const tonight = /\btonight\b/i.test(date ?? "");
  return { day: readDay(date, today), span: readTime(time ?? (tonight ? "tonight" : undefined)) };
}

/** `today`, `tonight`, `tomorrow` or YYYY-MM-DD as YYYY-MM-DD; today where nothing is said. */
function readDay(date: string | undefined, today: string): string {
  const said = date?.trim().toLowerCase() ?? "";
  if (said === "" || /^(today|tonight|this (evening|afternoon|morning))$/.test(said)) return today;
  if (/^tomorrow( (night|evening|morning|afternoon))?$/.test(said)) return addDays(today, 1);
  if (!isDay(said)) throw new PermanentError(`The date must be today, tomorrow or a day such as ${today}.`);
  return said;
}

function readTime(time: string | undefined): Span {
  const said = time?.trim().toLowerCase() ?? "";
  if (said === "") return wholeDay;
  const part = parts[said];
  if (part !== undefined) return part;
  const match = /^(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.)?$/.exec(said);
  const at = match === null ? undefined : toMinutes(match[1], match[2], match[3]);
  if (at === undefined)
    throw new PermanentError("The time must be a time such as 7:30 PM, or morning, afternoon or evening.");
  return { from: at - nearMinutes, to: at + nearMinutes + 1 };
}

function toMinutes(hours = "", minutes = "0", half?: string): number | undefined {
  const [hour, minute] = [Number(hours), Number(minutes)];
  if (minute > 59 || hour > 23 || (half !== undefined && (hour < 1 || hour > 12))) return undefined;
  if (half === undefined) return hour * 60 + minute;
  return ((hour % 12) + (half.startsWith("p") ? 12 : 0)) * 60 + minute;
}

/** A day that exists, as YYYY-MM-DD. */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/** The day so many days later. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
