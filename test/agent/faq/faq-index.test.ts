import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { faqFile } from "../../../src/agent/faq/faq-file.ts";
import { createFaqIndex } from "../../../src/agent/faq/faq-index.ts";

const folder = new URL("../../../config/faq/", import.meta.url);
const indexOf = (slug: string) =>
  createFaqIndex(faqFile.parse(parseYaml(readFileSync(new URL(`${slug}.yaml`, folder), "utf8"))));

/** Other ways to ask what the companies have answers for, and a word of the right answer. */
const paraphrases: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  cinema: [
    ["Can I park my car there?", "validated"],
    ["is parking free", "validated"],
    ["How long do refunds take?", "3–5 days"],
    ["may I bring my own drinks", "outside"],
    ["do you have popcorn", "foyer"],
    ["Are children allowed?", "under 12"],
    ["is there a discount for seniors", "under 12"],
    ["is it wheelchair accessible", "step-free"],
    ["do you have an elevator?", "step-free"],
    ["When do you open tomorrow?", "thirty minutes"],
  ],
  catering: [
    ["are you closed on mondays?", "Tuesday to Sunday"],
    ["what's the smallest group size", "10 to 500"],
    ["do you take a deposit?", "50%"],
    ["Is there vegetarian food?", "tofu"],
    ["do you bring the grill yourselves", "We bring the grill"],
    ["is your food gluten free?", "tamari"],
    ["do you cook without nuts", "nuts"],
  ],
  support: [
    ["what's your return policy", "30 days"],
    ["can I return an item", "30 days"],
    ["how much is shipping?", "three to five days"],
    ["do you deliver abroad", "three to five days"],
    ["I forgot my passwords", "sign-in page"],
    ["what are the opening hours", "around the clock"],
    ["can I pay with PayPal?", "bank transfer"],
    ["which payment methods are there?", "bank transfer"],
  ],
};

/** Nothing any of them has an answer for, though words of it stand in their questions. */
const strangers = [
  "What is the capital of France?",
  "How much is a helicopter?",
  "Is there a doctor in the house?",
  "Who won the match yesterday?",
  "Can I open a bank account?",
  "Do you sell used cars?",
  "How do I cook rice?",
  "Tell me a joke",
  "What is the price of gold?",
  "How do I return a value from a function?",
  "Can I eat my laptop?",
  "Do you have an opinion on politics?",
  "I forgot my umbrella",
  "How long does a flight to Rome take?",
  "Is there life on Mars?",
  "Do I have to pay taxes?",
  "Is the museum open?",
  "Can my dog vote?",
  "qwertz uiop",
  "???",
];

describe("written answers", () => {
  it.each(Object.keys(paraphrases))(
    "of %s are found for most other ways to ask, and never a wrong one",
    (slug) => {
      const index = indexOf(slug);
      const asked = paraphrases[slug] ?? [];
      const found = asked.map(([text, words]) => ({ words, answer: index.find(text, "en")?.answer }));
      for (const { words, answer } of found) if (answer !== undefined) expect(answer).toContain(words);
      const share = found.filter(({ answer }) => answer !== undefined).length / asked.length;
      expect(share).toBeGreaterThanOrEqual(0.6);
    },
  );

  it.each(Object.keys(paraphrases))("of %s are not given to what they do not answer", (slug) => {
    const index = indexOf(slug);
    expect(strangers.filter((text) => index.find(text, "en") !== undefined)).toEqual([]);
  });

  it("are found by each of their own questions, with their source", () => {
    const file = faqFile.parse(parseYaml(readFileSync(new URL("support.yaml", folder), "utf8")));
    const index = createFaqIndex(file);
    for (const { questions, answer, source } of file.faq)
      for (const question of questions)
        expect(index.find(question, "en")).toMatchObject({ answer, citations: [source] });
  });

  it("come in the person's language where they are written in it", () => {
    const index = indexOf("support");
    expect(index.find("Wie kann ich etwas zurückgeben?", "de")?.answer).toContain("innerhalb von 30 Tagen");
    expect(index.find("What is your return policy?", "de")?.answer).toContain("innerhalb von 30 Tagen");
    expect(index.find("What is your return policy?", "fr")?.answer).toContain("within 30 days");
  });

  it("are found in Thai, which writes no spaces", () => {
    const file = faqFile.parse({
      faq: [
        { questions: ["เปิดกี่โมง", "ร้านเปิดเวลาไหน"], answer: "ร้านเปิดเก้าโมงเช้าทุกวัน" },
        { questions: ["คืนสินค้าได้ไหม"], answer: "คืนสินค้าได้ภายในสามสิบวัน" },
      ],
    });
    expect(createFaqIndex(file).find("ร้านเปิดกี่โมงครับ", "th")?.answer).toContain("เก้าโมง");
  });

  it("never throw, whatever is asked", () => {
    const index = indexOf("support");
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const score = index.find(text, "en")?.score ?? 1;
        expect(score).toBeGreaterThan(0);
        expect(score).toBeLessThanOrEqual(1.000001);
      }),
    );
  });

  it("that are no answers are refused when the file is read (R69)", () => {
    const read = (answer: string) => faqFile.safeParse({ faq: [{ questions: ["Why?"], answer }] }).success;
    expect(read("Because it is so.")).toBe(true);
    expect(read("Because.")).toBe(false);
    expect(read("I'm not sure about that one")).toBe(false);
  });
});
