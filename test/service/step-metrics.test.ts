import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { PermanentError } from "../../src/core/errors.ts";
import { defineTool } from "../../src/core/tool.ts";
import { openTalk, until, type Talk } from "../support/talk.ts";

const lookUp = defineTool<{ what: string }, unknown>({
  name: "look_up",
  description: "Looks something up.",
  input: z.strictObject({ what: z.string() }),
  output: z.unknown(),
  roles: ["customer"],
  effect: "read",
  repeatable: true,
  approval: "none",
  timeoutMs: 5_000,
  cost: 0,
  run: async ({ what }) => {
    if (what === "nothing") throw new PermanentError("There is no such thing.");
    return { found: what };
  },
});

describe("the metrics page", () => {
  let talk: Talk;
  beforeAll(async () => {
    talk = await openTalk({ tools: [lookUp] });
  }, 60_000);
  afterAll(() => talk?.stop());

  const readPage = async () => (await fetch(`${talk.house.service.url()}/metrics`)).text();
  const value = (page: string, line: string) =>
    Number(
      page
        .split("\n")
        .find((one) => one.startsWith(`${line} `))
        ?.slice(line.length),
    );

  it("says what share of the conversations needs no colleague, and what it should be (R171)", async () => {
    const page = await readPage();
    expect(value(page, 'ai_conversation_outcome_target{outcome="resolved"}')).toBe(0.82);
    expect(value(page, 'ai_conversation_outcome_target{outcome="escalated"}')).toBe(0.15);
    expect(page).toContain("# TYPE ai_conversation_outcome_ratio gauge");
  });

  const asksTool = async (what: string) => {
    const remove = talk.model.addRule(({ unanswered, toolResults }) =>
      toolResults.length === 0 && unanswered.some((text) => text.includes("look up"))
        ? { toolCalls: [{ name: "look_up", arguments: { what } }] }
        : undefined,
    );
    await talk.answers(await talk.say(`@baton please look up ${what}`));
    await talk.settled();
    remove();
  };

  it("shows nothing failed before anything was called", async () => {
    const page = await readPage();
    expect(value(page, "ai_tool_success_ratio")).toBe(1);
    expect(page).not.toContain("ai_model_calls_per_turn_average{");
  });

  it("shows the model calls of a turn and their average (R104), and how tools do and how long they take (R117)", async () => {
    await talk.answers(await talk.say("@baton hello there"));
    await asksTool("the weather");
    await asksTool("nothing");
    const page = await until(async () => {
      const text = await readPage();
      return value(text, 'ai_model_calls_per_turn_count{agent="customer"}') === 3 ? text : undefined;
    });
    expect(value(page, 'ai_model_calls_per_turn_sum{agent="customer"}')).toBe(5);
    expect(value(page, 'ai_model_calls_per_turn_average{agent="customer"}')).toBeCloseTo(5 / 3);
    expect(value(page, 'ai_tool_calls_total{tool="look_up",outcome="ok"}')).toBe(1);
    expect(value(page, 'ai_tool_calls_total{tool="look_up",outcome="failed"}')).toBe(1);
    expect(value(page, "ai_tool_success_ratio")).toBe(0.5);
    expect(value(page, 'ai_tool_call_seconds_count{tool="look_up"}')).toBe(2);
    expect(value(page, 'ai_tool_call_seconds_sum{tool="look_up"}')).toBeGreaterThan(0);
  }, 60_000);
});
