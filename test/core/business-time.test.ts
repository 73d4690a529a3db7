import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addBusinessTime,
  businessTimeBetween,
  isOpenAt,
  nextOpening,
  type OpeningHours,
} from "../../src/core/business-time.ts";

const minute = 60_000;
const hour = 60 * minute;
const office = [
  { from: 9 * 60, to: 12 * 60 },
  { from: 13 * 60, to: 17 * 60 },
];
const berlin: OpeningHours = {
  timeZone: "Europe/Berlin",
  week: [[], office, office, office, office, office, []],
  holidays: new Set(["2026-12-25"]),
};
const add = (from: string, ms: number, hours = berlin) =>
  addBusinessTime(new Date(from), ms, hours).toISOString();

describe("time in which a company is there", () => {
  it("runs on over the lunch break, the night, the weekend and holidays", () => {
    expect(add("2026-01-05T10:30:00Z", hour)).toBe("2026-01-05T12:30:00.000Z");
    expect(add("2026-01-05T15:30:00Z", hour)).toBe("2026-01-06T08:30:00.000Z");
    expect(add("2026-01-09T15:30:00Z", hour)).toBe("2026-01-12T08:30:00.000Z");
    expect(add("2026-12-24T15:30:00Z", hour)).toBe("2026-12-28T08:30:00.000Z");
  });

  it("begins with the next opening, which is told", () => {
    expect(add("2026-01-10T12:00:00Z", 30 * minute)).toBe("2026-01-12T08:30:00.000Z");
    expect(nextOpening(new Date("2026-01-10T12:00:00Z"), berlin).toISOString()).toBe(
      "2026-01-12T08:00:00.000Z",
    );
    expect(nextOpening(new Date("2026-01-12T08:30:00Z"), berlin).toISOString()).toBe(
      "2026-01-12T08:30:00.000Z",
    );
  });

  it("is as much between two moments as was added to the first", () => {
    const moment = fc.date({
      min: new Date("2026-01-01Z"),
      max: new Date("2027-01-01Z"),
      noInvalidDate: true,
    });
    const ms = fc.integer({ min: 0, max: 300 * hour });
    fc.assert(
      fc.property(moment, ms, (from, left) => {
        const there = businessTimeBetween(from, addBusinessTime(from, left, berlin), berlin);
        expect(there).toBe(left);
        expect(businessTimeBetween(from, addBusinessTime(from, left, undefined), undefined)).toBe(left);
      }),
      { numRuns: 60, seed: 7 },
    );
  });

  it("is what clocks there say on days when they are put forward or back", () => {
    const always = { ...berlin, week: Array.from({ length: 7 }, () => [{ from: 60, to: 4 * 60 }]) };
    expect(add("2026-03-29T00:00:00Z", 90 * minute, always)).toBe("2026-03-29T01:30:00.000Z");
    expect(add("2026-03-29T00:00:00Z", 3 * hour, always)).toBe("2026-03-30T00:00:00.000Z");
    expect(add("2026-10-24T23:00:00Z", 4 * hour, always)).toBe("2026-10-25T03:00:00.000Z");
  });

  it("is all the time where no hours are given", () => {
    expect(addBusinessTime(new Date(5), 7, undefined).getTime()).toBe(12);
  });

  const zones = [
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "UTC",
    "Australia/Lord_Howe",
    "America/Santiago",
  ];
  // Neither begins nor ends while clocks are changed.
  const span = fc
    .tuple(fc.integer({ min: 5 * 60, max: 22 * 60 }), fc.integer({ min: 5, max: 300 }))
    .map(([from, length]) => ({ from, to: Math.min(from + length, 23 * 60) }));
  const someHours = fc.record({
    timeZone: fc.constantFrom(...zones),
    week: fc
      .array(fc.array(span, { maxLength: 1 }), { minLength: 7, maxLength: 7 })
      .filter((week) => week.flat().length > 0),
    holidays: fc.constantFrom(new Set<string>(), new Set(["2026-03-30", "2026-10-26"])),
  });
  const someTime = fc
    .integer({ min: Date.UTC(2026, 0, 1) / minute, max: Date.UTC(2026, 11, 1) / minute })
    .map((minutes) => new Date(minutes * minute));
  const someMinutes = fc.integer({ min: 1, max: 400 });

  it("has as many open minutes on the way as were asked for, and ends with an open one", () => {
    fc.assert(
      fc.property(someTime, someMinutes, someHours, (from, minutes, hours) => {
        const end = addBusinessTime(from, minutes * minute, hours).getTime();
        fc.pre(end - from.getTime() < 8 * 24 * hour);
        let open = 0;
        for (let at = from.getTime(); at < end; at += minute) open += isOpenAt(new Date(at), hours) ? 1 : 0;
        expect(open).toBe(minutes);
        expect(isOpenAt(new Date(end - minute), hours)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it("may be added in pieces, and never goes back", () => {
    fc.assert(
      fc.property(someTime, someMinutes, someMinutes, someHours, (from, first, second, hours) => {
        const halfway = addBusinessTime(from, first * minute, hours);
        const end = addBusinessTime(halfway, second * minute, hours).getTime();
        expect(addBusinessTime(from, (first + second) * minute, hours).getTime()).toBe(end);
        expect(end).toBeGreaterThan(halfway.getTime());
      }),
      { numRuns: 200 },
    );
  });
});
