import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTalk, type Talk } from "../support/talk.ts";

let talk: Talk;
beforeAll(async () => {
  // Some 1 500 tokens of answer at gpt-4o-mini's price are a tenth of a cent: two calls fit, a third does not.
  talk = await openTalk({
    env: { AI_MAX_COST_PER_DAY: "0.0025", AI_COST_ALERT_THRESHOLD: "0.0000001" },
    files: {
      "config/prices.yaml":
        "prices: [{ model: gpt-4o-mini, inputPer1k: 0.00015, outputPer1k: 0.0006, asOf: 2025-04-14 }]",
    },
  });
});
afterAll(() => talk.stop());

const manyWords = "with many words ".repeat(100);

describe("the money of a day (R240, R241)", () => {
  it("is asked for before a model is, alerts once, and ends in a person instead of silence", async () => {
    const answers: string[] = [];
    for (let number = 1; answers.every((words) => words.includes("You wrote")); number += 1) {
      if (number > 200) throw new Error("the limit was never reached");
      const root = await talk.say(`@baton question ${number} ${manyWords}`);
      answers.push(...(await talk.answers(root)));
    }
    const before = talk.model.counts().requests;
    const root = await talk.say(`@baton and now? ${manyWords}`);
    const [words = ""] = await talk.answers(root);
    expect(words).not.toContain("You wrote");
    expect(talk.model.counts().requests).toBe(before);
    const said = (what: string) => talk.lines.filter((line) => line.includes(what));
    expect(said("threshold crossed")).toHaveLength(1);
    expect(said("limit reached")).toHaveLength(1);
  }, 120_000);
});
