import { describe, expect, it } from "vitest";
import type { KeylessBrain } from "../../../src/agent/keyless/keyless-brain.ts";
import { withKeylessBrain } from "../../../src/agent/keyless/with-keyless-brain.ts";
import type { Agent, AgentAnswer } from "../../../src/core/agent.ts";
import { aRequest } from "../agent-stand.ts";

type Failure = Extract<AgentAnswer, { kind: "failed" }>["reason"];
const usage = { inputTokens: 10, outputTokens: 0, costUsd: 0.01, modelCalls: 3, toolCalls: 0 };

function anAgent(outcome: Failure | "well", toolCalls = 0): Agent & { asked: number } {
  const agent = {
    asked: 0,
    answer: async (): Promise<AgentAnswer> => {
      agent.asked += 1;
      const used = { ...usage, toolCalls };
      return outcome === "well"
        ? { kind: "answered", body: "from a model", citations: [], model: "m", usage: used }
        : { kind: "failed", reason: outcome, detail: "", usage: used };
    },
    health: async () => "ok" as const,
  };
  return agent;
}

const brain: KeylessBrain = {
  answer: async (_, { limited = false } = {}) => ({
    kind: "answered",
    body: limited ? "limited, from the brain" : "from the brain",
    citations: [],
    model: "flows",
    usage: { inputTokens: 0, outputTokens: 0, costUsd: 0, modelCalls: 0, toolCalls: 1 },
  }),
};

const ask = (agent: Agent, mode: "hybrid" | "rules" = "hybrid") =>
  withKeylessBrain(agent, () => ({ brain, mode })).answer(aRequest("hello").request);

describe("a brain behind an agent", () => {
  it("leaves the model's answer as it is", async () => {
    expect(await ask(anAgent("well"))).toMatchObject({ body: "from a model" });
  });

  it("answers where no model is configured, without a word about it", async () => {
    expect(await ask(anAgent("no model configured"))).toMatchObject({ body: "from the brain" });
  });

  it.each<Failure>(["model unavailable", "empty answer", "too many steps"])(
    "says that it is limited where there is a model but %s, and counts what both used (R223)",
    async (reason) => {
      expect(await ask(anAgent(reason))).toMatchObject({
        body: "limited, from the brain",
        usage: { inputTokens: 10, costUsd: 0.01, modelCalls: 3, toolCalls: 1 },
      });
    },
  );

  it("never thinks a turn again that has called a tool, or that a person has to look at", async () => {
    expect(await ask(anAgent("model unavailable", 1))).toMatchObject({ kind: "failed" });
    expect(await ask(anAgent("needs a person"))).toMatchObject({ kind: "failed", reason: "needs a person" });
    expect(await ask(anAgent("out of time"))).toMatchObject({ kind: "failed", reason: "out of time" });
  });

  it("never asks a model for a company that answers by rules (R44)", async () => {
    const agent = anAgent("well");
    expect(await ask(agent, "rules")).toMatchObject({ body: "from the brain" });
    const done = [{ tool: "refund", arguments: "{}", ok: true, text: "{}" }];
    const told = withKeylessBrain(agent, () => ({ brain, mode: "rules" }));
    await told.answer(aRequest("", { questions: [], done }).request);
    expect(agent.asked).toBe(0);
  });

  it("stays out of the way of companies that have nothing to answer from", async () => {
    const alone = withKeylessBrain(anAgent("model unavailable"), () => undefined);
    expect(await alone.answer(aRequest("hello").request)).toMatchObject({ kind: "failed" });
  });
});
