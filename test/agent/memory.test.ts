import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  chooseMessages,
  createMemoryWindow,
  getContext,
  lastExchanges,
  recallClosest,
  trimToTokens,
} from "../../src/agent/memory.ts";
import { summarizeHistory } from "../../src/agent/summarize-history.ts";
import { boundTokens, createTokenCounter, loadTokenCounter } from "../../src/agent/tokens.ts";
import type { SpokenMessage } from "../../src/core/agent.ts";
import { dot } from "../../src/knowledge/embed/dot.ts";
import { loadOfflineEmbedder } from "../../src/knowledge/embed/offline-embedder.ts";

const said = (text: string, role: SpokenMessage["role"] = "user"): SpokenMessage => ({ role, text });
const message = fc.record({
  role: fc.constantFrom("user" as const, "assistant" as const, "staff" as const),
  text: fc.string({ maxLength: 200 }),
});

describe("the window", () => {
  test("keeps the last ten messages unless told otherwise (R24, C4)", () => {
    const messages = Array.from({ length: 25 }, (_, index) => said(`${index}`));
    expect(getContext(messages).map(({ text }) => text)).toEqual(messages.slice(15).map(({ text }) => text));
    expect(getContext(messages, 20)).toHaveLength(20);
    expect(getContext(messages, 0)).toEqual([]);
  });

  test("of exchanges keeps the last three, with all that was said in them (R25)", () => {
    const script = "u0 a0 u1 u2 a1 a2 u3 s3 u4 a4".split(" ");
    const roles = { u: "user", a: "assistant", s: "staff" } as const;
    const messages = script.map((text) => said(text, roles[text[0] as "u" | "a" | "s"]));
    const kept = (count?: number) => lastExchanges(messages, count).map(({ text }) => text);
    expect(kept()).toEqual(script.slice(2));
    expect(kept(1)).toEqual(["u4", "a4"]);
    expect(kept(9)).toEqual(script);
    expect(kept(0)).toEqual([]);
  });
});

describe("what is recalled by its meaning (R33)", () => {
  const closeness = async (question: string, texts: readonly string[]) => {
    const [asked, ...others] = await (await loadOfflineEmbedder()).embed([question, ...texts]);
    return others.map((other) => (asked === undefined ? 0 : dot(asked, other)));
  };
  const talk = [
    said("my parcel with the blue lamp arrived broken"),
    said("I am sorry about the lamp. I have noted it.", "assistant"),
    said("do you have a shop in Berlin?"),
    said("Yes, in the old town.", "assistant"),
    said("which trains go there on Sundays?"),
    said("Every half an hour from the main station.", "assistant"),
    said("what is the weather like?"),
    said("I cannot tell.", "assistant"),
  ];
  const recall = async (memory: "vector" | "hybrid" | "window", question: string) => {
    const settings = { memory, window: 4, exchanges: 1 };
    const newest = chooseMessages(talk, settings);
    const older = talk.slice(0, talk.length - newest.length);
    const recalled = await recallClosest(older, question, settings, closeness);
    return [...recalled, ...newest].map(({ text }) => text);
  };

  test("a hybrid memory keeps the newest and finds the older ones that are about the same, in their order", async () => {
    expect(await recall("hybrid", "will I get a new lamp for the damaged one?")).toEqual(
      [0, 1, 4, 5, 6, 7].map((at) => talk[at]?.text),
    );
    expect(await recall("window", "will I get a new lamp for the damaged one?")).toEqual(
      [4, 5, 6, 7].map((at) => talk[at]?.text),
    );
  });

  test("a vector memory keeps little more than what is about the same", async () => {
    expect(await recall("vector", "when does the train leave the station on Sunday?")).toEqual(
      [4, 5, 6, 7].map((at) => talk[at]?.text),
    );
  });

  test("never tells more than it may, tells nothing twice, and keeps the order", async () => {
    const scores = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(scores, fc.integer({ min: 3, max: 20 }), async (given, window) => {
        const older = given.map((_, at) => said(`${at}`));
        const settings = { memory: "vector" as const, window, exchanges: 3 };
        const found = await recallClosest(older, "?", settings, async () => given);
        const places = found.map(({ text }) => Number(text));
        expect(places).toEqual([...new Set(places)].toSorted((a, b) => a - b));
        expect(places.length).toBeLessThanOrEqual(window - 2);
      }),
    );
  });
});

describe("what is told word for word", () => {
  const settings = { memory: "window", window: 10, exchanges: 3, historyTokens: 100 } as const;
  const messages = Array.from({ length: 30 }, (_, index) => said(`${index}`));

  test("is the window, or more where the newest messages stand in no summary yet", () => {
    expect(chooseMessages(messages, settings)).toHaveLength(10);
    expect(chooseMessages(messages, settings, 7)).toHaveLength(10);
    expect(chooseMessages(messages, settings, 14)).toEqual(messages.slice(16));
    expect(chooseMessages(messages, { ...settings, memory: "full" })).toEqual(messages);
    expect(chooseMessages(messages, { ...settings, memory: "exchanges" }, 99)).toEqual(messages);
  });

  test("is no more than its tokens allow", () => {
    const window = createMemoryWindow(settings);
    const long = [said("x".repeat(60)), said("x".repeat(60)), said("x".repeat(60))];
    expect(window.countOf(messages)).toBe(10);
    expect(window.countOf(long)).toBe(2);
    expect([window.fits(long), window.fits(long.slice(1))]).toEqual([false, true]);
  });
});

describe("the token budget (R29)", () => {
  test("keeps the newest messages that fit, in order, and not one that would exceed it", () => {
    const count = (text: string) => text.length;
    fc.assert(
      fc.property(fc.array(message, { maxLength: 30 }), fc.nat(2000), (messages, budget) => {
        const kept = trimToTokens(messages, budget, count);
        const cost = (list: readonly SpokenMessage[]) =>
          list.reduce((sum, { text }) => sum + 4 + count(text), 0);
        expect(kept).toEqual(messages.slice(messages.length - kept.length));
        expect(cost(kept)).toBeLessThanOrEqual(budget);
        const more = messages.slice(Math.max(0, messages.length - kept.length - 1));
        expect(kept.length === messages.length || cost(more) > budget).toBe(true);
      }),
    );
  });

  test.each([
    "The refund for order A-1293 was issued on 3 March 2026 (42.50 EUR); please check your account.",
    "Die Rückerstattung für Ihre Bestellung wurde am 3. März veranlasst, bitte prüfen Sie Ihr Konto.",
    "返金は3月3日に行われました。ご注文番号はA-1293です。",
    "تم إصدار المبلغ المسترد في 3 مارس، يرجى التحقق من حسابك.",
    "Возврат был оформлен 3 марта, проверьте, пожалуйста, свой счёт 👍🏽👨‍👩‍👧",
    "const x = { a: [1, 2, 3], b: () => `${y}!` }; // {}[]();",
    "!@#$%^&*()_+".repeat(40),
  ])("is bounded without a tokenizer, never below what the tokenizer says: %s", async (text) => {
    const count = await loadTokenCounter();
    expect(boundTokens(text)).toBeGreaterThanOrEqual(count(text));
  });

  test("counts special tokens as text, and remembers what it counted", async () => {
    expect((await loadTokenCounter())("<|endoftext|>")).toBeGreaterThan(1);
    let calls = 0;
    const count = createTokenCounter((piece) => {
      calls += 1;
      return piece.length;
    });
    const text = "word ".repeat(1000);
    expect([count(text), count(text)]).toEqual([5000, 5000]);
    expect(calls).toBe(Math.ceil(5000 / 256));
  });
});

describe("a summary (R26)", () => {
  const messages = [
    said("Hello there. How are you today, I hope all is well with you and yours."),
    said("My order A-1293 from 3 March 2026 never arrived at Ana Petrova's address."),
    said("I have sent 42.50 EUR back to ana@example.org.", "assistant"),
    said("Thanks a lot, that is very kind of you indeed."),
  ];
  const facts = ["A-1293", "3 March 2026", "Ana Petrova", "42.50 EUR", "ana@example.org"];

  test("without a model keeps the sentences with names, numbers and dates", async () => {
    const summary = await summarizeHistory({ messages, maxChars: 160 });
    for (const fact of facts) expect(summary).toContain(fact);
    expect(summary).not.toContain("Hello there");
    expect(summary.length).toBeLessThanOrEqual(160);
  });

  test("keeps the facts of the summary before it", async () => {
    const previous = "user: Contract 77-B of Globex ends on 2026-05-01.";
    const summary = await summarizeHistory({ messages, previous, maxChars: 300 });
    for (const fact of [...facts, "77-B", "2026-05-01"]) expect(summary).toContain(fact);
  });

  test("is the model's where there is one, with the facts it left out under it", async () => {
    const ask = async () =>
      " Ana Petrova, ana@example.org: order A-1293 of 3 March 2026, 42.50 EUR sent back. ";
    expect(await summarizeHistory({ messages, ask })).toBe((await ask()).trim());
    const short = await summarizeHistory({ messages, ask: async () => " Short. " });
    expect(short.startsWith("Short.\n")).toBe(true);
    for (const fact of facts) expect(short).toContain(fact);
    expect(short).not.toContain("Hello there");
  });

  test("keeps facts through many summaries of a model that forgets, those of the person first", async () => {
    let previous: string | undefined;
    const chat = (round: number) => [
      said(round === 0 ? "My order is A-1293." : "And then?"),
      said(`Step ${round} of 40 takes ${round} minutes.`, "assistant"),
    ];
    for (let round = 0; round < 40; round += 1)
      previous = await summarizeHistory({
        messages: chat(round),
        previous,
        ask: async () => "They talk.",
        maxChars: 300,
      });
    expect(previous).toContain("A-1293");
  });

  test("falls back to the facts when the model fails or is silent", async () => {
    for (const ask of [async () => "  ", () => Promise.reject(new Error("down"))]) {
      expect(await summarizeHistory({ messages, ask })).toContain("A-1293");
    }
  });

  // Looked at once for each of its characters, any of these takes minutes.
  test.each([
    ["letters", "a".repeat(500_000)],
    ["dots", "a.".repeat(250_000)],
    ["dashes", "-".repeat(500_000)],
  ])("is made of a word without an end, too: %s", async (_, word) => {
    const all = [said(`My order is A-1293, ${word} and (B-77).`), ...messages];
    const summary = await summarizeHistory({ messages: all, maxChars: 300 });
    for (const fact of facts) expect(summary).toContain(fact);
  });

  test("never exceeds its length", async () => {
    const lists = fc.array(message, { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(lists, fc.nat(400), fc.string({ maxLength: 500 }), async (list, maxChars, written) => {
        for (const ask of [undefined, async () => written]) {
          const summary = await summarizeHistory({ messages: list, maxChars, ask });
          expect(summary.length).toBeLessThanOrEqual(maxChars);
        }
      }),
    );
  });
});
