import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createSeam } from "../../src/agent/model-seam.ts";

/** Streams the continuation in pieces, as it comes, and gives every text shown. */
function stream(shown: string, continuation: string, size = 3): string[] {
  const seam = createSeam(shown);
  const texts: string[] = [];
  for (let end = size; end < continuation.length; end += size) {
    const text = seam.join(continuation.slice(0, end), false);
    if (text !== undefined) texts.push(text);
  }
  const whole = seam.join(continuation, true);
  if (whole === undefined) throw new Error("a complete continuation was not joined");
  return [...texts, whole];
}
const join = (shown: string, continuation: string) => stream(shown, continuation).at(-1);

describe("an answer that was cut", () => {
  test.each([
    ["goes on after a whole word", "We open at nine ", "in the morning.", "We open at nine in the morning."],
    ["completes a half word", "The pri", "price is 5 euro.", "The price is 5 euro."],
    ["completes a half number", "It costs 3.", "3.50 euro.", "It costs 3.50 euro."],
    ["completes a half address", "See https://exam", "https://example.com/a.", "See https://example.com/a."],
    ["puts the space that is missing", "Yes, we do.", "Just bring it in.", "Yes, we do. Just bring it in."],
    ["puts none before a comma", "Our hours are long,", ", as you know", "Our hours are long,, as you know"],
    [
      "keeps the paragraph the model begins",
      "That is all.",
      "\n\nAnything else?",
      "That is all.\n\nAnything else?",
    ],
    ["keeps a list", "We have:\n- tea\n- cof", "coffee\n- milk", "We have:\n- tea\n- coffee\n- milk"],
    ["joins scripts without spaces", "営業時間は", "九時からです。", "営業時間は九時からです。"],
    ["joins Thai", "เปิดเวลา", "เก้าโมงเช้า", "เปิดเวลาเก้าโมงเช้า"],
    [
      "says once what is repeated",
      "You can return it within 30 days. Please keep the",
      "Please keep the receipt.",
      "You can return it within 30 days. Please keep the receipt.",
    ],
    [
      "says once what is said again from the beginning",
      "You can return it within 30",
      "You can return it within 30 days.",
      "You can return it within 30 days.",
    ],
    [
      "begins a paragraph after the last whole sentence where the model begins anew",
      "You can return it. We open at nine in the",
      "Our shop opens at nine.",
      "You can return it.\n\nOur shop opens at nine.",
    ],
    [
      "is replaced where there is no whole sentence to keep",
      "We open at nine in the",
      "Nine to five, every day.",
      "Nine to five, every day.",
    ],
    [
      "keeps a name that begins with a capital",
      "The train to ",
      "Berlin leaves at 9.",
      "The train to Berlin leaves at 9.",
    ],
    ["does not open a code block twice", "Run:\n```sh\nnpm ", "```sh\nci\n```", "Run:\n```sh\nnpm ci\n```"],
    ["does not take a longer word for a repetition", "A ", "Apple a day.", "A Apple a day."],
    ["is whole as it is when nothing is added", "All done.", "", "All done."],
  ])("%s", (_, shown, continuation, whole) => {
    expect(join(shown, continuation)).toBe(whole);
  });

  test("is told without its half word, so that the model says the word again", () => {
    expect(createSeam("We open at ni").prefix).toBe("We open at ");
    expect(createSeam("It is 20").prefix).toBe("It is ");
    expect(createSeam("It is done.").prefix).toBe("It is done.");
    expect(createSeam("営業時間は九").prefix).toBe("営業時間は九");
  });
});

// Words that come once each: what is said twice on purpose looks like what a model says again.
const text = fc
  .tuple(
    fc.uniqueArray(fc.stringMatching(/^[a-zäöüé]{1,9}$/), { minLength: 3, maxLength: 40 }),
    fc.array(fc.constantFrom(" ", " ", " ", ", ", ". ", ".\n\n", ".\n- "), { minLength: 40, maxLength: 40 }),
  )
  .map(
    ([words, gaps]) =>
      `${words.map((word, index) => `${index === 0 ? "" : (gaps[index] ?? " ")}${word}`).join("")}.`,
  );
const flat = (value: string) => value.replace(/\s+/g, " ").trim();

function sayLastSentenceAgain(whole: string, prefix: string): string {
  const start = prefix.trimEnd().lastIndexOf(". ") + 2;
  return whole.slice(start > 1 && prefix.trimEnd().length - start >= 4 ? start : prefix.length);
}

describe("wherever it is cut", () => {
  /** Ways in which an attentive model goes on from what it was told it said. */
  const ways = fc.constantFrom<(whole: string, prefix: string) => string>(
    (whole, prefix) => whole.slice(prefix.length),
    (whole, prefix) => whole.slice(prefix.length).trimStart(),
    (whole, prefix) => ` ${whole.slice(prefix.length).trimStart()}`,
    (whole) => whole,
    sayLastSentenceAgain,
  );

  test("the whole text is what would have been said, and it only grows", () => {
    fc.assert(
      fc.property(text, fc.nat(), ways, fc.integer({ min: 1, max: 9 }), (whole, at, way, size) => {
        const shown = whole.slice(0, 1 + (at % whole.length));
        const { prefix } = createSeam(shown);
        const texts = stream(shown, way(whole, prefix), size);
        expect(flat(texts.at(-1) ?? "")).toBe(flat(whole));
        for (const [index, one] of texts.entries()) expect(one.startsWith(texts[index - 1] ?? "")).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("any two texts join without an error, keep the continuation's words and only grow", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (shown, continuation) => {
        const texts = stream(shown, continuation, 2);
        const last = texts.at(-1) ?? "";
        expect(last.endsWith(continuation.trim() === "" ? shown : continuation.trimStart())).toBe(true);
        for (const [index, one] of texts.entries()) expect(one.startsWith(texts[index - 1] ?? "")).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
