import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readWakeUp } from "../../../src/handoff/deck/when-to-wake.ts";

// A Saturday, 20:40 in Berlin.
const now = new Date("2026-11-21T19:40:00Z");
const read = (said: string | undefined, zone = "Europe/Berlin") => {
  const found = readWakeUp(said, now, zone);
  return found?.kind === "at" ? found.at.toISOString() : found?.kind;
};

describe("a snooze", () => {
  it.each([
    [undefined, "2026-11-21T21:40:00.000Z"],
    ["2h", "2026-11-21T21:40:00.000Z"],
    ["for 30 min", "2026-11-21T20:10:00.000Z"],
    ["3d", "2026-11-24T19:40:00.000Z"],
    ["until Mon 9:00", "2026-11-23T08:00:00.000Z"],
    ["until monday", "2026-11-23T08:00:00.000Z"],
    ["until Sat 9:00", "2026-11-28T08:00:00.000Z"],
    ["until Sat 22:00", "2026-11-21T21:00:00.000Z"],
    ["until tomorrow 8:30", "2026-11-22T07:30:00.000Z"],
    ["until 17:30", "2026-11-22T16:30:00.000Z"],
    ["until 9pm", "2026-11-21T20:00:00.000Z"],
    ["until reply", "reply"],
  ])("%j lasts until %s", (said, until) => {
    expect(read(said)).toBe(until);
  });

  it.each(["soon", "until Funday", "0h", "until 25:00", "9999d", "until today 8:00", "-2h"])(
    "%j is none",
    (said) => {
      expect(read(said)).toBeUndefined();
    },
  );

  it("never ends in the past, whatever is asked for and wherever", () => {
    const zones = ["UTC", "America/Chicago", "Asia/Kolkata", "Pacific/Auckland"];
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom("mon", "sun", "tomorrow", ""),
        fc.nat(23),
        fc.nat(59),
        (zone, day, hour, minute) => {
          const found = readWakeUp(`until ${day} ${hour}:${String(minute).padStart(2, "0")}`, now, zone);
          if (found?.kind === "at") expect(found.at.getTime()).toBeGreaterThan(now.getTime());
          expect(found).toBeDefined();
        },
      ),
    );
  });
});
