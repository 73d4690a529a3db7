import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAnswerCache } from "../../../src/agent/cache/answer-cache.ts";
import { withAnswerCache } from "../../../src/agent/cache/with-answer-cache.ts";
import type { Agent, AgentAnswer, AgentRequest } from "../../../src/core/agent.ts";
import { type TenantId, parseId } from "../../../src/core/ids.ts";
import { silentLog } from "../../../src/core/log.ts";
import { createMemoryFastState } from "../../../src/store/memory-fast-state.ts";
import { aRequest } from "../agent-stand.ts";

const hourMs = 60 * 60 * 1000;
const question = "What does a day pass include?";
const open = {
  seal: (_: string, text: string) => Buffer.from(text),
  open: (_: string, bytes: Buffer) => `${bytes}`,
};

/** A house of one process whose model counts how often it is asked, and can be broken. */
function aHouse(answered: Partial<Extract<AgentAnswer, { kind: "answered" }>> = {}) {
  let at = 1_000;
  const now = () => at;
  const usage = { inputTokens: 10, outputTokens: 5, costUsd: 0.01, modelCalls: 1, toolCalls: 0 };
  const state = {
    asked: 0,
    isBroken: false,
    knowledge: "1",
    prompt: "1",
    broken: "model unavailable" as const,
  };
  const model: Agent = {
    answer: async (): Promise<AgentAnswer> => {
      state.asked += 1;
      if (state.isBroken) return { kind: "failed", reason: state.broken, detail: "", usage };
      const body = `Answer ${state.asked}: it includes everything.`;
      return { kind: "answered", body, citations: [], model: "m", usage, ...answered };
    },
    health: async () => "ok",
  };
  const fast = createMemoryFastState({ now, maxItems: 1_000 });
  const agent = withAnswerCache(model, {
    cache: createAnswerCache({ fast, sealer: { forTenant: async () => open }, log: silentLog, now }),
    knowledgeVersionOf: () => state.knowledge,
    promptVersionOf: () => state.prompt,
    log: silentLog,
  });
  return { agent, state, pass: (ms: number) => (at += ms) };
}

function asking(
  text = question,
  more: Partial<AgentRequest> = {},
  context: Partial<AgentRequest["context"]> = {},
) {
  const { request } = aRequest(text, { locale: "en-US", ...more });
  return { ...request, context: { ...request.context, audience: "group" as const, ...context } };
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe("an agent that remembers what it answered", () => {
  it("asks its model once for the same question, and pays nothing the second time", async () => {
    const { agent, state } = aHouse();
    const first = await agent.answer(asking());
    await settled();
    const second = await agent.answer(asking("hi, what does a day pass include please?"));
    expect(state.asked).toBe(1);
    expect(second).toMatchObject({ body: "Answer 1: it includes everything.", fromCache: "fresh" });
    expect(second.usage).toMatchObject({ costUsd: 0, modelCalls: 0 });
    expect(first).not.toHaveProperty("fromCache");
  });

  it("never tells an answer to another company, audience, agent or language, nor after a change (R219, I6)", async () => {
    const other = fc.constantFrom<Parameters<typeof asking>>(
      [question, {}, { tenantId: parseId<TenantId>("00000000-0000-4000-8000-00000000000f") }],
      [question, {}, { audience: "direct" }],
      [question, {}, { audience: "public" }],
      [question, {}, { role: "staff" }],
      [question, { locale: "de-DE" }, {}],
      [question, { language: "th" }, {}],
    );
    await fc.assert(
      fc.asyncProperty(other, async (different) => {
        const { agent, state } = aHouse();
        await agent.answer(asking());
        await settled();
        await agent.answer(asking(...different));
        expect(state.asked).toBe(2);
      }),
    );
    const { agent, state } = aHouse();
    await agent.answer(asking());
    await settled();
    state.knowledge = "2";
    await agent.answer(asking());
    await settled();
    state.prompt = "2";
    await agent.answer(asking());
    expect(state.asked).toBe(3);
  });

  it.each<[string, Partial<AgentRequest>, Partial<Extract<AgentAnswer, { kind: "answered" }>>]>([
    ["rests on earlier words", { history: [{ role: "user", text: "I am Ana, a gold member" }] }, {}],
    ["the prompt knew the person", { profile: { preferences: { seat: "aisle" }, history: [] } }, {}],
    ["was written with a summary", { summary: "Ana asked for a refund." }, {}],
    [
      "used a tool",
      {},
      { usage: { inputTokens: 0, outputTokens: 0, costUsd: 0, modelCalls: 2, toolCalls: 1 } },
    ],
    ["was handed over", {}, { handOver: { action: "escalate_to_agent", queue: "q", reason: "r" } }],
    ["was held back in part", {}, { heldBack: 1 }],
    ["names the day", {}, { body: "We are open until six today." }],
    ["leaves a dialogue open", {}, { dialogue: { step: 1 } }],
    [
      "had an attachment",
      { questions: [{ role: "user", text: `${question}\n[attached: a.png, image/png]` }] },
      {},
    ],
  ])("keeps no answer that %s", async (_, request, answered) => {
    const { agent, state } = aHouse(answered);
    for (const each of [asking(question, request), asking()]) {
      await agent.answer(each);
      await settled();
    }
    expect(state.asked).toBe(2);
  });

  it("gives an answer of up to a week again where no model answers, and says that it is from before (R217)", async () => {
    const { agent, state, pass } = aHouse();
    await agent.answer(asking());
    await settled();
    pass(30 * hourMs);
    state.isBroken = true;
    const old = await agent.answer(asking());
    expect(state.asked).toBe(2);
    expect(old).toMatchObject({ kind: "answered", fromCache: "old", usage: { modelCalls: 1 } });
    expect(old.kind === "answered" && old.body).toMatch(
      /^Answer 1: .*\n\n_This is what I answered .* earlier/u,
    );
    expect(await agent.answer(asking("And what does a week pass include?"))).toMatchObject({
      kind: "failed",
    });
    pass(200 * hourMs);
    expect(await agent.answer(asking())).toMatchObject({ kind: "failed" });
  });

  it("does nothing where nobody knows who reads the answer", async () => {
    const { agent, state } = aHouse();
    for (let count = 0; count < 2; count += 1) {
      await agent.answer(asking(question, {}, { audience: undefined }));
      await settled();
    }
    expect(state.asked).toBe(2);
  });
});
