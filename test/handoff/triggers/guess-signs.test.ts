import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fingerprint } from "../../../bench/eval/signs/fingerprint.ts";
import { readHeldOut, setLanguages } from "../../../bench/eval/signs/read-signs-set.ts";
import { bankQuestions, countSign } from "../../../bench/eval/signs-table.ts";
import { loadSignGuesser, parseSignModel } from "../../../src/handoff/triggers/sign-model.ts";
import { decideTrigger, usualTriggers } from "../../../src/handoff/triggers/trigger.ts";

const guesser = await loadSignGuesser();
const { lookedAt, unseen } = readHeldOut();

describe("what a classifier makes of words that no pattern has (R156, R162)", () => {
  it("is weighed on 60 who ask for a person and 120 others in each of four languages", () => {
    for (const language of setLanguages) {
      const own = [...lookedAt, ...unseen].filter((example) => example.language === language);
      expect(own.filter(({ sign }) => sign === "asks for a person").length).toBeGreaterThanOrEqual(60);
      expect(own.filter(({ sign }) => sign === undefined).length).toBeGreaterThanOrEqual(120);
    }
  });

  it.each([
    ["asks for a person", 0.72, 0.97],
    ["complaint", 0.65, 0.98],
    ["payment failed", 0.72, 0.95],
    ["upset", 0.45, 0.98],
  ] as const)(
    "is %s in most messages that say it in a way nobody wrote down, hardly ever by mistake",
    (sign, recall, precision) => {
      const { meant, right, wrong } = countSign(unseen, sign);
      expect(right / meant).toBeGreaterThanOrEqual(recall);
      expect(right / (right + wrong)).toBeGreaterThanOrEqual(precision);
    },
  );

  it("is none of it in real questions to a bank", () => {
    const questions = bankQuestions();
    expect(countSign(questions, "asks for a person").wrong).toBeLessThanOrEqual(6);
    expect(countSign(questions, "complaint").wrong).toBeLessThanOrEqual(1);
  });

  it("is none of it in a few words that only look like some of it", () => {
    for (const text of [
      "order 12345",
      "no order",
      "put it down",
      "anybody there?",
      "answer",
      "the page was not found",
      "Entschuldigung, kannst du das noch mal?",
    ])
      expect(
        guesser.measure(text).filter(({ score, threshold }) => score >= threshold),
        text,
      ).toEqual([]);
  });

  it("was learnt from what stands in its files", () => {
    const file = new URL("../../../src/handoff/triggers/sign-weights.txt", import.meta.url);
    expect(readFileSync(file, "utf8")).toContain(`learnt from ${fingerprint()}\n`);
  });

  it("is between 0 and 1 whatever stands in a message, and the same for the same message", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 3_000, unit: "grapheme" }), (text) => {
        const guesses = guesser.measure(text);
        for (const { score } of guesses) expect(score >= 0 && score <= 1).toBe(true);
        expect(guesser.measure(text)).toEqual(guesses);
      }),
      { numRuns: 50 },
    );
  });

  it("is told with its score and threshold, never with the words, and not where requests are off", () => {
    const said = ["is there anybody alive on the other end"];
    const guesses = [{ sign: "asks for a person", score: 0.912, threshold: 0.85 }] as const;
    expect(decideTrigger({ said, guesses }, usualTriggers)).toEqual({
      kind: "escalate",
      reason: "asked for a human",
      evidence: { rule: "asked for a human: classifier", value: 0.91, threshold: 0.85 },
      queue: "general_support",
    });
    expect(decideTrigger({ said, guesses: [{ ...guesses[0], score: 0.84 }] }, usualTriggers).kind).toBe(
      "none",
    );
    expect(decideTrigger({ said, guesses }, { ...usualTriggers, asked: "off" }).kind).toBe("none");
    const complaint = [{ sign: "complaint", score: 0.9, threshold: 0.75 }] as const;
    expect(decideTrigger({ said, guesses: complaint }, { ...usualTriggers, complaint: false }).kind).toBe(
      "none",
    );
    const payment = [{ sign: "payment failed", score: 0.9, threshold: 0.75 }] as const;
    expect(decideTrigger({ said, guesses: payment }, usualTriggers)).toMatchObject({
      reason: "a payment failed",
    });
  });

  it("is refused where its file is not what it should be", () => {
    expect(() => parseSignModel("kind\tperson\tmuch")).toThrow("sign weights");
    expect(() => parseSignModel("pair\tperson nobody\t1\t2\t3\t4")).toThrow("not known");
  });
});
