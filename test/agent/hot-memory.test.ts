import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createHotMemory, versionOf } from "../../src/agent/hot-memory.ts";
import { createMemoryWindow, decideLength } from "../../src/agent/memory.ts";
import {
  decideRolling,
  rollSummary,
  type NumberedMessage,
  type Summary,
} from "../../src/agent/rolling-summary.ts";
import { parseId, type ContactId, type ConversationId } from "../../src/core/ids.ts";
import { createMemoryFastState } from "../../src/store/memory-fast-state.ts";

const minute = 60_000;
const said: readonly NumberedMessage[] = [
  { seq: 1, role: "user", text: "My order is A-1042", name: "Ana" },
  { seq: 2, role: "assistant", text: "It is on its way." },
  { seq: 3, role: "user", text: "When?", name: "Ana", edited: "2026-11-21 17:00:00+00" },
  { seq: 4, role: "assistant", text: "Tomorrow." },
];
const contactId = parseId<ContactId>("00000000-0000-4000-8000-000000000003");
const conversationId = parseId<ConversationId>("00000000-0000-4000-8000-000000000002");
const other = parseId<ConversationId>("00000000-0000-4000-8000-000000000009");

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
const historyKey = `chat:${contactId}:${conversationId}`;

function aMemory() {
  let now = 0;
  const fast = createMemoryFastState({ now: () => now });
  const memory = createHotMemory(fast);
  return {
    fast,
    memory,
    recall: (id = conversationId) => memory.recall(id, async () => seal),
    wait: (ms: number) => void (now += ms),
  };
}

describe("what was said last is at hand", () => {
  test("for 30 minutes after its last use (R30, C3)", async () => {
    const { memory, recall, wait } = aMemory();
    await memory.keepHistory(owner, said);
    for (let uses = 0; uses < 4; uses += 1) {
      wait(29 * minute);
      expect((await recall()).history?.messages).toEqual(said);
    }
    wait(31 * minute);
    expect((await recall()).history).toBeUndefined();
  });

  test("and its summary for an hour, however often it is used (R31, C3)", async () => {
    const { memory, recall, wait } = aMemory();
    const context = { through: 8, summary: "Ana asked for A-1042." };
    await memory.keepContext(owner, context);
    wait(59 * minute);
    expect((await recall()).context).toEqual(context);
    wait(2 * minute);
    expect((await recall()).context).toBeUndefined();
  });

  test("under the named keys, and nowhere in words", async () => {
    const { fast, memory } = aMemory();
    await memory.keepHistory(owner, said);
    await memory.keepContext(owner, { through: 8, summary: "A-1042" });
    for (const key of [historyKey, `conversation:${conversationId}:context`]) {
      const kept = await fast.get(key);
      expect(Buffer.isBuffer(kept)).toBe(true);
      expect(String(kept)).not.toContain("A-1042");
    }
  });

  test("and has a name of its own: another message, another edit, another name", () => {
    const changed = [
      said.slice(1),
      [...said, { seq: 5, role: "user", text: "?" } as const],
      said.map((message) => (message.seq === 3 ? { ...message, edited: "2026-11-21 18:00:00+00" } : message)),
    ];
    expect(new Set([said, ...changed].map(versionOf)).size).toBe(4);
  });

  test("unless it is short, was kept for another conversation, or cannot be read", async () => {
    const { fast, memory, recall } = aMemory();
    await memory.keepHistory({ ...owner, conversationId: other }, said.slice(1));
    expect((await recall(other)).history).toBeUndefined();
    await memory.keepHistory(owner, said);
    await memory.keepHistory({ ...owner, conversationId: other }, said);
    const moved = await fast.get(`chat:${contactId}:${other}`);
    if (!Buffer.isBuffer(moved)) throw new Error("nothing was kept");
    for (const spoiled of [moved, Buffer.from("not ours"), "text", seal.seal("hot-memory", "[{}]")]) {
      await fast.set(historyKey, spoiled, { ttlMs: minute });
      expect((await recall()).history).toBeUndefined();
    }
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
