import fc from "fast-check";
import { expect, it } from "vitest";
import { holdBack } from "../../../channels/kit/hold-back.ts";
import { toSafeMarkdown } from "../../../channels/slack/safe-markdown.ts";

it("holds back enough that an appended stream never takes back what it has given, for everyday answers in any language", () => {
  const piece = fc.constantFrom(
    "Words and words. ",
    "**bold** ",
    "_slanted_ ",
    "[guide](https://docs.example/a) ",
    "`code` ",
    "日本語。",
    "ไทย ",
    "مرحبا ",
    "👨‍👩‍👧‍👦 ",
    "\n\n",
    "\n\n- item\n- [x](https://a.example)\n\n",
    "\n\n| a | b |\n| --- | --- |\n| **c** | d |\n\n",
    "\n\n```ts\nconst a = `b` < 1;\n```\n\n",
    "<!channel> ",
    "a < b ",
    "![i](https://a.example/i.png) ",
    "[bank.com](https://evil.example) ",
    "5 * 3 ",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.integer({ min: 1, max: 9 }), (pieces, step) => {
      const whole = pieces.join("");
      let shown = "";
      for (let end = 0; end < whole.length; end += step) {
        const next = toSafeMarkdown(holdBack(whole.slice(0, end)));
        expect(next.startsWith(shown)).toBe(true);
        shown = next;
      }
      expect(toSafeMarkdown(whole).startsWith(shown)).toBe(true);
    }),
    { numRuns: 60 },
  );
});
