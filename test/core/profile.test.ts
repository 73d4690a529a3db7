import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  noProfile,
  parseProfile,
  toProfileContext,
  withItem,
  withoutMessage,
  withoutWords,
  withPreferences,
  type Profile,
} from "../../src/core/profile.ts";

const at = new Date("2026-11-21T17:00:00Z");
const asked = (count: number): Profile =>
  Array.from({ length: count }, (_, index) => ({ at, text: `topic ${index}`, message: `m${index}` })).reduce(
    withItem,
    noProfile,
  );
const texts = ({ history }: Profile) => history.map(({ text }) => text);

describe("a profile", () => {
  test("is read as it was written, whatever was put into it", () => {
    const words = fc.string({ maxLength: 700 });
    fc.assert(
      fc.property(fc.array(words), fc.dictionary(words, words), (said, likes) => {
        const full = said.reduce(
          (profile, text) => withItem(profile, { at, text }),
          withPreferences(noProfile, likes),
        );
        expect(parseProfile(JSON.stringify(full))).toEqual(full);
        expect(full.history.length).toBeLessThanOrEqual(20);
        expect(full.history.every(({ text }) => text.length <= 500)).toBe(true);
        expect(Object.keys(full.preferences).length).toBeLessThanOrEqual(50);
      }),
    );
  });

  test.each([
    "null",
    "[]",
    "{}",
    '{"preferences":{"a":1},"history":[]}',
    '{"preferences":{},"history":[{}]}',
    "{",
  ])("is not read from %s", (json) => {
    expect(() => parseProfile(json)).toThrow(/profile|JSON/);
  });

  test("tells the newest five items, in order, and nothing of the messages they came from (R183)", () => {
    const context = toProfileContext(asked(30));
    expect(texts(context)).toEqual([25, 26, 27, 28, 29].map((number) => `topic ${number}`));
    expect(Object.keys(context.history[0] ?? {})).toEqual(["at", "text"]);
  });

  test("has a message's item once, and loses it with the message", () => {
    const twice = withItem(asked(3), { at, text: "topic 1, in other words", message: "m1" });
    expect(texts(twice)).toEqual(["topic 0", "topic 2", "topic 1, in other words"]);
    expect(texts(withoutMessage(twice, "m2"))).toEqual(["topic 0", "topic 1, in other words"]);
  });

  test("leaves out what a talk tells anyway, also where it was cut", () => {
    const long = "x".repeat(600);
    const profile = withItem(asked(2), { at, text: long });
    expect(texts(withoutWords(profile, ["topic 0", long]))).toEqual(["topic 1"]);
  });
});
