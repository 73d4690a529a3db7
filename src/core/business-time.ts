/** When a company is there: the days of a week with their hours, where it is, and the days on which it is not. */
export interface OpeningHours {
  /** IANA name. */
  readonly timeZone: string;
  /** Seven days, Sunday first. Each has its hours in order. */
  readonly week: readonly (readonly OpenSpan[])[];
  /** Days such as 2026-12-25. */
  readonly holidays: ReadonlySet<string>;
}

/** Minutes since midnight, as clocks there show them. */
export interface OpenSpan {
  readonly from: number;
  readonly to: number;
}

// Hours that are too few for what is asked of them end somewhere.
const mostDays = 3_660;

/**
 * When so much time in which the company is there has gone by, milliseconds; without hours it always is. Clocks that are
 * put forward or back are accounted for. Ends ten years on at the latest.
 */
export function addBusinessTime(from: Date, ms: number, hours: OpeningHours | undefined): Date {
  if (hours === undefined || ms <= 0) return new Date(from.getTime() + Math.max(0, ms));
  let at = from.getTime();
  let left = ms;
  const today = toWall(from, hours.timeZone);
  for (let ahead = 0; ahead < mostDays; ahead += 1) {
    const day = { ...today, day: today.day + ahead };
    for (const span of spansOn(day, hours)) {
      const start = Math.max(at, toInstant(day, span.from, hours.timeZone));
      const end = toInstant(day, span.to, hours.timeZone);
      if (end <= start) continue;
      if (left <= end - start) return new Date(start + left);
      left -= end - start;
      at = end;
    }
  }
  return new Date(at);
}

/** Whether the company is there. */
export function isOpenAt(at: Date, hours: OpeningHours): boolean {
  const wall = toWall(at, hours.timeZone);
  return spansOn(wall, hours).some(({ from, to }) => from <= wall.minutes && wall.minutes < to);
}

/** When it is there next; the moment itself while it is. */
export function nextOpening(at: Date, hours: OpeningHours): Date {
  return isOpenAt(at, hours) ? at : new Date(addBusinessTime(at, 1, hours).getTime() - 1);
}

/** A day by the calendar; days beyond the month's last run on. */
interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

function spansOn({ year, month, day }: Day, { week, holidays }: OpeningHours): readonly OpenSpan[] {
  const date = new Date(Date.UTC(year, month - 1, day));
  return holidays.has(date.toISOString().slice(0, 10)) ? [] : (week[date.getUTCDay()] ?? []);
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

function toWall(at: Date, timeZone: string): Day & { readonly minutes: number } {
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
function toInstant({ year, month, day }: Day, minutes: number, timeZone: string): number {
  const wanted = Date.UTC(year, month - 1, day, 0, minutes);
  let at = wanted;
  for (let look = 0; look < 2; look += 1) {
    const wall = toWall(new Date(at), timeZone);
    at += wanted - Date.UTC(wall.year, wall.month - 1, wall.day, 0, wall.minutes);
  }
  return at;
}
