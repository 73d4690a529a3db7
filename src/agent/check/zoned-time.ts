import { LRUCache } from "lru-cache";
import type { CalendarDate } from "./read-claims.ts";

const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: 500 });
// Every check of every turn asks for the present minute.
const zoned = new LRUCache<string, Zoned>({ max: 2_000 });
const minuteMs = 60_000;

interface Zoned {
  readonly date: CalendarDate & { readonly year: number };
  readonly minutes: number;
}

/** What the calendar and the clock show in a time zone; in UTC where the zone is unknown or none is given. */
export function toZoned(at: Date, timeZone: string | undefined): Zoned {
  const key = `${Math.floor(at.getTime() / minuteMs)} ${timeZone ?? ""}`;
  const known = zoned.get(key) ?? readZoned(at, timeZone);
  zoned.set(key, known);
  return known;
}

function readZoned(at: Date, timeZone: string | undefined): Zoned {
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
