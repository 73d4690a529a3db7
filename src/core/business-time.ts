import { toInstant, toWall, type Day } from "./wall-clock.ts";

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

/** How much of the time between two moments it is there, milliseconds; all of it without hours. */
export function businessTimeBetween(from: Date, to: Date, hours: OpeningHours | undefined): number {
  const whole = Math.max(0, to.getTime() - from.getTime());
  if (hours === undefined || whole === 0) return whole;
  const today = toWall(from, hours.timeZone);
  let there = 0;
  for (let ahead = 0; ahead < mostDays; ahead += 1) {
    const day = { ...today, day: today.day + ahead };
    if (toInstant(day, 0, hours.timeZone) > to.getTime()) break;
    for (const span of spansOn(day, hours)) {
      const start = Math.max(from.getTime(), toInstant(day, span.from, hours.timeZone));
      const end = Math.min(to.getTime(), toInstant(day, span.to, hours.timeZone));
      there += Math.max(0, end - start);
    }
  }
  return there;
}

/** When it is there next; the moment itself while it is. */
export function nextOpening(at: Date, hours: OpeningHours): Date {
  return isOpenAt(at, hours) ? at : new Date(addBusinessTime(at, 1, hours).getTime() - 1);
}

function spansOn({ year, month, day }: Day, { week, holidays }: OpeningHours): readonly OpenSpan[] {
  const date = new Date(Date.UTC(year, month - 1, day));
  return holidays.has(date.toISOString().slice(0, 10)) ? [] : (week[date.getUTCDay()] ?? []);
}
