import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createHotMemory } from "../../src/agent/hot-memory.ts";
import { createMemoryWindow, decideLength } from "../../src/agent/memory.ts";
import {
  decideRolling,
  rollSummary,
  type NumberedMessage,
  type Summary,
} from "../../src/agent/rolling-summary.ts";
import type { SpokenMessage } from "../../src/core/agent.ts";
import { parseId, type ContactId, type ConversationId } from "../../src/core/ids.ts";
import { createMemoryFastState } from "../../src/store/memory-fast-state.ts";

const minute = 60_000;
const said: readonly SpokenMessage[] = [
  { role: "user", text: "My order is A-1042", name: "Ana" },
  { role: "assistant", text: "It is on its way." },
];
const contactId = parseId<ContactId>("00000000-0000-4000-8000-000000000003");
const conversationId = parseId<ConversationId>("00000000-0000-4000-8000-000000000002");

/** Turns letters around, and opens only what it sealed for the same purpose. */
const turn = (text: string) => Buffer.from(text).map((byte) => byte ^ 0x55);
const seal = {
  seal: (purpose: string, text: string) => Buffer.from(turn(`${purpose}\n${text}`)),
  open: (purpose: string, sealed: Uint8Array) => {
    const text = Buffer.from(sealed.map((byte) => byte ^ 0x55)).toString();
    if (!text.startsWith(`${purpose}\n`)) throw new Error("not ours");
    return text.slice(purpose.length + 1);
  },
};
const owner = { contactId, conversationId, seal };

function aMemory() {
  let now = 0;
  let loads = 0;
  const fast = createMemoryFastState({ now: () => now });
  const memory = createHotMemory(fast);
  const load = async () => {
    loads += 1;
    return said;
  };
  return {
    fast,
    memory,
    history: () => memory.history(owner, load),
    loads: () => loads,
    wait: (ms: number) => void (now += ms),
  };
}

describe("what was said last is at hand", () => {
  test("for 30 minutes after its last use, then it is loaded again (R30, C3)", async () => {
    const { history, loads, wait } = aMemory();
    expect(await history()).toEqual(said);
    for (let uses = 0; uses < 4; uses += 1) {
      wait(29 * minute);
      expect(await history()).toEqual(said);
    }
    expect(loads()).toBe(1);
    wait(31 * minute);
    expect(await history()).toEqual(said);
    expect(loads()).toBe(2);
  });

  test("and its context for an hour, however often it is used (R31, C3)", async () => {
    const { memory, wait } = aMemory();
    let loads = 0;
    const context = () =>
      memory.context(owner, async () => {
        loads += 1;
        return "Ana asked for A-1042.";
      });
    expect(await context()).toBe("Ana asked for A-1042.");
    wait(59 * minute);
    expect(await context()).toBe("Ana asked for A-1042.");
    wait(2 * minute);
    await context();
    expect(loads).toBe(2);
  });

  test("under the named keys, and nowhere in words", async () => {
    const { fast, history } = aMemory();
    await history();
    const kept = await fast.get(`chat:${contactId}:${conversationId}`);
    expect(Buffer.isBuffer(kept)).toBe(true);
    expect(String(kept)).not.toContain("A-1042");
  });

  test("until something changed", async () => {
    const { history, loads, memory } = aMemory();
    await history();
    await memory.forget(owner);
    await history();
    expect(loads()).toBe(2);
  });

  test("or from the database where what is kept cannot be read", async () => {
    const { fast, history, loads } = aMemory();
    await history();
    for (const spoiled of [Buffer.from("not ours"), "text", seal.seal("hot-memory", "[{}]")]) {
      await fast.set(`chat:${contactId}:${conversationId}`, spoiled, { ttlMs: minute });
      expect(await history()).toEqual(said);
    }
    expect(loads()).toBe(4);
  });
});

describe("a rolling summary (R26)", () => {
  const numbered = (count: number, from = 1): NumberedMessage[] =>
    Array.from({ length: count }, (_, index) => ({
      seq: from + index,
      role: "user",
      text: `fact ${from + index}`,
    }));

  const windowOf = (window: number, historyTokens = 4000) =>
    createMemoryWindow({ memory: "window", window, exchanges: 3, historyTokens });

  test("covers every message that left the window once enough of them did, and no other, once", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 12 }),
        fc.integer({ min: 3, max: 20 }),
        async (bursts, window) => {
          let all: NumberedMessage[] = [];
          let summary: Summary | undefined;
          for (const burst of bursts) {
            all = [...all, ...numbered(burst, all.length + 1)];
            await rollSummary({
              window: windowOf(window),
              signal: new AbortController().signal,
              summarize: async (messages, previous) =>
                [previous ?? "", ...messages.map(({ text }) => text)].filter(Boolean).join(","),
              store: {
                read: async () => ({
                  summary,
                  messages: all.filter(({ seq }) => seq > (summary?.throughSeq ?? 0)),
                }),
                save: async (next) => {
                  summary = next;
                  return true;
                },
              },
            });
            const covered = summary?.throughSeq ?? 0;
            expect(all.length - covered).toBeLessThan(window + 6);
            expect(covered === 0 || all.length - covered >= window).toBe(true);
            expect(summary?.text ?? "").toBe(
              all
                .slice(0, covered)
                .map(({ text }) => text)
                .join(","),
            );
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test("begins sooner where what it waits for could not be told any more", () => {
    const long = numbered(5).map((message) => ({ ...message, text: "x".repeat(100) }));
    expect(decideRolling(long, windowOf(3))).toEqual([]);
    expect(decideRolling(long, windowOf(3, 200)).map(({ seq }) => seq)).toEqual([1, 2]);
  });

  test("gives way to one saved meanwhile", async () => {
    const changed = await rollSummary({
      window: windowOf(3),
      signal: new AbortController().signal,
      summarize: async () => "short",
      store: { read: async () => ({ summary: undefined, messages: numbered(20) }), save: async () => false },
    });
    expect(changed).toBe(false);
  });
});

test.each([
  [9, "go on"],
  [10, "offer a person"],
  [39, "offer a person"],
  [40, "end"],
] as const)("after %i messages without a solution: %s (R40, C5)", (turns, decision) => {
  expect(decideLength(turns, { offerAt: 10, endAt: 40 })).toBe(decision);
  expect(decideLength(turns, { offerAt: 0, endAt: 0 })).toBe("go on");
  if (decision === "end") expect(decideLength(turns, { offerAt: 10, endAt: 0 })).toBe("offer a person");
});
