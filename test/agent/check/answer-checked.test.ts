import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkNow, checkScenes, linesOf } from "../../../bench/eval/check-set.ts";
import { createAnswerCheck } from "../../../src/agent/check/answer-check.ts";
import { answerChecked, type CheckedTry } from "../../../src/agent/check/answer-checked.ts";
import { createBusinessRules } from "../../../src/agent/check/business-rules.ts";
import { cutSentences, cutStart } from "../../../src/agent/check/cut-sentences.ts";
import { createLeakFinder } from "../../../src/agent/check/find-leak.ts";

const rules = createBusinessRules({
  forbidden: [],
  required: [{ when: ["refund"], line: "Terms apply." }],
  facts: [],
});

const unknownLine = "I don't know that for certain, and I'd rather not guess. A person can help you with it.";
const partlyUnknownLine = "I don't have confirmed information on the rest; a person can help you with it.";

function aCheck() {
  return createAnswerCheck({
    rules,
    leaks: createLeakFinder({ instructions: [] }),
    evidence: {
      toolResults: ['{"title":"Barbie","time":"19:30","price":12.5}'],
      acted: false,
      sources: [],
      facts: [],
      earlier: [],
      said: [],
      now: checkNow,
    },
  });
}

/** A model that says its texts in turn, in pieces. */
async function play(tries: readonly string[], size = 7, { gone = false } = {}) {
  const shown: string[] = [];
  const asked: CheckedTry[] = [];
  const answer = await answerChecked(
    aCheck(),
    async (turn) => {
      const text = tries[asked.length] ?? "";
      asked.push(turn);
      if (gone && asked.length > 1) return undefined;
      for (let at = size; at < text.length; at += size) turn.onText(text.slice(0, at));
      return text;
    },
    (text) => shown.push(text),
  );
  return { answer, shown, asked };
}

describe("a checked answer", () => {
  test("one that rests on what was given is said as it is, and the model is asked once", async () => {
    const { answer, asked, shown } = await play(["Barbie plays at 7:30 pm. It costs $12.50."]);
    expect(answer).toEqual({ body: "Barbie plays at 7:30 pm. It costs $12.50.", isCertain: true, held: [] });
    expect(asked).toHaveLength(1);
    expect(shown.at(-1)).toBe(answer.body);
  });

  test("one with an invention goes on from what stands, and reads as one answer", async () => {
    const { answer, asked } = await play([
      "Barbie plays at 7:30 pm. It costs $9. Bye!",
      "It costs $12.50 a seat.",
    ]);
    expect(answer).toMatchObject({
      body: "Barbie plays at 7:30 pm. It costs $12.50 a seat.",
      isCertain: true,
    });
    expect(asked[1]).toMatchObject({ shown: "Barbie plays at 7:30 pm. " });
    expect(asked[1]?.instruction).toContain("$9");
  });

  test("what is invented twice is left out, and a person is offered", async () => {
    const { answer } = await play(["Barbie plays at 7:30 pm. It costs $9.", "It costs $8. Enjoy the movie!"]);
    expect(answer.body).toBe(`Barbie plays at 7:30 pm. Enjoy the movie!\n\n${partlyUnknownLine}`);
    expect(answer.isCertain).toBe(false);
    expect(answer.held).toHaveLength(2);
  });

  test("nothing but inventions ends with not knowing", async () => {
    const { answer, shown } = await play(["It costs $9.", "It costs $8."]);
    expect(answer).toMatchObject({ body: unknownLine, isCertain: false });
    expect(new Set(shown)).toEqual(new Set(["It", ""]));
  });

  test("a greeting that was shown stays above not knowing", async () => {
    const { answer, shown } = await play(["", "Hello! I found 2 movies for tonight."], 1);
    expect(shown).toContain("Hello!");
    expect(answer).toMatchObject({ body: `Hello!\n\n${unknownLine}`, isCertain: false });
  });

  test("required lines come last, also behind a second try", async () => {
    const { answer } = await play(["You can get a refund. It takes 9 days.", "Ask us about the details."]);
    expect(answer.body).toBe("You can get a refund. Ask us about the details.\n\nTerms apply.");
  });

  test("where there is no other answer, what was held is left out of the first one", async () => {
    const { answer } = await play(["Barbie plays at 7:30 pm. It costs $9."], 7, { gone: true });
    expect(answer).toMatchObject({
      body: `Barbie plays at 7:30 pm.\n\n${partlyUnknownLine}`,
      isCertain: false,
      held: [{ why: "claim" }],
    });
  });

  test("whatever the model says, whole sentences that were shown stay, and words of open ones claim nothing", async () => {
    const lines = Object.values(checkScenes).flatMap((scenes) =>
      scenes.flatMap(({ fine, invented }) => [...linesOf(fine), ...linesOf(invented)]),
    );
    const text = fc
      .array(fc.tuple(fc.constantFrom(...lines), fc.constantFrom(" ", "\n", "\n\n", "")), { maxLength: 6 })
      .map((parts) => parts.map((part) => part.join("")).join(""));
    await fc.assert(
      fc.asyncProperty(text, text, fc.integer({ min: 1, max: 40 }), async (one, two, size) => {
        const { answer, shown, asked } = await play([one, two], size);
        expect(asked.length).toBeLessThanOrEqual(2);
        for (const each of shown) {
          const whole = cutSentences(each, cutStart, false)
            .sentences.map((sentence) => sentence.text)
            .join("");
          expect(answer.body.startsWith(whole.trim())).toBe(true);
          const open = answer.body.startsWith(each.trim()) ? "" : each.slice(whole.length);
          expect(open).not.toMatch(/[\d$€%]|https?:/u);
        }
        expect(answer.body.startsWith(shown.at(-1)?.trim() ?? "")).toBe(true);
        expect(answer.body.trim().length).toBeGreaterThan(10);
      }),
      { numRuns: 60 },
    );
  });
});
