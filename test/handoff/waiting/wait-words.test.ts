import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toWaitWords } from "../../../src/handoff/waiting/wait-words.ts";

const minutes = (...spans: readonly number[]) => spans.map((span) => span * 60_000);

describe("what a person who waits is told", () => {
  it.each([
    [0, [], ""],
    [0, minutes(1, 2, 3, 4), ""],
    [1, [], "1 person is before you."],
    [3, minutes(2, 3, 4, 5, 12), "3 people are before you. It usually takes 4 minutes to 12 minutes."],
    [0, minutes(5, 5, 5, 5, 5), "It usually takes about 5 minutes."],
    [0, minutes(0.1, 0.2, 0.3, 0.1, 0.2), "It usually takes less than a minute."],
    [0, minutes(30, 60, 100, 200, 300), "It usually takes 2 hours to 5 hours."],
  ])("with %i before them, of waits %j, is %j", (ahead, waits, words) => {
    expect(toWaitWords({ ahead, waits })).toBe(words);
  });

  it("never promises less than what half of the others waited", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 60_000, max: 5_000_000 }), { minLength: 5 }), (waits) => {
        const usual = waits.toSorted((a, b) => a - b)[Math.ceil(waits.length / 2) - 1] ?? 0;
        const promised = [...toWaitWords({ ahead: 0, waits }).matchAll(/(\d+) minute/g)].map(([, n]) =>
          Number(n),
        );
        expect(Math.max(...promised) * 60_000).toBeGreaterThanOrEqual(usual);
      }),
    );
  });
});
