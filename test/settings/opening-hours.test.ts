import { describe, expect, it } from "vitest";
import { openingHoursFile, slaFile, toOpeningHours } from "../../src/settings/opening-hours.ts";

const read = (week: unknown) => openingHoursFile.safeParse({ week });

describe("opening hours in a company's file", () => {
  it("name days alone or from one to another, with one span or several", () => {
    const hours = toOpeningHours(
      openingHoursFile.parse({
        week: { "fri-mon": "10:00-12:00", mon: ["13:00-24:00", "06:30-07:00"] },
        holidays: ["2026-12-25"],
      }),
      "Europe/Berlin",
    );
    const morning = { from: 600, to: 720 };
    expect(hours.week).toEqual([
      [morning],
      [{ from: 390, to: 420 }, morning, { from: 780, to: 1440 }],
      [],
      [],
      [],
      [morning],
      [morning],
    ]);
    expect(hours.timeZone).toBe("Europe/Berlin");
    expect(hours.holidays.has("2026-12-25")).toBe(true);
  });

  it.each([
    ["a day nobody knows", { someday: "09:00-17:00" }],
    ["hours that end before they begin", { mon: "17:00-09:00" }],
    ["a time no clock shows", { mon: "09:75-10:00" }],
    ["a day longer than a day", { mon: "09:00-25:00" }],
    ["no hours at all", { mon: [] }],
  ])("refuse %s", (_, week) => {
    expect(read(week).success).toBe(false);
  });

  it("refuse a holiday that is no day, and a promise of no time", () => {
    expect(openingHoursFile.safeParse({ week: { mon: "9:00-17:00" }, holidays: ["25.12."] }).success).toBe(
      false,
    );
    expect(slaFile.safeParse({ urgent: { firstResponseMinutes: 0 } }).success).toBe(false);
  });
});
