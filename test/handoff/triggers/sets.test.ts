import { describe, expect, it } from "vitest";
import { allSigns, triggerSets, weighSign } from "../../../bench/eval/read-trigger-set.ts";
import { decideTrigger, usualTriggers } from "../../../src/handoff/triggers/trigger.ts";

const messages = [...triggerSets.heldOut, ...triggerSets.fresh];

describe("messages that bring people by themselves (R156, R157, R162)", () => {
  it("are weighed in four languages, at least 30 in each, near misses among them", () => {
    for (const language of ["en", "de", "es", "fr"]) {
      const own = messages.filter((message) => message.language === language);
      expect(own.length).toBeGreaterThanOrEqual(30);
      expect(own.filter(({ sign }) => sign === undefined).length).toBeGreaterThanOrEqual(10);
    }
  });

  it.each(allSigns)("say %s in 90 of 100 who mean it, and never by mistake", (sign) => {
    const { meant, right, wrong } = weighSign(messages, sign);
    expect(wrong).toEqual([]);
    expect(right / meant).toBeGreaterThanOrEqual(0.9);
  });

  it("bring people for a payment that somebody says has failed, not for a question about it", () => {
    expect(
      decideTrigger({ said: ["meine Karte wurde beim Bezahlen abgelehnt"] }, usualTriggers),
    ).toMatchObject({
      kind: "escalate",
      evidence: { rule: "payment failed", value: "de" },
    });
    for (const said of ["why was my card declined?", "what happens if my payment fails?"])
      expect(decideTrigger({ said: [said] }, usualTriggers)).toEqual({ kind: "none" });
    expect(decideTrigger({ said: ["my payment failed"] }, { ...usualTriggers, payment: false })).toEqual({
      kind: "none",
    });
  });
});
