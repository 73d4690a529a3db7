import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decideBackground } from "../../src/core/background.ts";

const facts = fc.record({
  state: fc.constantFrom("waiting", "running" as const),
  attempts: fc.integer({ min: 0, max: 5 }),
  effect: fc.constantFrom("read", "write" as const),
  repeatable: fc.boolean(),
  isOurs: fc.boolean(),
});

describe("a call nobody works on", () => {
  test("begins only while the bot has the conversation, and a write that may have happened only under its key", () => {
    fc.assert(
      fc.property(facts, (call) => {
        const { kind } = decideBackground(call);
        if (!call.isOurs) expect(kind).not.toBe("run");
        const mayHaveHappened = call.state === "running" && call.effect === "write";
        if (mayHaveHappened && !call.repeatable) expect(kind).toBe("uncertain");
        // Whoever says that nothing happened must know it.
        if (kind === "stand down" || kind === "give up") expect(mayHaveHappened).toBe(false);
      }),
    );
  });

  test("is not tried for ever", () => {
    const broken = { state: "running", attempts: 3, repeatable: true, isOurs: true } as const;
    expect(decideBackground({ ...broken, effect: "read" })).toEqual({ kind: "give up" });
    expect(decideBackground({ ...broken, effect: "write" })).toEqual({ kind: "uncertain" });
  });
});
