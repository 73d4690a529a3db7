import { LRUCache } from "lru-cache";
import type { CalendarDate } from "./read-claims.ts";

const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: 500 });

/** What the calendar and the clock show in a time zone; in UTC where the zone is unknown or none is given. */
export function toZoned(
  at: Date,
  timeZone: string | undefined,
): { readonly date: CalendarDate & { readonly year: number }; readonly minutes: number } {
  const [dateText = "", timeText = ""] = formatOf(timeZone ?? "UTC")
    .format(at)
    .split(" ");
  const [year = 0, month = 0, day = 0] = dateText.split("-").map(Number);
  const [hour = 0, minute = 0] = timeText.split(":").map(Number);
  return { date: { year, month, day }, minutes: hour * 60 + minute };
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = createFormat(timeZone);
  formats.set(timeZone, format);
  return format;
}

function createFormat(timeZone: string): Intl.DateTimeFormat {
  try {
    // Swedish dates are ISO dates, with a space before the time.
    return new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" });
  } catch {
    return createFormat("UTC");
  }
}
