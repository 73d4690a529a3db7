import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkNow, checkScenes, linesOf } from "../../../bench/eval/check-set.ts";
import { createAnswerCheck, partlyUnknownLine, unknownLine } from "../../../src/agent/check/answer-check.ts";
import { answerChecked, type CheckedTry } from "../../../src/agent/check/answer-checked.ts";
import { parseBusinessRules } from "../../../src/agent/check/business-rules.ts";

const rules = parseBusinessRules({ required: [{ when: ["refund"], line: "Terms apply." }] }, "rules.yaml");

function aCheck() {
  return createAnswerCheck({
    rules,
    guarded: { instructions: [] },
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
async function play(tries: readonly string[], size = 7) {
  const shown: string[] = [];
  const asked: CheckedTry[] = [];
  const answer = await answerChecked(
    aCheck(),
    async (turn) => {
      const text = tries[asked.length] ?? "";
      asked.push(turn);
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
    expect(shown).toEqual([]);
  });

  test("required lines come last, also behind a second try", async () => {
    const { answer } = await play(["You can get a refund. It takes 9 days.", "Ask us about the details."]);
    expect(answer.body).toBe("You can get a refund. Ask us about the details.\n\nTerms apply.");
  });

  test("whatever the model says, what was shown only grows and is the beginning of the answer", async () => {
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
        for (const [at, each] of shown.entries()) expect(each.startsWith(shown[at - 1] ?? "")).toBe(true);
        expect(answer.body.startsWith(shown.at(-1)?.trim() ?? "")).toBe(true);
        expect(answer.body.trim().length).toBeGreaterThan(10);
      }),
      { numRuns: 60 },
    );
  });
});
