import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { OpenAiSimulator } from "../../simulators/openai/openai-simulator.ts";
import { startOpenAiSimulator } from "../../simulators/openai/openai-simulator.ts";
import { createAgent } from "../../src/agent/agent.ts";
import type { AgentModels, AgentSettings, ModelSettings } from "../../src/agent/agent-settings.ts";
import type { AgentRequest } from "../../src/core/agent.ts";
import { silentLog } from "../../src/core/log.ts";
import { createTicketTool } from "../../tools/support/create-ticket.ts";
import { createMemoryTickets } from "../tools/memory-tickets.ts";
import { aModel, aRequest, createMemoryJournal, quickSettings } from "./agent-stand.ts";

let model: OpenAiSimulator;
beforeAll(async () => {
  model = await startOpenAiSimulator();
  // The clients' code takes seconds to load on a busy machine, longer than some turns here may take.
  const models = [aModel(model.baseURL), aModel(model.baseURL, { provider: "anthropic" })];
  await createAgent({ settings: quickSettings(), models, tools: [], log: silentLog }).warmUp();
}, 60_000);
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

  test("who waited as long as a model asked is not sent back to wait", async () => {
    for (let turns = 0; turns < 40; turns += 1) {
      model.fault({ kind: "rate-limit", retryAfterMs: 2, times: 2 });
      expect((await turn({ settings: { retry: { attempts: 3, minMs: 0, maxMs: 0 } } })).answer).toMatchObject(
        answered,
      );
    }
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

describe("text shown before a cut (L5)", () => {
  const long = "We open at nine in the morning. We close at five. On Sundays we stay at home.";

  test.each([1, 2, 4, 7, 11, 15, 19])("after %i tokens is gone on with, seamlessly", async (afterTokens) => {
    model.setPace({ tokensPerSecond: 2000 });
    model.addFixtures([{ answer: long }]);
    model.fault({ kind: "cut", afterTokens });
    const { answer, shown } = await turn();
    expect(answer).toMatchObject({ kind: "answered", body: long });
    for (const [index, text] of shown.entries()) expect(text.startsWith(shown[index - 1] ?? "")).toBe(true);
    expect(new Set(shown).size).toBe(shown.length);
  });

  test("is told to the next model as what it said, without half a word", async () => {
    model.setPace({ tokensPerSecond: 2000 });
    model.addFixtures([{ answer: long }]);
    model.fault({ kind: "cut", afterTokens: 5 });
    model.fault({ kind: "cut", afterTokens: 5 });
    const { answer } = await turn({
      models: [aModel(model.baseURL), aModel(model.baseURL, { model: "gpt-4o" })],
    });
    expect(answer).toMatchObject({ kind: "answered", body: long });
    const told = chats().map(
      ({ body }) => (body as { messages: { role: string; content: string }[] }).messages,
    );
    expect(told[1]?.slice(-2)).toMatchObject([
      { role: "assistant", content: "We open at nine" },
      { role: "user", content: expect.stringContaining("repeat nothing") },
    ]);
    expect(told[1]?.slice(0, -2)).toEqual(told[0]);
    expect(told[2]?.length).toBe(told[1]?.length);
    expect(long.startsWith(told[2]?.at(-2)?.content ?? "?")).toBe(true);
  });

  test("ends at its last whole sentence where the next model begins anew", async () => {
    model.setPace({ tokensPerSecond: 2000 });
    model.addFixtures([
      { match: { continues: true }, answer: "Our shop opens at nine." },
      { answer: "You are welcome. We open at nine in the morning." },
    ]);
    model.fault({ kind: "cut", afterTokens: 9 });
    const { answer, shown } = await turn();
    expect(answer).toMatchObject({ body: "You are welcome.\n\nOur shop opens at nine." });
    expect(shown.at(-1)).toBe("You are welcome.\n\nOur shop opens at nine.");
  });

  test("is all there was when the next model has nothing to add", async () => {
    model.addFixtures([{ match: { continues: true }, answer: "" }, { answer: "That is all." }]);
    model.setPace({ tokensPerSecond: 2000 });
    model.fault({ kind: "cut", afterTokens: 99 });
    expect((await turn()).answer).toMatchObject({ kind: "answered", body: "That is all." });
    expect(chats()).toHaveLength(2);
  });

  test("is all there was when only the end of the stream is missing", async () => {
    model.fault({ kind: "malformed-stream", variant: "missing-done" });
    expect((await turn()).answer).toMatchObject(answered);
    expect(chats()).toHaveLength(2);
  });

  test("was not shown where streaming is off: the answer starts over", async () => {
    model.fault({ kind: "cut", afterTokens: 6 });
    expect((await turn({ settings: { enableStreaming: false } })).answer).toMatchObject(answered);
    expect(chats()[1]?.body).toEqual(chats()[0]?.body);
  });

  test("is replayed from the journal as it was joined", async () => {
    model.addFixtures([{ answer: long }]);
    model.fault({ kind: "cut", afterTokens: 7 });
    const journal = createMemoryJournal();
    await turn({ request: { journal } });
    const { answer, shown } = await turn({ request: { journal } });
    expect(answer).toMatchObject({ kind: "answered", body: long });
    expect(shown).toEqual([long]);
    expect(chats()).toHaveLength(2);
  });

  test("stays once before a tool call that was cut, and only the call is made again", async () => {
    const tickets = createMemoryTickets();
    model.addFixtures([
      {
        match: { hasToolResult: false },
        answer: {
          text: "I will open a ticket.",
          toolCalls: [{ name: "create_ticket", arguments: { subject: "Lamp", description: "It is broken" } }],
        },
      },
      { answer: "Your ticket is open." },
    ]);
    model.setPace({ tokensPerSecond: 2000 });
    model.fault({ kind: "cut", afterTokens: 9 });
    const agent = createAgent({
      settings: quickSettings(),
      models: [aModel(model.baseURL)],
      tools: [createTicketTool(tickets)],
      log: silentLog,
    });
    const { request, shown } = aRequest("Please open a ticket: my lamp is broken");
    const body = "I will open a ticket.\n\nYour ticket is open.";
    expect(await agent.answer(request)).toMatchObject({ kind: "answered", body });
    expect(shown.every((text) => body.startsWith(text))).toBe(true);
    expect(tickets.all.size).toBe(1);
    expect(chats()).toHaveLength(3);
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

describe("agents and tiers (R220, R225)", () => {
  const named = (...names: readonly string[]) =>
    names.map((name) => aModel("http://127.0.0.1:1", { model: name }));
  const both = { simple: named("gpt-4o-mini"), complex: named("gpt-4o", "gpt-4.1") };
  const agents = {
    customer: both,
    staff: { ...both, complex: named("gpt-4.1") },
    admin: both,
    analytics: both,
  };
  const claude = aModel("http://127.0.0.1:1", {
    provider: "anthropic",
    model: "claude-haiku-4-5",
  });
  const asked = () => chats().map((chat) => chat.model);

  async function turnOf(
    request: Partial<AgentRequest>,
    extra: { readonly fallbacks?: readonly ModelSettings[] } = {},
  ) {
    const fallbacks = extra.fallbacks ?? [];
    const at = (list: readonly ModelSettings[]) => list.map((one) => ({ ...one, baseURL: model.baseURL }));
    const here = Object.fromEntries(
      Object.entries(agents).map(([role, tiers]) => [
        role,
        { simple: at(tiers.simple), complex: at(tiers.complex) },
      ]),
    ) as unknown as AgentModels["agents"];
    const agent = createAgent({
      settings: quickSettings(),
      models: { agents: here, fallbacks },
      tools: [],
      log: silentLog,
    });
    return agent.answer(aRequest("What are your opening hours?", request).request);
  }

  test("a simple question goes to the cheap model, a complex one and one nobody judged to the strong one", async () => {
    await turnOf({ tier: "simple" });
    await turnOf({ tier: "complex" });
    await turnOf({});
    expect(asked()).toEqual(["gpt-4o-mini", "gpt-4o", "gpt-4o"]);
  });

  test("each agent has its own", async () => {
    const { context } = aRequest("").request;
    await turnOf({ context: { ...context, role: "staff" } });
    expect(asked()).toEqual(["gpt-4.1"]);
  });

  test("a chain goes through the tier, the other tier, and then the other provider, each model once", async () => {
    model.fault({ kind: "server-error", pattern: "opening", times: 3 });
    const away = { ...claude, baseURL: new URL("/", model.baseURL).href };
    const answer = await turnOf({ tier: "simple" }, { fallbacks: [away, away] });
    expect(answer).toMatchObject({ kind: "answered", model: "claude-haiku-4-5" });
    expect(asked()).toEqual(["gpt-4o-mini", "gpt-4o", "gpt-4.1", "claude-haiku-4-5"]);
    expect(chats().at(-1)).toMatchObject({ face: "anthropic" });
  });

  test("a stream cut at one provider is gone on with at the other", async () => {
    model.setPace({ tokensPerSecond: 2000 });
    model.addFixtures([{ answer: "We open at nine in the morning. We close at five." }]);
    model.fault({ kind: "cut", afterTokens: 6, model: "gpt-4o-mini" });
    model.fault({ kind: "cut", afterTokens: 2, model: "gpt-4o" });
    model.fault({ kind: "cut", afterTokens: 2, model: "gpt-4.1" });
    const away = { ...claude, baseURL: new URL("/", model.baseURL).href };
    const answer = await turnOf({ tier: "simple" }, { fallbacks: [away] });
    expect(answer).toMatchObject({ body: "We open at nine in the morning. We close at five." });
    expect(chats().at(-1)).toMatchObject({ face: "anthropic" });
  });
});

describe("what one turn learned the next one knows", () => {
  function twoTurns(models: readonly ModelSettings[]) {
    const agent = createAgent({ settings: quickSettings(), models, tools: [], log: silentLog });
    return () => agent.answer(aRequest("What are your opening hours?").request);
  }
  const chain = () => [aModel(model.baseURL), aModel(model.baseURL, { model: "gpt-4o" })];
  const asked = () => chats().map((chat) => chat.model);

  test("a model that wants to rest is left alone until then", async () => {
    const answer = twoTurns(chain());
    model.fault({ kind: "rate-limit", retryAfterMs: 60_000, model: "gpt-4o-mini" });
    expect(await answer()).toMatchObject({ kind: "answered" });
    expect(await answer()).toMatchObject({ kind: "answered" });
    expect(asked()).toEqual(["gpt-4o-mini", "gpt-4o", "gpt-4o"]);
  });

  test.each(["key-revoked", "insufficient-quota"] as const)(
    "one with a %s is out, and the log says what to do (L10, L11)",
    async (kind) => {
      const told: string[] = [];
      const log = { ...silentLog, error: (_fields: object, text: string) => void told.push(text) };
      const agent = createAgent({ settings: quickSettings(), models: chain(), tools: [], log });
      const answer = () => agent.answer(aRequest("What are your opening hours?").request);
      model.fault({ kind, model: "gpt-4o-mini" });
      expect(await answer()).toMatchObject({ kind: "answered" });
      expect(await answer()).toMatchObject({ kind: "answered" });
      expect(asked()).toEqual(["gpt-4o-mini", "gpt-4o", "gpt-4o"]);
      expect(told).toEqual([expect.stringMatching(/^model taken out: .*(set one|add some)/)]);
    },
  );
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
