import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { agentSettings, modelSettings } from "../../src/agent/agent-settings.ts";
import { createConversationPrompt } from "../../src/agent/conversation-prompt.ts";
import { createPrices } from "../../src/agent/prices.ts";
import { createSpokenText } from "../../src/agent/spoken-text.ts";
import { createTextFeed } from "../../src/agent/text-feed.ts";
import { createToolCallParts } from "../../src/agent/tool-call-parts.ts";
import { toModelError } from "../../src/agent/model-error.ts";
import { PermanentError, TransientError } from "../../src/core/errors.ts";
import { aRequest, quickSettings } from "./agent-stand.ts";

describe("settings", () => {
  test("have the promised defaults (R24, R81, R82, R103, C14)", () => {
    expect(agentSettings.parse({})).toMatchObject({
      enableToolCalling: true,
      enableStreaming: true,
      maxIterations: 10,
      turnTimeoutMs: 60_000,
      historyTokens: 4000,
      window: 10,
      retry: { attempts: 3, minMs: 2_000, maxMs: 10_000 },
    });
    expect(modelSettings.parse({ provider: "openai", apiKey: "k", model: "m" })).toMatchObject({
      maxTokens: 1500,
      temperature: 0.7,
      timeoutMs: 45_000,
    });
    expect(agentSettings.safeParse({ retry: { attempts: 6 } }).success).toBe(false);
  });
});

describe("prices", () => {
  const prices = createPrices([
    { model: "gpt-4o", inputPer1k: 0.0025, outputPer1k: 0.01, asOf: "2026-01-01" },
  ]);
  test("count per thousand tokens, for dated versions too, and nothing for strangers", () => {
    const tokens = { inputTokens: 2000, outputTokens: 500 };
    expect(prices.costOf("gpt-4o", tokens)).toBeCloseTo(0.01);
    expect(prices.costOf("gpt-4o-2024-08-06", tokens)).toBeCloseTo(0.01);
    expect(prices.costOf("gpt-4o-mini", tokens)).toBe(0);
    expect([prices.knows("gpt-4o"), prices.knows("llama")]).toEqual([true, false]);
  });
});

describe("spoken text", () => {
  test("whatever is cut and retried, what is shown last is what was finished", () => {
    const tries = fc.array(fc.string({ unit: fc.constantFrom("a", "b", " ", "\n"), maxLength: 12 }), {
      minLength: 1,
      maxLength: 4,
    });
    fc.assert(
      fc.property(fc.array(tries, { minLength: 1, maxLength: 4 }), (calls) => {
        const shown: string[] = [""];
        const spoken = createSpokenText(
          createTextFeed(
            (text) => void shown.push(text),
            () => {},
          ),
        );
        for (const attempts of calls) {
          for (const text of attempts) {
            for (let end = 1; end <= text.length; end += 1) spoken.show(text.slice(0, end));
          }
          spoken.finish(attempts.at(-1) ?? "");
        }
        const whole = calls.map((attempts) => attempts.at(-1)?.trim() ?? "").filter((text) => text !== "");
        expect(spoken.whole()).toBe(whole.join("\n\n"));
        expect(shown.at(-1)).toBe(spoken.whole());
      }),
    );
  });

  test("only grows when every retry begins with what was shown", () => {
    const shown: string[] = [];
    const spoken = createSpokenText(
      createTextFeed(
        (text) => void shown.push(text),
        () => {},
      ),
    );
    for (const text of ["We", "We open", "W", "We", "We open", "We open at nine"]) spoken.show(text);
    spoken.finish("We open at nine");
    expect(shown).toEqual(["We", "We open", "We open at nine"]);
  });
});

describe("a text feed", () => {
  test("never calls again before the last call ended, and ends with the newest text", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(3), { minLength: 1, maxLength: 30 }), async (pauses) => {
        const given: string[] = [];
        let open = 0;
        const feed = createTextFeed(
          async (text) => {
            open += 1;
            expect(open).toBe(1);
            for (let tick = 0; tick < 3; tick += 1) await Promise.resolve();
            given.push(text);
            open -= 1;
          },
          () => {},
        );
        for (const [index, ticks] of pauses.entries()) {
          feed.push(`text ${index}`);
          for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve();
        }
        await feed.settle();
        expect(given.at(-1)).toBe(`text ${pauses.length - 1}`);
        expect(new Set(given).size).toBe(given.length);
      }),
    );
  });

  test("passes nothing on after its receiver failed, and says so once and at the end", async () => {
    const failures: unknown[] = [];
    let calls = 0;
    const feed = createTextFeed(
      () => {
        calls += 1;
        throw new Error("stand down");
      },
      (cause) => failures.push(cause),
    );
    feed.push("a");
    feed.push("b");
    await expect(feed.settle()).rejects.toThrow("stand down");
    expect([calls, failures.length]).toEqual([1, 1]);
  });
});

describe("streamed tool calls", () => {
  test("come out whole however their arguments are cut", () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.string(), { minLength: 1 }), { maxLength: 5 }), (pieces) => {
        const parts = createToolCallParts();
        for (const [index, args] of pieces.entries()) {
          parts.add({ index, id: `call_${index}`, name: `tool_${index}`, args: "" });
          for (const arg of args) parts.add({ index, args: arg });
        }
        expect(parts.calls()).toEqual(
          pieces.map((args, index) => ({
            id: `call_${index}`,
            name: `tool_${index}`,
            arguments: args.join(""),
          })),
        );
      }),
    );
  });

  test("get ids of their own where a server sends none, or one for all, or no index", () => {
    const parts = createToolCallParts();
    parts.add({ id: "same", name: "a", args: "{}" });
    parts.add({ id: "other", name: "b", args: "{" });
    parts.add({ args: "}" });
    parts.add({ index: 7, id: "same", name: "c", args: "{}" });
    parts.add({ index: 8, name: "d", args: "{}" });
    const calls = parts.calls();
    expect(calls.map(({ name, arguments: args }) => name + args)).toEqual(["a{}", "b{}", "c{}", "d{}"]);
    expect(new Set(calls.map(({ id }) => id)).size).toBe(4);
  });
});

test("streamed tool calls never share an id", () => {
  const ids = fc.constantFrom("", "call_0", "call_1", "call_1_", "call_2", "spaces are refused", undefined);
  fc.assert(
    fc.property(fc.array(ids, { maxLength: 6 }), (given) => {
      const parts = createToolCallParts();
      for (const [index, id] of given.entries()) parts.add({ index, id, name: "t", args: "{}" });
      const calls = parts.calls();
      expect(calls).toHaveLength(given.length);
      expect(new Set(calls.map(({ id }) => id)).size).toBe(given.length);
      for (const { id } of calls) expect(id).toMatch(/^[\w-]{1,64}$/);
    }),
  );
});

describe("model errors", () => {
  const failed = (fields: object) => toModelError(Object.assign(new Error("x"), fields), "m");
  test.each([400, 401, 403, 404, 422])("stay when the status is %i", (status) => {
    expect(failed({ status })).toBeInstanceOf(PermanentError);
  });
  test.each([408, 409, 429, 500, 502, 503, 504, 529])("pass when the status is %i", (status) => {
    expect(failed({ status })).toBeInstanceOf(TransientError);
  });
  test.each([
    [{ "retry-after-ms": "1500", "retry-after": "9" }, 1500],
    [{ "retry-after": "2" }, 2000],
    [{ "retry-after": "nonsense" }, undefined],
    [{ "retry-after": "Thu, 01 Jan 1970 00:00:00 GMT" }, 0],
  ])("read when to come back from %o", (headers, retryAfterMs) => {
    expect(failed({ status: 429, headers: new Headers(headers) })).toMatchObject({ retryAfterMs });
  });
  test("know a context that is too long by its code, its name or its words", () => {
    for (const fields of [
      { status: 400, code: "context_length_exceeded" },
      { name: "ContextOverflowError" },
      { status: 400, message: "This model's maximum context length is 8192 tokens" },
    ]) {
      expect(failed(fields)).toMatchObject({ code: "context_length_exceeded" });
    }
  });
});

describe("the prompt", () => {
  const history = Array.from({ length: 30 }, (_, index) => ({
    role: "user" as const,
    text: `message ${index} `.padEnd(1200, "and so on "),
  }));
  const { request } = aRequest("And now?", { history });

  test("keeps to the token budget and always asks the question", async () => {
    const settings = quickSettings({ historyTokens: 1000 });
    const prompt = await createConversationPrompt(request, settings);
    const texts = prompt.messages().map(({ text }) => text);
    expect(texts.at(-1)).toBe("And now?");
    expect(texts.length).toBeGreaterThan(2);
    expect(texts.length).toBeLessThan(8);
    const none = await createConversationPrompt(request, quickSettings({ historyTokens: 0 }));
    expect(none.messages()).toHaveLength(2);
    expect(none.halveHistory()).toBe(false);
  });

  test.each([
    ["window", 12],
    ["exchanges", 32],
    ["full", 32],
  ] as const)("keeps history by the rule %s", async (memory, length) => {
    const short = history.map(({ role }, index) => ({ role, text: `${index}` }));
    const settings = quickSettings({ memory, historyTokens: 4000 });
    const prompt = await createConversationPrompt({ ...request, history: short }, settings);
    expect(prompt.messages()).toHaveLength(length);
  });
});
