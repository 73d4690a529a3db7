import fc from "fast-check";
import { expect, test } from "vitest";
import { agentSettings } from "../../src/agent/agent-settings.ts";
import { createMemoryWindow } from "../../src/agent/memory.ts";
import { decideRolling } from "../../src/agent/rolling-summary.ts";
import type { SpokenMessage } from "../../src/core/agent.ts";

const window = createMemoryWindow(agentSettings.parse({ window: 10 }));
const talk = (count: number): SpokenMessage[] =>
  Array.from({ length: count }, (_, index) => ({
    role: index % 2 === 0 ? "user" : "assistant",
    text: `${index}`,
  }));

test("R233: what leaves the window is summarized six messages at a time, never one by one", () => {
  for (let count = 0; count < 16; count += 1) expect(decideRolling(talk(count), window)).toEqual([]);
  expect(decideRolling(talk(16), window)).toEqual(talk(16).slice(0, 6));
});

test("R233: however long a talk becomes, one call is made for six of its messages", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 200 }), (count) => {
      let covered = 0;
      let calls = 0;
      for (let said = 1; said <= count; said += 1) {
        const left = decideRolling(talk(said).slice(covered), window);
        if (left.length > 0) calls += 1;
        covered += left.length;
      }
      expect(calls).toBe(Math.floor(Math.max(0, count - 10) / 6));
    }),
    { numRuns: 40 },
  );
});
