import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { OpenAiSimulator } from "../../simulators/openai/openai-simulator.ts";
import { startOpenAiSimulator } from "../../simulators/openai/openai-simulator.ts";
import { createAgent } from "../../src/agent/agent.ts";
import type { AgentSettings, ModelSettings } from "../../src/agent/agent-settings.ts";
import type { AgentRequest } from "../../src/core/agent.ts";
import { silentLog } from "../../src/core/log.ts";
import { createTicketTool } from "../../tools/support/create-ticket.ts";
import { createMemoryTickets } from "../tools/memory-tickets.ts";
import { aModel, aRequest, quickSettings } from "./agent-stand.ts";

let model: OpenAiSimulator;
beforeAll(async () => {
  model = await startOpenAiSimulator();
});
afterEach(() => {
  model.reset();
  model.clearFixtures();
  model.setPace({ tokensPerSecond: 0 });
});
afterAll(() => model.stop());

interface Stand {
  readonly settings?: Partial<AgentSettings>;
  readonly model?: Partial<ModelSettings>;
  readonly models?: readonly ModelSettings[];
  readonly request?: Partial<AgentRequest>;
}

async function turn(stand: Stand = {}) {
  const agent = createAgent({
    settings: quickSettings(stand.settings),
    models: stand.models ?? [aModel(model.baseURL, stand.model)],
    tools: [],
    log: silentLog,
  });
  const { request, shown } = aRequest("What are your opening hours?", stand.request);
  return { answer: await agent.answer(request), shown };
}

const chats = () => model.history().filter(({ endpoint }) => endpoint === "chat");
const answered = { kind: "answered", body: expect.stringContaining("opening hours") };
const unavailable = { kind: "failed", reason: "model unavailable" };

describe("failures that pass are tried again, three times at most (C14)", () => {
  test.each([
    ["L1", { kind: "rate-limit", retryAfterMs: 5, times: 2 }],
    ["L2", { kind: "server-error", status: 500, times: 2 }],
    ["L2", { kind: "server-error", status: 502, times: 2 }],
    ["L2", { kind: "server-error", status: 503, times: 2 }],
    ["L5", { kind: "cut", afterTokens: 3, times: 2 }],
    ["L5", { kind: "cut", afterBytes: 40, times: 2 }],
    ["L6", { kind: "empty-choices", times: 2 }],
    ["L6", { kind: "misbehave", as: "empty", times: 2 }],
    ["L6", { kind: "misbehave", as: "whitespace", times: 2 }],
    ["malformed", { kind: "malformed-stream", variant: "no-data-prefix", times: 2 }],
    ["malformed", { kind: "malformed-stream", variant: "broken-json", times: 2 }],
    ["malformed", { kind: "malformed-stream", variant: "missing-done", times: 2 }],
    ["malformed", { kind: "malformed-stream", variant: "error-event", times: 2 }],
  ] as const)("%s %o", async (_, fault) => {
    model.fault(fault);
    expect((await turn()).answer).toMatchObject(answered);
    expect(chats()).toHaveLength(3);
  });

  test.each([
    ["L3", { kind: "no-answer", times: 1 }],
    ["L4", { kind: "silence", times: 1 }],
    ["L4", { kind: "silence", afterTokens: 2, times: 1 }],
  ] as const)("%s %o, cut by a limit of ours", async (_, fault) => {
    model.fault(fault);
    expect((await turn({ model: { firstByteMs: 100, idleMs: 100 } })).answer).toMatchObject(answered);
    expect(chats()).toHaveLength(2);
    await model.waitFor(({ outcome }) => outcome === "client-aborted");
  });

  test("and no more than three times", async () => {
    model.fault({ kind: "server-error", times: null });
    expect((await turn()).answer).toMatchObject(unavailable);
    expect(chats()).toHaveLength(3);
  });

  test("an answer empty three times is a failure", async () => {
    model.fault({ kind: "misbehave", as: "empty", times: null });
    expect((await turn()).answer).toMatchObject({ kind: "failed", reason: "empty answer" });
    expect(chats()).toHaveLength(3);
  });
});

describe("failures that stay are not tried again", () => {
  test.each([
    ["L10", { kind: "key-revoked", times: null }, "invalid_api_key"],
    ["L11", { kind: "insufficient-quota", times: null }, "insufficient_quota"],
  ] as const)("%s %o", async (_, fault, code) => {
    model.fault(fault);
    expect((await turn()).answer).toMatchObject({ ...unavailable, detail: expect.stringContaining(code) });
    expect(chats()).toHaveLength(1);
  });

  test("an unknown model (404)", async () => {
    expect((await turn({ model: { model: "no-such-model" } })).answer).toMatchObject(unavailable);
    expect(chats()).toHaveLength(1);
  });

  test("a content filter (L6)", async () => {
    model.fault({ kind: "misbehave", as: "content-filter", times: null });
    expect((await turn()).answer).toMatchObject({ kind: "failed", reason: "empty answer" });
    expect(chats()).toHaveLength(1);
  });

  test("a context too long loses half its history, once (L9)", async () => {
    model.fault({ kind: "context-length" });
    const history = Array.from({ length: 8 }, (_, index) => ({
      role: "user" as const,
      text: `message ${index}`,
    }));
    expect((await turn({ request: { history } })).answer).toMatchObject(answered);
    const bodies = chats().map(({ body }) => (body as { messages: unknown[] }).messages.length);
    expect(bodies).toEqual([10, 6]);

    model.reset();
    model.fault({ kind: "context-length", times: null });
    expect((await turn({ request: { history } })).answer).toMatchObject(unavailable);
    expect(chats()).toHaveLength(2);
  });
});

describe("time", () => {
  test("a model that names its time is not asked before it", async () => {
    model.fault({ kind: "rate-limit", retryAfterMs: 300 });
    expect((await turn()).answer).toMatchObject(answered);
    const [first, second] = chats();
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(299);
  });

  test("a time beyond the turn's is not waited for", async () => {
    model.fault({ kind: "rate-limit", retryAfterMs: 3_600_000 });
    expect((await turn()).answer).toMatchObject(unavailable);
    expect(chats()).toHaveLength(1);
  });

  test("a slow drip ends with the turn, and the call with it (L12)", async () => {
    model.fault({ kind: "slow-drip", tokenMs: 40, times: null });
    const { answer } = await turn({ settings: { turnTimeoutMs: 200 } });
    expect(answer).toMatchObject({ kind: "failed", reason: "out of time" });
    await model.waitFor(({ outcome }) => outcome === "client-aborted");
  });

  test("a drip that never pauses is cut by the limit of one call", async () => {
    model.fault({ kind: "slow-drip", tokenMs: 40 });
    expect((await turn({ model: { timeoutMs: 150 } })).answer).toMatchObject(answered);
    expect(chats()).toHaveLength(2);
  });
});

describe("text shown before a cut", () => {
  test("is continued, not repeated, when the next try says the same", async () => {
    model.setPace({ tokensPerSecond: 1000 });
    model.fault({ kind: "cut", afterTokens: 5 });
    const { answer, shown } = await turn();
    expect(answer).toMatchObject(answered);
    for (const [index, text] of shown.entries()) expect(text.startsWith(shown[index - 1] ?? "")).toBe(true);
    expect(new Set(shown).size).toBe(shown.length);
  });

  test("is replaced when the next try says something else", async () => {
    model.setPace({ tokensPerSecond: 1000 });
    model.addFixtures([
      { answer: "We open at nine in the morning and close at five.", times: 1 },
      { answer: "Nine to five." },
    ]);
    model.fault({ kind: "cut", afterTokens: 6 });
    const { answer, shown } = await turn();
    expect(answer).toMatchObject({ kind: "answered" });
    expect(shown.at(-1)).toBe(answer.kind === "answered" ? answer.body : "");
  });

  test("a tool call cut in its JSON is asked for anew and runs once (L5)", async () => {
    const tickets = createMemoryTickets();
    const agent = createAgent({
      settings: quickSettings(),
      models: [aModel(model.baseURL)],
      tools: [createTicketTool(tickets)],
      log: silentLog,
    });
    model.fault({ kind: "cut", afterTokens: 4 });
    const answer = await agent.answer(aRequest("Please open a ticket: my lamp is broken").request);
    expect(answer).toMatchObject({ kind: "answered" });
    expect(tickets.all.size).toBe(1);
  });
});

describe("several models", () => {
  const chain = () => [aModel(model.baseURL), aModel(model.baseURL, { model: "gpt-4o" })];

  test.each([
    { kind: "server-error", model: "gpt-4o-mini", times: null },
    { kind: "key-revoked", model: "gpt-4o-mini", times: null },
    { kind: "misbehave", as: "empty", model: "gpt-4o-mini", times: null },
  ] as const)("the next one answers at once: %o", async (fault) => {
    model.fault(fault);
    expect((await turn({ models: chain() })).answer).toMatchObject({
      kind: "answered",
      model: expect.stringMatching(/^gpt-4o/),
    });
    expect(chats().map((chat) => chat.model)).toEqual(["gpt-4o-mini", "gpt-4o"]);
  });

  test("one that stays wrong is not asked again when the others may recover", async () => {
    model.fault({ kind: "key-revoked", model: "gpt-4o-mini", times: null });
    model.fault({ kind: "server-error", model: "gpt-4o", times: 2 });
    expect((await turn({ models: chain() })).answer).toMatchObject({ kind: "answered" });
    expect(chats().map((chat) => chat.model)).toEqual(["gpt-4o-mini", "gpt-4o", "gpt-4o", "gpt-4o"]);
  });
});

describe("an outage (L13)", () => {
  test("opens the breaker: turns fail at once without a call, and one call finds the model again", async () => {
    const agent = createAgent({
      settings: quickSettings({ breaker: { failures: 3, openMs: 300 } }),
      models: [aModel(model.baseURL)],
      tools: [],
      log: silentLog,
    });
    const answer = () => agent.answer(aRequest("What are your opening hours?").request);
    const outage = model.fault({ kind: "outage", ms: 60_000, endpoint: "chat" });
    expect(await answer()).toMatchObject(unavailable);
    expect(chats()).toHaveLength(3);
    expect(await answer()).toMatchObject({ ...unavailable, detail: expect.stringContaining("not asked") });
    expect(chats()).toHaveLength(3);
    outage.remove();
    await new Promise((resolve) => setTimeout(resolve, 320));
    expect(await answer()).toMatchObject(answered);
  });

  test("while one call probes, other turns do not wait for it", async () => {
    const agent = createAgent({
      settings: quickSettings({
        breaker: { failures: 1, openMs: 20 },
        retry: { attempts: 1, minMs: 0, maxMs: 0 },
      }),
      models: [aModel(model.baseURL)],
      tools: [],
      log: silentLog,
    });
    const answer = (signal = new AbortController().signal) =>
      agent.answer(aRequest("What are your opening hours?", { signal }).request);
    model.fault({ kind: "server-error" });
    await answer();
    await new Promise((resolve) => setTimeout(resolve, 40));
    model.fault({ kind: "silence" });
    const stopping = new AbortController();
    const probing = answer(stopping.signal);
    await model.waitFor(({ fault }) => fault === "silence");
    expect(await answer()).toMatchObject(unavailable);
    stopping.abort(new Error("enough"));
    await expect(probing).rejects.toThrow("enough");
  });

  test("a port that refuses connections is an outage too", async () => {
    const answer = turn({ models: [aModel("http://127.0.0.1:1/v1")] });
    expect((await answer).answer).toMatchObject(unavailable);
  });
});

describe("health", () => {
  const healthOf = (models: readonly ModelSettings[], now?: () => number) =>
    createAgent({ settings: quickSettings(), models, tools: [], log: silentLog, ...(now ? { now } : {}) });

  test("is asked of the endpoint at most every 30 seconds", async () => {
    let now = 0;
    const agent = healthOf([aModel(model.baseURL)], () => now);
    const lists = () => model.history().filter(({ endpoint }) => endpoint === "models").length;
    expect(await agent.health()).toBe("ok");
    now = 29_999;
    expect(await agent.health()).toBe("ok");
    expect(lists()).toBe(1);
    now = 30_000;
    expect(await agent.health()).toBe("ok");
    expect(lists()).toBe(2);
  });

  test("is unavailable with a wrong key or nobody there, ok when one of several answers", async () => {
    model.revokeKey("sk-revoked");
    expect(await healthOf([aModel(model.baseURL, { apiKey: "sk-revoked" })]).health()).toBe("unavailable");
    const gone = aModel("http://127.0.0.1:1/v1");
    expect(await healthOf([gone]).health()).toBe("unavailable");
    expect(await healthOf([gone, aModel(model.baseURL)]).health()).toBe("ok");
  });

  test("does not wait longer than two seconds for a server that is silent", async () => {
    const silent = createServer(() => {}).listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    const { port } = silent.address() as AddressInfo;
    expect(await healthOf([aModel(`http://127.0.0.1:${port}/v1`)]).health()).toBe("unavailable");
    silent.closeAllConnections();
    silent.close();
  });

  test("without a model is not configured, and a turn says so", async () => {
    expect(await healthOf([]).health()).toBe("not configured");
    expect((await turn({ models: [] })).answer).toMatchObject({
      kind: "failed",
      reason: "no model configured",
    });
  });
});
