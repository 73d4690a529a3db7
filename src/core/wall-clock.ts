/** A day by the calendar; days beyond the month's last run on. */
export interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** With the minutes since midnight. */
export interface Wall extends Day {
  readonly minutes: number;
}

// Building one takes far longer than using it.
const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone);
  if (known !== undefined) return known;
  const shape = {
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  } as const;
  const built = new Intl.DateTimeFormat("en-US", { ...shape, hourCycle: "h23", timeZone });
  clocks.set(timeZone, built);
  return built;
}

/** What the calendar and the clocks of a zone that this machine knows show. */
export function toWall(at: Date, timeZone: string): Wall {
  const parts = new Map(
    clockOf(timeZone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const get = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const minutes = get("hour") * 60 + get("minute");
  return { year: get("year"), month: get("month"), day: get("day"), minutes };
}

/** The moment at which clocks there show this, milliseconds; where they skip it, one within an hour of it. */
export function toInstant({ year, month, day }: Day, minutes: number, timeZone: string): number {
  const wanted = Date.UTC(year, month - 1, day, 0, minutes);
  let at = wanted;
  for (let look = 0; look < 2; look += 1) {
    const wall = toWall(new Date(at), timeZone);
    at += wanted - Date.UTC(wall.year, wall.month - 1, wall.day, 0, wall.minutes);
  }
  return at;
}

/** A weekday and a time in that zone, as people of the language write it: `Mon, 5 Jan, 09:00`. */
export function toMoment(at: Date, timeZone: string, language = "en"): string {
  const shape = {
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZone,
  } as const;
  return new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, shape).format(at);
}
