import fc from "fast-check";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { FaultOrder } from "../../../simulators/openai/fault.ts";
import type { misbehaviours } from "../../../simulators/openai/misbehaviour.ts";
import { type OpenAiSimulator, startOpenAiSimulator } from "../../../simulators/openai/openai-simulator.ts";
import { aTicketTool, askStream, readStream } from "./chat-client.ts";

let model: OpenAiSimulator;
let client: OpenAI;

beforeAll(async () => {
  model = await startOpenAiSimulator();
  client = new OpenAI({ baseURL: model.baseURL, apiKey: "sk-local-test", maxRetries: 0 });
});
beforeEach(() => model.reset());
afterAll(() => model.stop());

function ask(content = "hello", options: OpenAI.RequestOptions = {}) {
  return client.chat.completions.create(
    { model: "gpt-4o-mini", messages: [{ role: "user", content }] },
    options,
  );
}

function askWithTool(content: string) {
  return client.chat.completions.create({
    model: "gpt-4o-mini",
    tools: [aTicketTool],
    messages: [{ role: "user", content }],
  });
}

async function failureOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => expect.fail("it was answered"),
    (error: unknown) => error as Error,
  );
}

describe("requests refused", () => {
  test("L1: 429 tells when to come back, in both headers, and the next request is answered", async () => {
    model.fault({ kind: "rate-limit", retryAfterMs: 1_500 });
    const error = await failureOf(ask());
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect(error).toMatchObject({ status: 429, code: "rate_limit_exceeded" });
    const { headers } = error as InstanceType<typeof OpenAI.RateLimitError>;
    expect([headers.get("retry-after"), headers.get("retry-after-ms")]).toEqual(["2", "1500"]);
    await ask();
    expect(model.counts().byStatus).toEqual({ 200: 1, 429: 1 });
  });

  test("L1: the client's own retries get through a 429 that passes", async () => {
    model.fault({ kind: "rate-limit", retryAfterMs: 1, times: 2 });
    await ask("hello", { maxRetries: 2 });
    expect(model.counts().requests).toBe(3);
  });

  test.each([500, 502, 503])("L2: a burst of %i lasts as long as ordered", async (status) => {
    const fault = model.fault({ kind: "server-error", status, times: 3 });
    for (let count = 0; count < 3; count += 1) expect(await failureOf(ask())).toMatchObject({ status });
    await ask();
    expect(fault.applied()).toBe(3);
  });

  test.each([
    ["L9", { kind: "context-length" }, { status: 400, code: "context_length_exceeded" }],
    ["L10", { kind: "key-revoked" }, { status: 401, code: "invalid_api_key" }],
    ["L11", { kind: "insufficient-quota" }, { status: 429, code: "insufficient_quota" }],
  ] as [string, FaultOrder, object][])("%s: %o is the platform's own refusal", async (_, order, expected) => {
    model.fault(order);
    expect(await failureOf(ask())).toMatchObject(expected);
    expect(model.history()[0]).toMatchObject({ fault: order.kind, outcome: "complete" });
  });

  test("L13: an outage takes every endpoint until it is over", async () => {
    const outage = model.fault({ kind: "outage", ms: 60_000 });
    expect(await failureOf(ask())).toMatchObject({ status: 503 });
    expect(
      await failureOf(client.embeddings.create({ model: "text-embedding-3-small", input: "a" })),
    ).toMatchObject({
      status: 503,
    });
    outage.remove();
    await ask();
  });

  test("L13: an outage that refuses connections ends by itself on the same port", async () => {
    model.fault({ kind: "outage", mode: "refuse", ms: 1_500 });
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    expect(await failureOf(ask())).toBeInstanceOf(OpenAI.APIConnectionError);
    expect(model.counts().requests).toBe(0);
    await expect
      .poll(
        () =>
          ask().then(
            () => true,
            () => false,
          ),
        { timeout: 10_000, interval: 50 },
      )
      .toBe(true);
  });
});

describe("answers that do not arrive", () => {
  test("L3: a request that is never answered is seen leaving when the client gives up", async () => {
    model.fault({ kind: "no-answer" });
    expect(await failureOf(ask("hang", { timeout: 150 }))).toBeInstanceOf(OpenAI.APIConnectionTimeoutError);
    const seen = await model.waitFor((request) => request.outcome === "client-aborted");
    expect(seen).toMatchObject({ fault: "no-answer", status: undefined, tokensSent: 0 });
    expect(seen.endedAt).toBeGreaterThanOrEqual(seen.at);
  });

  test("L4: headers and two tokens, then silence until the client leaves", async () => {
    model.fault({ kind: "silence", afterTokens: 2 });
    const stop = new AbortController();
    const stream = await client.chat.completions.create(
      { model: "gpt-4o-mini", stream: true, messages: [{ role: "user", content: "quiet" }] },
      { signal: stop.signal },
    );
    const reading = readStream(stream);
    await model.waitFor((request) => request.tokensSent === 2);
    expect(model.counts().open).toBe(1);
    stop.abort();
    await reading;
    expect(await model.waitFor((request) => request.outcome === "client-aborted")).toMatchObject({
      tokensSent: 2,
    });
  });

  test("L5: a stream cut after four tokens breaks the reader with four tokens in hand", async () => {
    model.fault({ kind: "cut", afterTokens: 4 });
    const stream = await client.chat.completions.create({
      model: "gpt-4o-mini",
      stream: true,
      messages: [{ role: "user", content: "cut me" }],
    });
    let deltas = 0;
    const reading = (async () => {
      for await (const chunk of stream) if (chunk.choices[0]?.delta.content) deltas += 1;
    })();
    expect((await failureOf(reading)).message).toContain("terminated");
    expect(deltas).toBe(4);
    expect(model.history()[0]).toMatchObject({ outcome: "cut", tokensSent: 4, fault: "cut" });
  });

  test("L5: a cut inside tool-call JSON leaves arguments that do not parse", async () => {
    model.fault({ kind: "cut", afterTokens: 5 });
    const stream = await client.chat.completions.create({
      model: "gpt-4o-mini",
      stream: true,
      tools: [aTicketTool],
      messages: [{ role: "user", content: "open a ticket about the lift" }],
    });
    let text = "";
    const reading = (async () => {
      for await (const chunk of stream)
        text += chunk.choices[0]?.delta.tool_calls?.[0]?.function?.arguments ?? "";
    })();
    await failureOf(reading);
    expect(text.length).toBeGreaterThan(0);
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
  });

  test("L5: cut at any byte, what arrived is exactly that much of the stream", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: 3_000 }), async (afterBytes) => {
        model.fault({ kind: "cut", afterBytes });
        const response = await fetch(`${model.baseURL}/chat/completions`, {
          method: "POST",
          headers: { authorization: "Bearer sk-x", "content-type": "application/json" },
          body: JSON.stringify({
            model: "gpt-4o",
            stream: true,
            messages: [{ role: "user", content: "[[do:many-languages]]" }],
          }),
        });
        let received = 0;
        const reading = (async () => {
          for await (const piece of response.body ?? []) received += (piece as Uint8Array).length;
        })();
        await failureOf(reading);
        expect(received).toBe(afterBytes);
      }),
      { numRuns: 20 },
    );
  });

  test("L5: an answer that is not streamed is cut too", async () => {
    model.fault({ kind: "cut" });
    await failureOf(ask());
    expect(model.history()[0]).toMatchObject({ outcome: "cut" });
  });

  test("L12: a slow drip sends one token at a time", async () => {
    model.fault({ kind: "slow-drip", tokenMs: 40 });
    const stop = new AbortController();
    const stream = await client.chat.completions.create(
      { model: "gpt-4o-mini", stream: true, messages: [{ role: "user", content: "drip" }] },
      { signal: stop.signal },
    );
    const reading = readStream(stream);
    await model.waitFor((request) => request.tokensSent >= 3);
    stop.abort();
    expect((await reading).deltas).toBeLessThan(20);
  });
});

describe("streams and bodies that are wrong", () => {
  test("a stream without data prefixes is an empty answer and no error", async () => {
    model.fault({ kind: "malformed-stream", variant: "no-data-prefix" });
    expect(await askStream(client, "hello")).toMatchObject({ text: "", finishReason: undefined });
  });

  test("broken JSON and an error event break the reader; a missing end does not", async () => {
    model.fault({ kind: "malformed-stream", variant: "broken-json" });
    expect((await failureOf(askStream(client, "hello"))).message).toContain("malformed");
    model.fault({ kind: "malformed-stream", variant: "error-event" });
    expect(await failureOf(askStream(client, "hello"))).toBeInstanceOf(OpenAI.APIError);
    model.fault({ kind: "malformed-stream", variant: "missing-done" });
    const streamed = await askStream(client, "hello");
    expect(streamed.text).toContain("hello");
    expect(streamed.finishReason).toBeUndefined();
  });

  test("L6: 200 with no choices, streamed and not", async () => {
    model.fault({ kind: "empty-choices", times: 2 });
    expect((await ask()).choices).toEqual([]);
    expect((await askStream(client, "hello")).text).toBe("");
  });
});

describe("models that misbehave", () => {
  test.each(["length", "content-filter"] as const)("L6: finish reason of %s", async (as) => {
    model.fault({ kind: "misbehave", as });
    expect((await ask()).choices[0]?.finish_reason).toBe(as.replace("-", "_"));
  });

  test("L7: malformed arguments, unknown tools, wrong types and forty calls arrive as they are", async () => {
    const callsOf = async (as: (typeof misbehaviours)[number]) => {
      const completion = await askWithTool(`[[do:${as}]]`);
      return (completion.choices[0]?.message.tool_calls ?? []).flatMap((call) =>
        call.type === "function" ? [call.function] : [],
      );
    };
    const [malformed] = await callsOf("malformed-arguments");
    expect(() => JSON.parse(malformed?.arguments ?? "{}") as unknown).toThrow(SyntaxError);
    expect((await callsOf("unknown-tool"))[0]?.name).toBe("launch_rocket");
    const [wrong] = await callsOf("wrong-argument-types");
    expect(JSON.parse(wrong?.arguments ?? "{}")).toMatchObject({
      subject: { not: expect.any(Array) as unknown },
    });
    expect(await callsOf("many-tool-calls")).toHaveLength(40);
  });

  test("L8: a tool loop calls again whatever the tool says", async () => {
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: "user", content: "[[do:tool-loop]]" }];
    for (let round = 0; round < 3; round += 1) {
      const completion = await client.chat.completions.create({
        model: "gpt-4o",
        tools: [aTicketTool],
        messages,
      });
      const message = completion.choices[0]?.message;
      const call = message?.tool_calls?.[0];
      if (message === undefined || call === undefined) throw new Error("the loop ended");
      messages.push(message, { role: "tool", tool_call_id: call.id, content: "done" });
    }
    expect(model.counts().requests).toBe(3);
  });

  test("empty, blank, refusing, obedient, long and many-tongued answers come as ordered", async () => {
    const textOf = async (as: (typeof misbehaviours)[number]) =>
      (await askStream(client, `hi [[do:${as}]]`)).text;
    expect(await textOf("empty")).toBe("");
    expect((await textOf("whitespace")).trim()).toBe("");
    expect((await ask("[[do:refusal]]")).choices[0]?.message).toMatchObject({
      content: null,
      refusal: expect.stringContaining("sorry") as unknown,
    });
    expect(await textOf("obedient")).toContain("<https://evil.example|bank.com>");
    expect((await textOf("long-markdown")).length).toBeGreaterThanOrEqual(100_000);
    expect(await textOf("many-languages")).toMatch(/ไทย[^]*日本語[^]*العربية[^]*👩‍👩‍👧‍👦/u);
  });
});

describe("which requests are struck", () => {
  test("by text, model, stream, skip and count; the others pass", async () => {
    model.fault({ kind: "server-error", text: "poison", skip: 1, times: null });
    model.fault({ kind: "rate-limit", model: "gpt-4o", times: null });
    model.fault({ kind: "context-length", stream: true, times: null });
    await ask("good");
    await ask("poison first");
    expect(await failureOf(ask("poison second"))).toMatchObject({ status: 500 });
    expect(await failureOf(askStream(client, "x", "gpt-4o"))).toMatchObject({ status: 429 });
    expect(await failureOf(askStream(client, "x"))).toMatchObject({ status: 400 });
    model.clearFaults();
    await askStream(client, "x", "gpt-4o");
  });

  test("by chance, the same requests for the same seed", async () => {
    const strike = async (seed: number) => {
      const seeded = await startOpenAiSimulator({
        seed,
        faults: [{ kind: "server-error", probability: 0.5, times: null }],
      });
      const seededClient = new OpenAI({ baseURL: seeded.baseURL, apiKey: "sk-x", maxRetries: 0 });
      const request = { model: "gpt-4o", messages: [{ role: "user" as const, content: "x" }] };
      for (let count = 0; count < 20; count += 1) {
        await seededClient.chat.completions.create(request).catch(() => undefined);
      }
      const statuses = seeded.history().map(({ status }) => status);
      await seeded.stop();
      return statuses;
    };
    const first = await strike(7);
    expect(new Set(first)).toEqual(new Set([200, 500]));
    expect(await strike(7)).toEqual(first);
    expect(await strike(8)).not.toEqual(first);
  });
});
