import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holdBack } from "../../../channels/kit/hold-back.ts";
import { createLatest } from "../../../channels/kit/latest.ts";
import { toSafeMarkdown } from "../../../channels/slack/safe-markdown.ts";

describe("holding back what is half open", () => {
  it.each([
    ["Hello **wor", "Hello "],
    ["Hello **world** and", "Hello **world** and"],
    ["See [the guide](https://docs.ex", "See "],
    ["See [the guide](https://docs.example) now", "See [the guide](https://docs.example) now"],
    ["Run `npm te", "Run "],
    ["a\n\n| x | y |\n", "a\n\n"],
    ["| x | y |\n|---|---|\n| 1 | 2", "| x | y |\n|---|---|\n"],
    ["text\n\n```ts\nconst a = 1;\nconst", "text\n\n```ts\nconst a = 1;\nconst"],
    ["text\n\n```t", "text\n\n"],
    ["```\ncode\n``", "```\ncode\n"],
    ["hi <!cha", "hi "],
    ["hi @chan", "hi "],
    ["snake_case_name is fine", "snake_case_name is fine"],
    ["one\n\n- ", "one\n\n"],
    ["👨\u200d", "👨"],
  ])("%j shows %j", (text, shown) => expect(holdBack(text)).toBe(shown));

  it("never takes back what it has given, for everyday answers in any language", () => {
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
});

describe("writing the newest", () => {
  it("has one write in hand and skips what is outdated", async () => {
    const written: number[] = [];
    let inHand = 0;
    const latest = createLatest(
      async (value: number) => {
        expect(++inHand).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 2));
        written.push(value);
        inHand--;
      },
      () => 1,
    );
    const offers: Promise<void>[] = [];
    for (let value = 1; value <= 50; value++) offers.push(latest.offer(value));
    await Promise.all(offers);
    await latest.offer(51);
    expect(written.at(-1)).toBe(51);
    expect(written.length).toBeLessThan(10);
    await latest.close();
    await latest.offer(52);
    expect(written.at(-1)).toBe(51);
  });
});
