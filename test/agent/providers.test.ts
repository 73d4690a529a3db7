import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { OpenAiSimulator } from "../../simulators/openai/openai-simulator.ts";
import { startOpenAiSimulator } from "../../simulators/openai/openai-simulator.ts";
import { createAgent } from "../../src/agent/agent.ts";
import type { ModelSettings } from "../../src/agent/agent-settings.ts";
import { modelSettings } from "../../src/agent/agent-settings.ts";
import { createChatModel } from "../../src/agent/chat-model.ts";
import type { ModelQuestion } from "../../src/agent/chat-model.ts";
import { PermanentError, TransientError } from "../../src/core/errors.ts";
import { silentLog } from "../../src/core/log.ts";
import { aRequest, aTool, quickSettings } from "./agent-stand.ts";

let api: OpenAiSimulator;
beforeAll(async () => {
  api = await startOpenAiSimulator();
});
afterEach(() => {
  api.reset();
  api.clearFixtures();
  api.setPace({ tokensPerSecond: 0 });
});
afterAll(() => api.stop());

type Given = Partial<ModelSettings>;
const root = () => new URL("/", api.baseURL).href;
const providers: readonly (readonly [name: string, face: string, settings: () => Given])[] = [
  ["openai", "openai", () => ({ provider: "openai", model: "gpt-4o-mini", baseURL: api.baseURL })],
  ["azure", "azure", () => ({ provider: "azure", model: "gpt-4o", baseURL: root() })],
  [
    "azure in a version",
    "azure",
    () => ({ provider: "azure", model: "gpt-4o", baseURL: root(), apiVersion: "2024-10-21" }),
  ],
  ["anthropic", "anthropic", () => ({ provider: "anthropic", model: "claude-haiku-4-5", baseURL: root() })],
];

const chats = () => api.history().filter(({ endpoint }) => endpoint === "chat");

describe.each(providers)("%s keeps the contract of chat models", (_, face, given) => {
  const settings = (more: Given = {}) => modelSettings.parse({ apiKey: "sk-test", ...given(), ...more });
  function ask(question: Partial<ModelQuestion> = {}, more: Given = {}) {
    const shown: string[] = [];
    const reply = createChatModel(settings(more)).ask({
      messages: [
        { role: "system", text: "You answer." },
        { role: "user", text: "What are your opening hours?" },
      ],
      tools: [],
      onText: (text) => void shown.push(text),
      signal: new AbortController().signal,
      ...question,
    });
    return { reply, shown };
  }
  const failed = (more: Given = {}) =>
    ask({}, more).reply.then(
      () => undefined,
      (error: unknown) => error,
    );

  test("streams a text that only grows, with its model and its usage", async () => {
    api.setPace({ tokensPerSecond: 1000 });
    const { reply, shown } = ask();
    const { text, toolCalls, cut, model, inputTokens, outputTokens } = await reply;
    expect(text).toContain("opening hours");
    expect(shown.at(-1)).toBe(text);
    expect(shown.length).toBeGreaterThan(1);
    for (const [index, part] of shown.entries()) expect(part.startsWith(shown[index - 1] ?? "")).toBe(true);
    expect({ toolCalls, cut, model }).toEqual({ toolCalls: [], cut: false, model: settings().model });
    expect(chats()).toHaveLength(1);
    expect(chats()[0]).toMatchObject({ face, keyTail: "test", promptTokens: inputTokens });
    expect(chats()[0]?.tokensSent).toBe(outputTokens);
    expect(chats()[0]?.body).toMatchObject({ max_tokens: 1500, temperature: 0.7, stream: true });
  });

  test("is told no half of a character, which some refuse a whole request for", async () => {
    const half = "👍".slice(0, 1);
    await ask({
      messages: [
        { role: "system", text: `You answer.${half}` },
        { role: "user", text: `It was cut ${half}` },
        {
          role: "assistant",
          text: `So was this ${half}`,
          toolCalls: [{ id: "a", name: "look_up", arguments: "{}" }],
        },
        { role: "tool", toolCallId: "a", text: `And what was found ${half}` },
      ],
    }).reply;
    const body = JSON.stringify(chats()[0]?.body);
    expect(body).toContain("And what was found \uFFFD");
    expect(body).not.toMatch(/\\u[dD][89a-fA-F]/);
  });

  test("calls tools beside its text and answers from what they say", async () => {
    api.addFixtures([
      {
        match: { hasToolResult: false, tool: "look_up" },
        answer: {
          text: "Let me look.",
          toolCalls: [
            { name: "look_up", arguments: { subject: "lamp" } },
            { name: "look_up", arguments: { subject: "chair" } },
          ],
        },
      },
      { match: { toolResult: "chair" }, answer: "Found: {{toolResult}}" },
    ]);
    const asked: string[] = [];
    const tool = aTool({
      run: async ({ subject }) => {
        asked.push(subject);
        return { found: subject };
      },
    });
    const agent = createAgent({
      settings: quickSettings(),
      models: [settings()],
      tools: [tool],
      log: silentLog,
    });
    const { request, shown } = aRequest("Where is my lamp?");
    const answer = await agent.answer(request);
    const body = 'Let me look.\n\nFound: {"found":"lamp"}, {"found":"chair"}';
    expect(answer).toMatchObject({ kind: "answered", body, usage: { modelCalls: 2, toolCalls: 2 } });
    expect(asked.toSorted()).toEqual(["chair", "lamp"]);
    expect(shown.every((text) => body.startsWith(text))).toBe(true);
  });

  test("takes a history that begins with the assistant and has empty texts", async () => {
    const { reply } = ask({
      messages: [
        { role: "system", text: "You answer." },
        { role: "assistant", text: "Welcome." },
        { role: "user", text: " " },
        { role: "assistant", text: "Yes?" },
        { role: "user", text: "What are your opening hours?" },
      ],
    });
    expect((await reply).text).toContain("opening hours");
  });

  test("marks what was cut at the token limit", async () => {
    const reply = await ask({ messages: [{ role: "user", text: "[[do:length]]" }] }).reply;
    expect(reply).toMatchObject({ cut: true, text: expect.stringContaining("settings and") });
  });

  test.each([
    [{ kind: "rate-limit", retryAfterMs: 2_000 }, "rate_limit_exceeded"],
    [{ kind: "server-error", status: 500 }, undefined],
    [{ kind: "server-error", status: 503 }, undefined],
    [{ kind: "cut", afterTokens: 3 }, undefined],
    [{ kind: "malformed-stream", variant: "missing-done" }, "broken_off"],
    [{ kind: "malformed-stream", variant: "broken-json" }, undefined],
    [{ kind: "malformed-stream", variant: "error-event" }, undefined],
    [{ kind: "misbehave", as: "empty" }, "empty_answer"],
    [{ kind: "empty-choices" }, "empty_answer"],
  ] as const)("%o may pass", async (fault, code) => {
    api.fault(fault);
    const error = await failed();
    expect(error).toBeInstanceOf(TransientError);
    if (code !== undefined) expect(error).toMatchObject({ code });
    if (fault.kind === "rate-limit") expect(error).toMatchObject({ retryAfterMs: 2_000 });
    expect(chats()).toHaveLength(1);
  });

  test.each([
    [{ kind: "key-revoked" }, "key_refused"],
    [{ kind: "insufficient-quota" }, "insufficient_quota"],
    [{ kind: "context-length" }, "context_length_exceeded"],
    [{ kind: "misbehave", as: "content-filter" }, "content_filter"],
  ] as const)("%o stays wrong", async (fault, code) => {
    api.fault(fault);
    const error = await failed();
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ code });
    expect(chats()).toHaveLength(1);
  });

  test("an unknown model stays wrong", async () => {
    const error = await failed({ model: "no-such-model" });
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ code: "model_unknown" });
  });

  test("an answer that falls silent is cut, and the call with it", async () => {
    api.fault({ kind: "silence", afterTokens: 2 });
    const error = await failed({ idleMs: 80 });
    expect(error).toMatchObject({ code: "timeout", message: expect.stringContaining("silent for 80 ms") });
    await api.waitFor(({ outcome }) => outcome === "client-aborted");
  });

  test("stops when the caller does", async () => {
    api.fault({ kind: "no-answer" });
    const stopping = new AbortController();
    const { reply } = ask({ signal: stopping.signal });
    await api.waitFor(({ fault }) => fault === "no-answer");
    stopping.abort(new Error("enough"));
    await expect(reply).rejects.toThrow("enough");
  });

  test("is healthy while its key is good", async () => {
    const healthOf = (more: Given) =>
      createAgent({
        settings: quickSettings(),
        models: [settings(more)],
        tools: [],
        log: silentLog,
      }).health();
    expect(await healthOf({})).toBe("ok");
    api.revokeKey("sk-gone");
    expect(await healthOf({ apiKey: "sk-gone" })).toBe("unavailable");
  });
});

test("a model that fixes its temperature is not told one", async () => {
  const given = { provider: "openai", apiKey: "sk-test", baseURL: api.baseURL, model: "gpt-5-mini" } as const;
  const reply = await createChatModel(modelSettings.parse(given)).ask({
    messages: [{ role: "user", text: "Hello" }],
    tools: [],
    onText: () => {},
    signal: new AbortController().signal,
  });
  expect(reply.text).not.toBe("");
  expect(chats()[0]?.body).not.toHaveProperty("temperature");
});
