import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { playWorkload } from "../../../bench/eval/cache-workload.ts";
import { createAnswerCache, type CacheLook, type CacheScope } from "../../../src/agent/cache/answer-cache.ts";
import {
  decideAnswer,
  decideQuestion,
  type AskedQuestion,
  type GivenAnswer,
} from "../../../src/agent/cache/decide-caching.ts";
import { normalizeQuestion } from "../../../src/agent/cache/normalize-question.ts";
import { asksForTheSame, type Embedder } from "../../../src/agent/cache/similar-questions.ts";
import type { TenantId } from "../../../src/core/ids.ts";
import { silentLog } from "../../../src/core/log.ts";
import { roles } from "../../../src/core/tool.ts";
import { deriveId } from "../../../src/store/derive-id.ts";
import { createMemoryFastState } from "../../../src/store/memory-fast-state.ts";
import { createSealer } from "../../../src/store/seal.ts";

const hourMs = 60 * 60 * 1000;
const signal = new AbortController().signal;
const tenantId = deriveId<TenantId>("one");

function aScope(overrides: Partial<CacheScope> = {}): CacheScope {
  return {
    tenantId,
    audience: "direct",
    agent: "customer",
    language: "en",
    knowledgeVersion: "7",
    promptVersion: "a1",
    ...overrides,
  };
}

function asking(text: string, overrides: Partial<AskedQuestion> = {}): AskedQuestion {
  return {
    questions: [text],
    language: "en",
    heard: "en",
    hasHistory: false,
    hasDialogue: false,
    hasAttachments: false,
    ...overrides,
  };
}

function anAnswer(overrides: Partial<GivenAnswer> = {}) {
  return {
    body: "We are open from nine to five.",
    citations: [{ title: "Hours" }],
    model: "gpt-4o-mini",
    toolCalls: 0,
    handedOver: false,
    hasDialogue: false,
    hasFiles: false,
    personalized: false,
    confidence: 0.9,
    held: false,
    names: [],
    ...overrides,
  };
}

/** Says that everything means the same: the worst an embedder can do. */
const sameForAll: Embedder = { real: true, name: "same", embed: async () => [1, 0] };

function aHouse(embedder?: Embedder) {
  let at = 1_000;
  const now = () => at;
  const fast = createMemoryFastState({ now, maxItems: 1_000 });
  const dataKeys = new Map<TenantId, Buffer>();
  const sealer = createSealer({
    masterKey: Buffer.alloc(32, 7),
    loadDataKey: async (id) => dataKeys.get(id),
    saveDataKey: async (id, wrapped) => {
      dataKeys.set(id, dataKeys.get(id) ?? wrapped);
      return dataKeys.get(id) ?? wrapped;
    },
  });
  const looks: CacheLook[] = [];
  const open = (maxNearby = 1_000) =>
    createAnswerCache({
      fast,
      sealer,
      embedder,
      maxNearby,
      onLook: (look) => looks.push(look),
      log: silentLog,
      now,
    });
  return { cache: open(), another: open, fast, looks, pass: (ms: number) => (at += ms) };
}

describe("the cache", () => {
  test("R211: answers the same question for an hour, however it is typed, in every process", async () => {
    const house = aHouse();
    await house.cache.keep(aScope(), asking("What are your opening hours?"), anAnswer(), signal);
    const again = asking("  hi! what are your OPENING HOURS please??");
    for (const cache of [house.cache, house.another()])
      expect(await cache.find(aScope(), again, signal)).toMatchObject({
        body: anAnswer().body,
        model: "gpt-4o-mini",
      });
    house.pass(hourMs);
    expect(await house.cache.find(aScope(), again, signal)).toBeUndefined();
    expect(house.looks).toEqual(["exact", "exact", "miss"]);
    expect(house.cache.hitRate(tenantId)).toBe(0.5);
  });

  test("R217: an answer older than its time is found when it is asked for as such, for a week", async () => {
    const house = aHouse();
    await house.cache.keep(aScope(), asking("What are your opening hours?"), anAnswer(), signal);
    house.pass(100 * hourMs);
    for (const cache of [house.cache, house.another()])
      expect(await cache.findOld(aScope(), asking("what are your opening hours"))).toMatchObject({
        at: 1_000,
      });
    house.pass(100 * hourMs);
    expect(await house.cache.findOld(aScope(), asking("what are your opening hours"))).toBeUndefined();
  });

  test("R214: a process keeps the newest answers and reads the others from the shared state", async () => {
    const house = aHouse();
    const small = house.another(2);
    for (const each of ["alpha", "beta", "gamma"])
      await small.keep(
        aScope(),
        asking(`What does ${each} cost?`),
        anAnswer({ body: `It is ${each} and costs.` }),
        signal,
      );
    for (const each of ["alpha", "beta", "gamma"])
      expect(await small.find(aScope(), asking(`What does ${each} cost?`), signal)).toMatchObject({
        body: `It is ${each} and costs.`,
      });
  });

  test("G2: a new version of the knowledge or of the prompt finds nothing of the old one, not even as an old answer", async () => {
    const house = aHouse(sameForAll);
    await house.cache.keep(aScope(), asking("What are your opening hours?"), anAnswer(), signal);
    for (const changed of [{ knowledgeVersion: "8" }, { promptVersion: "a2" }]) {
      expect(
        await house.cache.find(aScope(changed), asking("What are your opening hours?"), signal),
      ).toBeUndefined();
      expect(
        await house.cache.findOld(aScope(changed), asking("What are your opening hours?")),
      ).toBeUndefined();
    }
  });

  test("what the shared state holds cannot be read there, nor by another company", async () => {
    const house = aHouse();
    const kept: unknown[] = [];
    const watching = createAnswerCache({
      fast: { ...house.fast, set: async (_, value) => void kept.push(value) },
      sealer: {
        forTenant: async () => ({
          seal: (_, text) => Buffer.from([...Buffer.from(text)].map((byte) => byte ^ 255)),
          open: () => "",
        }),
      },
      log: silentLog,
    });
    await watching.keep(aScope(), asking("What are your opening hours?"), anAnswer(), signal);
    expect(kept).toHaveLength(2);
    expect(kept.every((value) => Buffer.isBuffer(value) && !value.includes("open from"))).toBe(true);
  });

  test("a shared state or a key that is broken costs a miss and nothing else", async () => {
    const house = aHouse();
    const broken = createAnswerCache({
      fast: { get: async () => Buffer.from("nonsense"), set: async () => {} },
      sealer: { forTenant: async () => Promise.reject(new Error("no key")) },
      maxNearby: 1,
      log: silentLog,
    });
    expect(await broken.find(aScope(), asking("What are your opening hours?"), signal)).toBeUndefined();
    expect(await broken.keep(aScope(), asking("What are your opening hours?"), anAnswer(), signal)).toEqual({
      kept: true,
    });
    expect(house.looks).toEqual([]);
  });

  test("I6: never crosses company, audience, agent, language or version, not even when everything seems similar", async () => {
    const scopes = fc.record({
      tenantId: fc.constantFrom(tenantId, deriveId<TenantId>("two")),
      audience: fc.constantFrom("direct", "public", 'public","customer'),
      agent: fc.constantFrom(...roles),
      language: fc.constantFrom("en", "de"),
      knowledgeVersion: fc.constantFrom("7", "8"),
      promptVersion: fc.constantFrom("a1", "a2"),
    });
    const questions = fc.constantFrom(
      "What are your opening hours?",
      "How long does shipping to Norway take?",
      "Do you sell gift cards online?",
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(scopes, questions), { minLength: 1, maxLength: 8 }),
        scopes,
        questions,
        async (kept, scope, question) => {
          const house = aHouse(sameForAll);
          for (const [at, [of, text]] of kept.entries())
            await house.cache.keep(
              of,
              asking(text),
              anAnswer({ body: `Answer ${at} of ${JSON.stringify(of)}` }),
              signal,
            );
          for (const cache of [house.cache, house.another()]) {
            const found = [
              await cache.find(scope, asking(question), signal),
              await cache.findOld(scope, asking(question)),
            ];
            for (const each of found)
              expect(each === undefined || each.body.endsWith(`of ${JSON.stringify(scope)}`)).toBe(true);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe("similar questions", () => {
  const close: Embedder = {
    real: true,
    name: "close",
    embed: async (text) => (text.includes("opening") || text.includes("open") ? [1, 0.05] : [0, 1]),
  };

  test("R218: a question that means the same is answered where a real embedder says so", async () => {
    const house = aHouse(close);
    await house.cache.keep(aScope(), asking("What are your opening hours?"), anAnswer(), signal);
    expect(
      await house.cache.find(aScope(), asking("When does the shop usually open?"), signal),
    ).toBeDefined();
    expect(await house.cache.find(aScope(), asking("Where can I park?"), signal)).toBeUndefined();
    expect(house.looks).toEqual(["similar", "miss"]);
  });

  test("is looked for among those in the same language alone, and only where the language is clear", async () => {
    const house = aHouse(sameForAll);
    const shipping = "How long does shipping to Norway take?";
    await house.cache.keep(aScope(), asking("What are your opening hours?"), anAnswer(), signal);
    for (const heard of ["de", undefined])
      expect(await house.cache.find(aScope(), asking(shipping, { heard }), signal)).toBeUndefined();
    await house.cache.keep(
      aScope(),
      asking(shipping, { heard: undefined }),
      anAnswer({ body: "Five." }),
      signal,
    );
    expect(await house.cache.find(aScope(), asking("Do you sell gift cards online?"), signal)).toMatchObject({
      body: anAnswer().body,
    });
  });

  test("an embedder that is not real, slow or broken finds the same question only", async () => {
    const embedders: Embedder[] = [
      { ...close, real: false },
      { ...close, embed: async () => Promise.reject(new Error("away")) },
      {
        ...close,
        embed: (_text, _payer, stop) =>
          new Promise((_resolve, reject) =>
            stop.addEventListener("abort", () => reject(new Error("too slow"))),
          ),
      },
    ];
    for (const embedder of embedders) {
      const house = aHouse(embedder);
      await house.cache.keep(aScope(), asking("What are your opening hours?"), anAnswer(), signal);
      expect(
        await house.cache.find(aScope(), asking("When does the shop usually open?"), signal),
      ).toBeUndefined();
      expect(await house.cache.find(aScope(), asking("what are your opening hours"), signal)).toBeDefined();
    }
  });

  test.each([
    ["do you deliver to canada", "do you deliver to germany", false],
    ["can i bring a dog", "can i not bring a dog", false],
    ["a table for 4 people", "a booking for 6 people", false],
    ["how do i pay with a card", "how do i pay without card", false],
    ["what are your opening hours", "when are you open", true],
    ["how long does shipping take", "how many days until it ships to me", true],
  ])("%s / %s: may be the same: %s", (a, b, same) => {
    expect(asksForTheSame(a, b)).toBe(same);
  });
});

describe("which questions", () => {
  test.each([
    "What are your opening hours?",
    "How do I reset my password?",
    "Do you deliver to Canada?",
    "Wie lange dauert der Versand?",
    "คุณเปิดกี่โมง",
  ])("%s may be answered from the cache", (text) => {
    expect(decideQuestion(asking(text)).kind).toBe("cacheable");
  });

  test.each([
    ["Where is my order?", "it is about the person's own matters"],
    ["I was charged twice", "it is about the person's own matters"],
    ["Track ORD-48213", "it names a person or a case"],
    ["Mail it to ana@example.com", "it names a person or a case"],
    ["Call me at 081 234 5678", "it names a person or a case"],
    ["My name is Ana, what do I need?", "it names a person or a case"],
    ["Are you open today?", "it depends on the day"],
    ["Wann fährt der Bus morgen?", "it depends on the day"],
    ["ok", "too short or too long"],
  ])("R219: %s may not: %s", (text, reason) => {
    expect(decideQuestion(asking(text))).toEqual({ kind: "not cacheable", reason });
  });

  test.each([
    "And on Sundays?",
    "How much is it?",
    "What about the red one?",
    "How much for vegetarian people?",
    "Is that included?",
  ])("after something was said, %s is not taken as standing alone", (text) => {
    expect(decideQuestion(asking(text, { hasHistory: true })).kind).toBe("not cacheable");
  });

  test("after something was said, a whole question in a known language stands alone, in another it does not", () => {
    const text = "Which payment methods do you accept for yearly plans?";
    expect(decideQuestion(asking(text, { hasHistory: true })).kind).toBe("cacheable");
    expect(decideQuestion(asking(text, { hasHistory: true, language: "th" })).kind).toBe("not cacheable");
  });

  test("two messages at once, files and dialogues are never cached", () => {
    const text = "What are your opening hours?";
    for (const overrides of [{ questions: [text, text] }, { hasAttachments: true }, { hasDialogue: true }])
      expect(decideQuestion(asking(text, overrides)).kind).toBe("not cacheable");
  });

  test("what tells questions apart survives, what does not is gone", () => {
    expect(normalizeQuestion("Hello there, WHAT'S the price of C++ 3.5, please?! 🙂")).toBe(
      "what is the price of c++ 3.5",
    );
    const distinct = [
      "C++ or C#",
      "C or C#",
      "node.js 20",
      "node 20",
      "is 5 > 3",
      "is 5 < 3",
      "no refunds",
      "refunds",
    ];
    expect(new Set(distinct.map((text) => normalizeQuestion(text))).size).toBe(distinct.length);
  });

  test("normalizing twice changes nothing", () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom("Hi", " ", "?", "what's", "please", ".", "a", "3.5", "’", "(", "🙂", "ö"),
          maxLength: 30,
        }),
        (text) => {
          const once = normalizeQuestion(text);
          expect(normalizeQuestion(once)).toBe(once);
        },
      ),
    );
  });
});

describe("which answers", () => {
  test.each([
    ["a tool was used", { toolCalls: 1 }],
    ["it was handed over", { handedOver: true }],
    ["a dialogue is going on", { hasDialogue: true }],
    ["it has files", { hasFiles: true }],
    ["the prompt knew the person", { personalized: true }],
    ["something was held back", { held: true }],
    ["it is not sure enough", { confidence: 0.69 }],
    ["it names the person", { names: ["Ana Keller"], body: "Hello Ana, we are open all week." }],
    ["it rests on what was said before", { body: "As I said, we are open all week." }],
  ] as const)("R219: is not kept when %s", async (reason, overrides) => {
    const house = aHouse();
    const asked = asking("What are your opening hours?");
    expect(await house.cache.keep(aScope(), asked, anAnswer(overrides), signal)).toEqual({
      kept: false,
      reason,
    });
    expect(await house.cache.find(aScope(), asked, signal)).toBeUndefined();
  });

  test("one that is sure and general is kept", () => {
    expect(decideAnswer(asking("What are your opening hours?"), anAnswer({ confidence: 0.7 })).kind).toBe(
      "cacheable",
    );
  });
});

test("R216: three of four cacheable questions of a repeated workload are answered from the cache", async () => {
  const questions = Array.from(
    { length: 100 },
    (_, at) => `How does topic number word${at.toString(36)} work here?`,
  );
  const result = await playWorkload({ name: "test", asks: 1_000, hours: 1, questions, personalShare: 0.2 });
  expect(result.hitRate).toBeGreaterThanOrEqual(0.75);
  expect(result.cacheable).toBeLessThan(1_000);
});
