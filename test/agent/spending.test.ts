import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { OpenAiSimulator } from "../../simulators/openai/openai-simulator.ts";
import { startOpenAiSimulator } from "../../simulators/openai/openai-simulator.ts";
import { createAgent } from "../../src/agent/agent.ts";
import type { AgentModels, ModelSettings } from "../../src/agent/agent-settings.ts";
import { chargeTool } from "../../src/agent/tools/charge-tool.ts";
import { PermanentError } from "../../src/core/errors.ts";
import type { ConversationId } from "../../src/core/ids.ts";
import { silentLog } from "../../src/core/log.ts";
import type { Tool } from "../../src/core/tool.ts";
import type { Spent, Spender } from "../../src/insights/cost/budget.ts";
import { createBudget } from "../../src/insights/cost/budget.ts";
import { deriveId } from "../../src/store/derive-id.ts";
import { createMemoryFastState } from "../../src/store/memory-fast-state.ts";
import { aModel, aRequest, aTool, createMemoryJournal, quickSettings } from "./agent-stand.ts";

let model: OpenAiSimulator;
beforeAll(async () => {
  model = await startOpenAiSimulator();
  const models = [aModel(model.baseURL), aModel(model.baseURL, { provider: "anthropic" })];
  await createAgent({ settings: quickSettings(), models, tools: [], log: silentLog }).warmUp();
}, 60_000);
afterEach(() => {
  model.reset();
  model.clearFixtures();
});
afterAll(() => model.stop());

const price = { inputPer1k: 1, outputPer1k: 2, asOf: "2026-01-01" };
const prices = [
  { model: "gpt-4.1", inputPer1k: 100, outputPer1k: 200, asOf: "2026-01-01" },
  { model: "gpt-4o-mini", ...price },
  { model: "gpt-4o", ...price },
];

function aPurse(maxPerDayUsd = 1_000_000) {
  const recorded = { dayUsd: 0, tokens: 0 };
  return createBudget({
    fast: createMemoryFastState({ maxItems: 1_000 }),
    ledger: {
      dayUsd: async () => recorded.dayUsd,
      customerTokens: async () => recorded.tokens,
      conversationTokens: async () => recorded.tokens,
    },
    limits: { maxPerDayUsd, alertThresholdUsd: maxPerDayUsd },
    onAlert: () => {},
  });
}

interface Stand {
  readonly models?: readonly ModelSettings[] | AgentModels;
  readonly purse?: ReturnType<typeof aPurse>;
  readonly signal?: AbortSignal;
  readonly onText?: (text: string) => void;
}

async function turn({ models = [aModel(model.baseURL)], purse = aPurse(), ...request }: Stand = {}) {
  const journal = createMemoryJournal();
  const agent = createAgent({
    settings: { ...quickSettings(), prices },
    models,
    tools: [],
    purse,
    log: silentLog,
  });
  const asked = aRequest("What are your opening hours?", { journal, ...request });
  const answer = await agent.answer(asked.request).catch((cause: unknown) => cause as Error);
  const steps = [...journal.outcomes.values()];
  return { answer, steps, spent: await purse.spentToday() };
}

const usageOf = (answer: Awaited<ReturnType<typeof turn>>["answer"]) => {
  if (answer instanceof Error) throw answer;
  return answer.usage;
};

describe("a model call that breaks off is not free", () => {
  test("its streamed text is paid for beside the answer, in the limits, the ledger and the turn", async () => {
    const whole = await turn();
    model.fault({ kind: "cut", afterTokens: 5, times: 1 });
    const broken = await turn();
    expect(broken.answer).toMatchObject({ kind: "answered" });
    expect(broken.spent).toBeGreaterThan(whole.spent * 1.5);
    expect(broken.steps.map(({ costUsd }) => costUsd)).toEqual([usageOf(broken.answer).costUsd]);
    expect(broken.spent).toBeCloseTo(usageOf(broken.answer).costUsd, 5);
    expect(usageOf(broken.answer).outputTokens).toBeGreaterThan(usageOf(whole.answer).outputTokens);
  });

  test("also where no model answers in the end", async () => {
    model.fault({ kind: "cut", afterTokens: 5, times: null });
    const { answer, steps, spent } = await turn();
    expect(answer).toMatchObject({ kind: "failed", reason: "model unavailable" });
    expect(usageOf(answer).costUsd).toBeGreaterThan(0);
    expect(steps[0]?.costUsd).toBeCloseTo(usageOf(answer).costUsd, 9);
    expect(spent).toBeCloseTo(usageOf(answer).costUsd, 5);
  });

  test("Anthropic's tokens count as it told them, from the first piece on", async () => {
    model.fault({ kind: "cut", afterTokens: 5, times: null });
    const anthropic = aModel(model.baseURL.replace("/v1", ""), {
      provider: "anthropic",
      model: "claude-haiku-4-5",
    });
    const { answer } = await turn({ models: [anthropic] });
    const { inputTokens, outputTokens } = usageOf(answer);
    expect(inputTokens).toBeGreaterThan(0);
    expect(outputTokens).toBeGreaterThan(0);
  });

  test("what was refused or never begun costs nothing", async () => {
    model.fault({ kind: "server-error", status: 500, times: null });
    const { answer, spent } = await turn();
    expect(usageOf(answer)).toMatchObject({ costUsd: 0, inputTokens: 0, outputTokens: 0 });
    expect(spent).toBe(0);
  });

  test("what was stopped half way, because a person took over, is counted in the limits", async () => {
    const stopping = new AbortController();
    model.setPace({ tokensPerSecond: 50 });
    const { answer, spent } = await turn({
      signal: stopping.signal,
      onText: () => stopping.abort(new Error("taken over")),
    });
    model.setPace({ tokensPerSecond: 0 });
    expect(answer).toBeInstanceOf(Error);
    expect(spent).toBeGreaterThan(0);
  });

  test("no further call is made after it where others have used up the day meanwhile", async () => {
    model.fault({ kind: "cut", afterTokens: 5, times: 1 });
    const purse = aPurse(100);
    const others = { ...aRequest("").request.context, conversationId: deriveId<ConversationId>("another") };
    const { answer } = await turn({
      purse,
      onText: () => void purse.charge(others, { costUsd: 100, tokens: 0 }),
    });
    expect(answer).toMatchObject({ kind: "failed", reason: "over budget" });
    expect(usageOf(answer).costUsd).toBeGreaterThan(0);
    expect(model.history().filter(({ endpoint }) => endpoint === "chat")).toHaveLength(1);
  });
});

describe("a strong model and a cheap one", () => {
  const both = () => ({
    simple: [aModel(model.baseURL, { model: "gpt-4o-mini", maxTokens: 100 })],
    complex: [aModel(model.baseURL, { model: "gpt-4.1", maxTokens: 100 })],
  });
  const models = (): AgentModels => ({
    agents: { customer: both(), staff: both(), admin: both(), analytics: both() },
    fallbacks: [],
  });
  const asked = () =>
    model.history().flatMap(({ endpoint, model: name }) => (endpoint === "chat" ? [name] : []));

  test("where only the strong one would cross the limit, the cheap one is asked", async () => {
    const { answer } = await turn({ models: models(), purse: aPurse(15) });
    expect(answer).toMatchObject({ kind: "answered" });
    expect(asked()).toEqual(["gpt-4o-mini"]);
  });

  test("the strong one is not asked with the cheap one's money when that fails", async () => {
    model.fault({ kind: "server-error", status: 500, times: null, model: "gpt-4o-mini" });
    const { answer } = await turn({ models: models(), purse: aPurse(15) });
    expect(answer).toMatchObject({ kind: "failed", reason: "over budget" });
    expect(new Set(asked())).toEqual(new Set(["gpt-4o-mini"]));
  });

  test("with money enough the other one is asked in its turn", async () => {
    model.fault({ kind: "server-error", status: 500, times: null, model: "gpt-4.1" });
    const { answer } = await turn({ models: models() });
    expect(answer).toMatchObject({ kind: "answered" });
    expect(asked()).toEqual(["gpt-4.1", "gpt-4o-mini"]);
  });
});

describe("a tool's cost", () => {
  const tooled = async (tool: Partial<Tool<{ subject: string }, unknown>>) => {
    const charged: { spender: Spender; spent: Spent }[] = [];
    const charge = async (spender: Spender, spent: Spent) => void charged.push({ spender, spent });
    model.addFixtures([
      {
        match: { turn: 0 },
        answer: { toolCalls: [{ name: "look_up", arguments: { subject: "hours" } }] },
      },
    ]);
    const journal = createMemoryJournal();
    const agent = createAgent({
      settings: quickSettings(),
      models: [aModel(model.baseURL)],
      tools: [chargeTool(aTool(tool), { charge })],
      log: silentLog,
    });
    const { request } = aRequest("What are your opening hours?", { journal });
    const answer = await agent.answer(request);
    const again = await agent.answer(request);
    const [step] = [...journal.outcomes].filter(([key]) => key.startsWith("tool:"));
    return { answer, again, charged, step: step?.[1] };
  };

  test("is in the journal and counted once, against its caller, also when the turn is thought again", async () => {
    const { answer, again, charged, step } = await tooled({ cost: 0.25 });
    expect(answer).toMatchObject({ kind: "answered", usage: { toolCalls: 1, costUsd: 0.25 } });
    expect(again).toMatchObject({ kind: "answered", usage: { toolCalls: 1, costUsd: 0.25 } });
    expect(step).toMatchObject({ ok: true, costUsd: 0.25 });
    expect(charged).toEqual([
      {
        spender: expect.objectContaining({ contactId: aRequest("").request.context.contactId }),
        spent: { costUsd: 0.25, tokens: 0 },
      },
    ]);
  });

  test("is paid for a run that failed, and twice for one that was tried twice", async () => {
    const refused = await tooled({ cost: 0.25, run: () => Promise.reject(new PermanentError("sold out")) });
    expect(refused.step).toMatchObject({ ok: false, costUsd: 0.25 });
    expect(refused.charged).toHaveLength(1);
    const twice = await tooled({
      cost: 0.25,
      effect: "write",
      run: () => Promise.reject(new Error("connection lost")),
    });
    expect(twice.step).toMatchObject({ ok: false, costUsd: 0.5 });
    expect(twice.charged).toHaveLength(2);
  });

  test("of nothing is not counted", () => {
    const tool = aTool({ cost: 0 });
    expect(chargeTool(tool, { charge: () => Promise.reject(new Error("counted")) })).toBe(tool);
  });
});
