import { LRUCache } from "lru-cache";

const formats = new LRUCache<string, Intl.DateTimeFormat>({ max: 500 });

/** The day (YYYY-MM-DD) it is in a time zone; in UTC where the zone is unknown or no zone at all. */
export function localDay(at: Date, timeZone: string | undefined): string {
  return formatOf(zoneOf(timeZone)).format(at);
}

/** When the next day begins in a time zone, to the second; days have 23 to 25 hours. */
export function nextLocalDay(at: Date, timeZone: string | undefined): Date {
  const format = formatOf(zoneOf(timeZone));
  const today = format.format(at);
  let [before, after] = [Math.floor(at.getTime() / 1_000), Math.floor(at.getTime() / 1_000) + 26 * 3_600];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (format.format(new Date(middle * 1_000)) === today) before = middle;
    else after = middle;
  }
  return new Date(after * 1_000);
}

/** A zone this machine knows. */
export function zoneOf(timeZone: string | undefined): string {
  if (timeZone === undefined) return "UTC";
  try {
    formatOf(timeZone);
    return timeZone;
  } catch {
    return "UTC";
  }
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  // Swedish dates are ISO dates.
  const format = new Intl.DateTimeFormat("sv-SE", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  formats.set(timeZone, format);
  return format;
}
