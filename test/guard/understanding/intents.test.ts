import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { areaUnderRoc, calibrationError } from "../../../bench/eval/measures.ts";
import { firstOfEach, intentsOf, readBanking } from "../../../bench/eval/read-banking.ts";
import { createIntentClassifier } from "../../../src/guard/understanding/intent-classifier.ts";
import { parseModelBytes, toModelBytes } from "../../../src/guard/understanding/intent-model-bytes.ts";
import { trainIntents } from "../../../src/guard/understanding/train-intents.ts";

const train = readBanking("train");
const asked = readBanking("test");
const names = intentsOf(train);

describe("intents learnt from the first ten examples of BANKING77", () => {
  const classifier = createIntentClassifier(trainIntents({ examples: firstOfEach(train, names, 10) }));
  const judged = asked.map(({ text, intent }) => {
    const { confidence, candidates } = classifier.classify(text);
    return { confidence, isRight: candidates[0]?.intent === intent };
  });

  test("at least 72 of 100 unseen questions are understood", () => {
    expect(asked).toHaveLength(3_080);
    expect(judged.filter(({ isRight }) => isRight).length / judged.length).toBeGreaterThanOrEqual(0.72);
  });

  test("confidence says how often a guess is right", () => {
    expect(calibrationError(judged)).toBeLessThan(0.07);
    const around = judged.filter(({ confidence }) => confidence >= 0.6 && confidence < 0.8);
    expect(around.filter(({ isRight }) => isRight).length / around.length).toBeCloseTo(0.7, 0.8);
  });
});

describe("a classifier of twenty intents", () => {
  const known = names.slice(0, 20);
  const examples = firstOfEach(train, known, 10);
  const model = trainIntents({ examples });
  const classifier = createIntentClassifier(model);

  test("tells questions it knows from questions of intents it never saw", () => {
    const belongings = (isKnown: boolean): number[] =>
      asked
        .filter(({ intent }, at) => at % 3 === 0 && known.includes(intent) === isKnown)
        .map(({ text }) => classifier.classify(text).belonging);
    expect(areaUnderRoc(belongings(true), belongings(false))).toBeGreaterThan(0.78);
  });

  test("is the same every time it is trained on the same examples", () => {
    expect(toModelBytes(trainIntents({ examples }))).toEqual(toModelBytes(model));
  });

  test("is small as a file and answers the same after it", () => {
    const bytes = toModelBytes(model);
    expect(bytes.byteLength).toBeLessThan(200_000);
    // A part of a larger buffer, at an odd address, as a file reader may hand it over.
    const shifted = new Uint8Array(bytes.byteLength + 1);
    shifted.set(bytes, 1);
    const restored = createIntentClassifier(parseModelBytes(shifted.subarray(1)));
    const some = asked.filter((_, at) => at % 20 === 0);
    const same = some.filter(
      ({ text }) =>
        restored.classify(text).candidates[0]?.intent === classifier.classify(text).candidates[0]?.intent,
    );
    expect(same.length / some.length).toBeGreaterThan(0.97);
  });

  test("refuses a file that is cut off, too long or something else", () => {
    const bytes = toModelBytes(model);
    expect(() => parseModelBytes(bytes.subarray(0, -1))).toThrow(/cut off/);
    expect(() => parseModelBytes(new Uint8Array([...bytes, 0]))).toThrow(/too long/);
    expect(() => parseModelBytes(new TextEncoder().encode("not a model at all"))).toThrow(/./);
  });

  test("shares its certainty out: candidates are ranked and sum to at most one", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const { confidence, belonging, candidates } = classifier.classify(text);
        const shares = candidates.map((each) => each.confidence);
        expect(shares).toEqual(shares.toSorted((a, b) => b - a));
        expect(shares.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(1.000_01);
        for (const value of [confidence, belonging]) expect(value >= 0 && value <= 1).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe("training on very little", () => {
  test("without examples nothing is ever guessed", () => {
    expect(createIntentClassifier(trainIntents({ examples: [] })).classify("hello").intent).toBeUndefined();
  });

  test("a single intent is told from what is unlike it", () => {
    const examples = ["Where is my order?", "Track my parcel"].map((text) => ({ text, intent: "order" }));
    const classifier = createIntentClassifier(trainIntents({ examples }));
    expect(classifier.classify("where is my order").intent).toBe("order");
    expect(classifier.classify("xylophone").intent).toBeUndefined();
  });

  test("an example without a word is passed over", () => {
    const examples = [
      { text: "👍", intent: "empty" },
      { text: "Where is my order?", intent: "order" },
      { text: "cancel the order", intent: "cancel" },
    ];
    expect(createIntentClassifier(trainIntents({ examples })).classify("cancel the order").intent).toBe(
      "cancel",
    );
  });
});
