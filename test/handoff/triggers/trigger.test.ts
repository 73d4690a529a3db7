import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decideTrigger,
  usualTriggers,
  type TriggerPolicy,
  type TriggerSignals,
} from "../../../src/handoff/triggers/trigger.ts";

const kindOf = (signals: TriggerSignals, policy: Partial<TriggerPolicy> = {}) =>
  decideTrigger(signals, { ...usualTriggers, ...policy }).kind;
const evidenceOf = (signals: TriggerSignals, policy: Partial<TriggerPolicy> = {}) => {
  const decided = decideTrigger(signals, { ...usualTriggers, ...policy });
  return decided.kind === "none" ? undefined : decided.evidence;
};
const share = fc.double({ min: 0, max: 1, noNaN: true });

describe("a person is brought in (R56, R58, R156, R157, R162, R163, R170)", () => {
  it("below a confidence of 0.7, not at it, and only after a question back", () => {
    expect(evidenceOf({ confidence: 0.69, askedBack: true })).toEqual({
      rule: "confidence",
      value: 0.69,
      threshold: 0.7,
    });
    expect(kindOf({ confidence: 0.7, askedBack: true })).toBe("none");
    expect(kindOf({ confidence: 0.69, askedBack: false })).toBe("none");
    fc.assert(
      fc.property(share, share, fc.boolean(), (confidence, minConfidence, askedBack) => {
        const expected = askedBack && confidence < minConfidence ? "escalate" : "none";
        expect(kindOf({ confidence, askedBack }, { minConfidence })).toBe(expected);
      }),
    );
  });

  it("when two of the last three messages are below a sentiment of 0.3: one may be a joke", () => {
    expect(kindOf({ sentiments: [0] })).toBe("none");
    expect(kindOf({ sentiments: [0.5, 0.1] })).toBe("none");
    expect(kindOf({ sentiments: [0.1, 0.1, 0.6, 0.6] })).toBe("none");
    expect(kindOf({ sentiments: [0.1, 0.3] })).toBe("none");
    expect(evidenceOf({ sentiments: [0.6, 0.1, 0.5, 0.29] })).toEqual({
      rule: "sentiment",
      value: 0.29,
      threshold: 0.3,
    });
    fc.assert(
      fc.property(fc.array(share, { maxLength: 6 }), share, (sentiments, minSentiment) => {
        const low = sentiments.slice(-3).filter((value) => value < minSentiment).length;
        expect(kindOf({ sentiments }, { minSentiment })).toBe(low >= 2 ? "escalate" : "none");
      }),
    );
  });

  it("after as many failures in a row as are allowed, two by default, and never where none count", () => {
    expect(kindOf({ failures: 1 })).toBe("none");
    expect(evidenceOf({ failures: 2 })).toEqual({ rule: "repeated failure", value: 2, threshold: 2 });
    expect(kindOf({ failures: 9 }, { failures: 0 })).toBe("none");
  });

  it("in words after ten of their messages and each ten more; at once after more than ten where that is chosen", () => {
    expect(kindOf({ turns: { before: 8, after: 9 } })).toBe("none");
    expect(kindOf({ turns: { before: 9, after: 10 } })).toBe("offer");
    expect(kindOf({ turns: { before: 10, after: 11 } })).toBe("escalate");
    expect(kindOf({ turns: { before: 9, after: 10 } }, { longTalk: "offer" })).toBe("offer");
    expect(kindOf({ turns: { before: 10, after: 11 } }, { longTalk: "offer" })).toBe("none");
    expect(kindOf({ turns: { before: 18, after: 21 } }, { longTalk: "offer" })).toBe("offer");
    expect(kindOf({ turns: { before: 9, after: 30 } }, { longTalk: "off" })).toBe("none");
  });

  it("when a payment failed, and when the classifier is sure of a complaint or a request", () => {
    expect(kindOf({ paymentFailed: true })).toBe("escalate");
    expect(kindOf({ paymentFailed: true }, { payment: false })).toBe("none");
    const understood = (confidence: number) => [{ intent: "human", handling: "human", confidence } as const];
    expect(kindOf({ understood: understood(0.7) })).toBe("escalate");
    expect(kindOf({ understood: understood(0.69) })).toBe("none");
    expect(
      evidenceOf({ understood: [{ intent: "complaint", handling: "complaint", confidence: 0.9 }] }),
    ).toEqual({ rule: "complaint", value: 0.9, threshold: 0.7 });
  });

  it("of the queue that a rule of the company names, before all but safety", () => {
    const rules = [{ phrases: ["invoice"], intents: ["billing"], queue: "billing" }];
    const said = ["I want to talk to a human about my invoice"];
    expect(decideTrigger({ said }, { ...usualTriggers, rules })).toMatchObject({ queue: "billing" });
    expect(decideTrigger({ said }, usualTriggers)).toMatchObject({ queue: "general_support" });
    expect(kindOf({ said: ["my invoice makes me want to kill myself"] }, { rules })).toBe("safety");
    const meant = [{ intent: "billing", handling: "question", confidence: 0.8 } as const];
    expect(evidenceOf({ understood: meant }, { rules })).toMatchObject({ rule: "handoff.rules 1" });
    const unsure = [{ intent: "billing", handling: "question", confidence: 0.69 } as const];
    expect(kindOf({ understood: unsure }, { rules })).toBe("none");
  });

  it("for each human and agent where the company took the strict rule", () => {
    expect(kindOf({ said: ["a travel agent"] })).toBe("none");
    expect(kindOf({ said: ["a travel agent"] }, { asked: "strict" })).toBe("escalate");
    expect(kindOf({ said: ["I want to talk to a human"] }, { asked: "off" })).toBe("none");
  });

  it("with evidence that never has the person's words", () => {
    const said = ["I want to talk to a human about Xyzzy"];
    const rules = [{ phrases: ["xyzzy"], queue: "general_support" }];
    expect(JSON.stringify(decideTrigger({ said }, usualTriggers))).not.toMatch(/xyzzy/i);
    expect(JSON.stringify(decideTrigger({ said }, { ...usualTriggers, rules }))).not.toMatch(/xyzzy/i);
  });
});
