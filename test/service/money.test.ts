import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { defineTool } from "../../src/core/tool.ts";
import { openTalk, until, type Talk } from "../support/talk.ts";

const prices = "prices: [{ model: gpt-4o-mini, inputPer1k: 0.001, outputPer1k: 0.002, asOf: 2025-04-14 }]\n";

const lookUp = defineTool({
  name: "look_up",
  description: "Looks something up.",
  input: z.strictObject({}),
  output: z.unknown(),
  roles: ["customer"],
  effect: "read",
  repeatable: true,
  approval: "none",
  timeoutMs: 5_000,
  cost: 0.25,
  run: async () => ({ found: "nothing" }),
});

interface SpentTurn {
  readonly kind: string;
  readonly cost_usd: string;
}

describe("what an answer cost", () => {
  let talk: Talk;
  beforeAll(async () => {
    talk = await openTalk({ files: { "config/prices.yaml": prices }, tools: [lookUp] });
  }, 60_000);
  afterEach(() => talk.model.reset());
  afterAll(() => talk?.stop());

  /** The steps of the newest turn, once it is finished. */
  const newestSteps = async () => {
    await talk.settled();
    return talk.rows<SpentTurn>(
      `SELECT kind, cost_usd FROM steps WHERE turn_id = (SELECT id FROM turns ORDER BY started_at DESC LIMIT 1)
       ORDER BY started_at`,
    );
  };
  const spentToday = async () => {
    const page = await (await fetch(`${talk.house.service.url()}/metrics`)).text();
    return Number(/ai_cost_today_dollars\{company="all"\} (\S+)/.exec(page)?.[1]);
  };

  it("has a tool's price in the ledger, in the turn and in the day", async () => {
    const before = await spentToday();
    const remove = talk.model.addRule(({ unanswered, toolResults }) =>
      toolResults.length === 0 && unanswered.some((text) => text.includes("look that up"))
        ? { toolCalls: [{ name: "look_up", arguments: {} }] }
        : undefined,
    );
    await talk.answers(await talk.say("@baton please look that up"));
    remove();
    const steps = await newestSteps();
    expect(steps.filter(({ kind }) => kind === "tool").map((step) => Number(step.cost_usd))).toEqual([0.25]);
    expect(await spentToday()).toBeGreaterThanOrEqual(before + 0.25);
    const [turn] = await talk.rows<{ cost_usd: string }>(
      "SELECT cost_usd FROM turns ORDER BY started_at DESC LIMIT 1",
    );
    expect(Number(turn?.cost_usd)).toBeGreaterThan(0.25);
  }, 60_000);

  it("has a stream that broke off in it beside the answer", async () => {
    await talk.answers(await talk.say("@baton how are you"));
    const whole = await newestSteps();
    talk.model.fault({ kind: "cut", afterTokens: 4, times: 1 });
    await talk.answers(await talk.say("@baton how are you"));
    const broken = await newestSteps();
    const cost = (steps: readonly SpentTurn[]) => steps.reduce((sum, step) => sum + Number(step.cost_usd), 0);
    expect(talk.model.counts().byFault).toMatchObject({ cut: 1 });
    expect(cost(broken)).toBeGreaterThan(cost(whole) * 1.3);
  }, 60_000);
});

describe("a conversation that used up its tokens (R243)", () => {
  let talk: Talk;
  beforeAll(async () => {
    const faq = readFileSync(new URL("../../config/faq/example.yaml", import.meta.url), "utf8");
    talk = await openTalk({
      env: { AI_MAX_TOKENS_PER_CONVERSATION: "3000", OPENAI_MAX_TOKENS: "200", AI_SIMPLE_MAX_TOKENS: "200" },
      files: {
        "config/tenants/acme.yaml": "name: Acme\ndefault: true\ntools: []\n",
        "config/faq/acme.yaml": faq,
      },
    });
  }, 60_000);
  afterAll(() => talk?.stop());

  it("is answered from what is written, says so, and no model is asked; another one goes on", async () => {
    const words = "with many words ".repeat(150);
    const root = await talk.say(`@baton first ${words}`);
    for (let count = 1; ; count += 1) {
      const heard = (await talk.answers(root, count)).at(-1) ?? "";
      if (heard.includes("Chat temporarily limited")) break;
      expect(count).toBeLessThan(10);
      await talk.say(`@baton again ${words}`, { thread: root.ts });
    }
    await talk.settled();
    const asked = talk.model.counts().requests;
    const before = talk.heard(root).length;
    await talk.say("@baton What are your opening hours?", { thread: root.ts });
    const heard = await talk.answers(root, before + 1, 60_000);
    expect(heard.at(-1)).toContain("Chat temporarily limited, showing FAQ.");
    expect(heard.at(-1)).toContain("Monday to Friday from 9:00 to 18:00");
    expect(talk.model.counts().requests).toBe(asked);
    const other = await talk.say("@baton and who are you?");
    expect((await talk.answers(other)).at(-1)).toContain("You wrote");
    const page = async () => (await fetch(`${talk.house.service.url()}/metrics`)).text();
    await until(async () => /baton_over_budget_total\{scope="conversation"\} [1-9]/.test(await page()));
  }, 120_000);
});

describe("a person who used up the day's tokens (R242)", () => {
  let talk: Talk;
  beforeAll(async () => {
    talk = await openTalk({
      env: { AI_MAX_TOKENS_PER_CUSTOMER_DAY: "2500", OPENAI_MAX_TOKENS: "200", AI_SIMPLE_MAX_TOKENS: "200" },
    });
  }, 60_000);
  afterAll(() => talk?.stop());

  it("is told so in every conversation, with a way to a person; another person is answered", async () => {
    const words = "with many words ".repeat(150);
    for (let count = 1; ; count += 1) {
      const [heard = ""] = await talk.answers(await talk.say(`@baton question ${count} ${words}`));
      if (!heard.includes("You wrote")) break;
      expect(count).toBeLessThan(10);
    }
    const asked = talk.model.counts().requests;
    const [heard = ""] = await talk.answers(await talk.say(`@baton one more ${words}`));
    expect(heard).toContain("A person can help you");
    expect(talk.model.counts().requests).toBe(asked);
    const [other = ""] = await talk.answers(await talk.say("@baton hello, I am new here", { user: "Ben" }));
    expect(other).toContain("You wrote");
  }, 120_000);
});
