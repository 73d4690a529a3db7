import { afterAll, beforeAll, expect, test } from "vitest";
import { startOpenAiSimulator, type OpenAiSimulator } from "../../simulators/openai/openai-simulator.ts";
import { createAgent } from "../../src/agent/agent.ts";
import type { AgentModels } from "../../src/agent/agent-settings.ts";
import type { AgentRequest } from "../../src/core/agent.ts";
import { silentLog } from "../../src/core/log.ts";
import { aModel, aRequest, quickSettings } from "./agent-stand.ts";

let model: OpenAiSimulator;
beforeAll(async () => {
  model = await startOpenAiSimulator();
}, 60_000);
afterAll(() => model.stop());

/** An agent whose simple questions go to one model and the others to another one, and what it was asked to judge. */
function anAgent(simple: string, complex: string) {
  const judged: AgentRequest[] = [];
  const both = {
    simple: [aModel(model.baseURL, { model: simple, maxTokens: 500 })],
    complex: [aModel(model.baseURL, { model: complex })],
  };
  const models: AgentModels = {
    agents: { customer: both, staff: both, admin: both, analytics: both },
    fallbacks: [],
  };
  const agent = createAgent({
    settings: quickSettings(),
    models,
    tools: [],
    routeOf: (request) => {
      judged.push(request);
      return "simple";
    },
    log: silentLog,
  });
  return { agent, judged };
}

test("an agent with one model alone judges no question, and answers at full length (R220)", async () => {
  const { agent, judged } = anAgent("gpt-4o", "gpt-4o");
  await agent.answer(aRequest("Hello").request);
  expect(judged).toEqual([]);
  expect(model.history().at(-1)?.body).toMatchObject({ model: "gpt-4o", max_tokens: 1500 });
}, 60_000);

test("one with two asks the cheap model what is simple, and believes whoever judged before", async () => {
  const { agent, judged } = anAgent("gpt-4o-mini", "gpt-4o");
  await agent.answer(aRequest("Hello").request);
  expect(judged).toHaveLength(1);
  expect(model.history().at(-1)?.model).toBe("gpt-4o-mini");
  await agent.answer(aRequest("Hello", { tier: "complex" }).request);
  expect(judged).toHaveLength(1);
  expect(model.history().at(-1)?.model).toBe("gpt-4o");
}, 60_000);

test("a question beside a turn is asked at temperature 0, once, with its tokens and its price told", async () => {
  const { agent } = anAgent("gpt-4o-mini", "gpt-4o");
  const { request } = aRequest("Hello");
  const first = await agent.askOnce(request, "understand", "What is meant?");
  const again = await agent.askOnce(request, "understand", "What is meant?");
  expect(first.text).toContain("What is meant");
  expect(first.usage).toMatchObject({ modelCalls: 1, inputTokens: expect.any(Number) });
  expect(again).toEqual(first);
  const asked = model.history().filter(({ text }) => text.includes("What is meant?"));
  expect(asked.map(({ body }) => body)).toMatchObject([{ model: "gpt-4o-mini", temperature: 0 }]);
  model.fault({ kind: "server-error", status: 500, times: null });
  const failed = await agent.askOnce(aRequest("Hello").request, "understand", "What is meant?");
  expect(failed.text).toBeUndefined();
  model.clearFaults();
}, 60_000);
