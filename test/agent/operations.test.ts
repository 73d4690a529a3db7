import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { OpenAiSimulator } from "../../simulators/openai/openai-simulator.ts";
import { startOpenAiSimulator } from "../../simulators/openai/openai-simulator.ts";
import { createAgent } from "../../src/agent/agent.ts";
import { createAnswerCheck } from "../../src/agent/check/answer-check.ts";
import { noRules } from "../../src/agent/check/business-rules.ts";
import { createLeakFinder } from "../../src/agent/check/find-leak.ts";
import { collectCitations } from "../../src/agent/collect-citations.ts";
import { getContext } from "../../src/agent/memory.ts";
import { isValidResponse } from "../../src/agent/phrases/valid-response.ts";
import { silentLog } from "../../src/core/log.ts";
import { defineTool } from "../../src/core/tool.ts";
import { aModel, aRequest, quickSettings } from "./agent-stand.ts";

// Operations that were asked for under names of their own; docs/promises.md tells which is which.
let model: OpenAiSimulator;
beforeAll(async () => {
  model = await startOpenAiSimulator();
});
afterAll(() => model.stop());

const passage = "Badges are made at the front desk: bring a photo.";
const knowledge = defineTool({
  name: "search_knowledge",
  description: "Searches the documents.",
  input: z.strictObject({ subject: z.string() }),
  output: z.object({ passage: z.string() }),
  roles: ["customer"],
  effect: "read",
  repeatable: true,
  approval: "none",
  timeoutMs: 5_000,
  cost: 0,
  cite: ({ passage: text }) => [{ citation: { title: "Badges", url: "https://acme.example/badges" }, text }],
  run: async () => ({ passage }),
});

describe("the operations of a response generator (R60)", () => {
  test("generate_response(query, context, knowledge): the agent's answer", async () => {
    model.addFixtures([
      {
        match: { user: "badge", hasToolResult: false },
        answer: { toolCalls: [{ name: "search_knowledge", arguments: { subject: "badge" } }] },
      },
      { match: { user: "badge", hasToolResult: true }, answer: { text: passage } },
    ]);
    const agent = createAgent({
      settings: quickSettings(),
      models: [aModel(model.baseURL)],
      tools: [knowledge],
      log: silentLog,
    });
    const context = getContext([
      { role: "user", text: "I began yesterday" },
      { role: "assistant", text: "Welcome!" },
    ]);
    const { request } = aRequest("How do I get a badge?", { history: context });
    expect(await agent.answer(request)).toMatchObject({
      kind: "answered",
      body: passage,
      citations: [{ title: "Badges", url: "https://acme.example/badges" }],
    });
    const told = JSON.stringify(model.history().at(-1)?.body);
    for (const each of ["I began yesterday", "How do I get a badge?", passage]) expect(told).toContain(each);
  });

  test("validate_response(): the check of an answer, and of what may be one at all", () => {
    const evidence = {
      toolResults: [passage],
      acted: false,
      sources: [],
      facts: [],
      earlier: [],
      said: ["How do I get a badge?"],
      now: new Date(0),
    };
    const check = createAnswerCheck({
      rules: noRules,
      leaks: createLeakFinder({ instructions: [] }),
      evidence,
    });
    expect(check.open("first").finish(passage).held).toEqual([]);
    expect(check.open("first").finish("A badge costs $12.").held).toMatchObject([{ why: "claim" }]);
    expect(isValidResponse("I'm not sure about badges")).toBe(false);
  });

  test("add_citations(): what the tools of an answer rest on, each once", () => {
    const cited = collectCitations();
    for (let call = 0; call < 2; call += 1)
      cited.add(knowledge, { kind: "result", text: JSON.stringify({ passage }) });
    cited.add(knowledge, { kind: "error", text: "away" });
    expect(cited.read(passage)).toEqual([{ title: "Badges", url: "https://acme.example/badges" }]);
  });
});
