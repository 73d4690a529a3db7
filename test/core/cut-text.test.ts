import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { beginningOf, cutText, cutToLine } from "../../src/core/cut-text.ts";

const texts = fc.string({ unit: "binary" });
const lengths = fc.integer({ min: 1, max: 30 });

describe("a text that is cut", () => {
  it("is never longer than was asked, and has no half of a character at its end", () => {
    fc.assert(
      fc.property(texts, lengths, (text, most) => {
        for (const cut of [beginningOf(text, most), cutText(text, most), cutToLine(text, most)]) {
          expect(cut.length).toBeLessThanOrEqual(most);
          expect(cut.isWellFormed()).toBe(true);
        }
      }),
    );
  });

  it("says with … that something is left out, and nothing where nothing is", () => {
    expect(cutText("abcdef", 4)).toBe("abc…");
    expect(cutText("abcd", 4)).toBe("abcd");
    expect(cutText("ab👍d", 4)).toBe("ab…");
    expect(beginningOf("ab👍d", 3)).toBe("ab");
  });

  it("stands in one line where it is to", () => {
    expect(cutToLine(" to\n be\tshown ", 40)).toBe("to be shown");
    expect(cutToLine("to\nbe shown", 6)).toBe("to be…");
  });
});
