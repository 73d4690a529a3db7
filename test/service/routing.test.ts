import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTalk, type Talk } from "../support/talk.ts";

let talk: Talk;
beforeAll(async () => {
  talk = await openTalk({
    env: { OPENAI_MODEL: "gpt-4o", AI_SIMPLE_MODEL: "gpt-4o-mini" },
  });
}, 60_000);
afterAll(() => talk?.stop());

/** The model that was asked about a text. */
async function modelAsked(text: string, thread?: string): Promise<readonly string[]> {
  const root = await talk.say(`@baton ${text}`, thread === undefined ? {} : { thread });
  await talk.answers(thread === undefined ? root : { ...root, ts: thread }, thread === undefined ? 1 : 2);
  return talk.model
    .history()
    .filter(({ endpoint, body }) => endpoint === "chat" && JSON.stringify(body).includes(text))
    .map(({ model }) => model ?? "");
}

describe("a company with a cheap and a strong model (R220)", () => {
  it("has a greeting and a plain question answered by the cheap one", async () => {
    expect(await modelAsked("Good morning!")).toEqual(["gpt-4o-mini"]);
    expect(await modelAsked("Where are you located?")).toEqual(["gpt-4o-mini"]);
  }, 60_000);

  it("has a question that weighs and plans answered by the strong one, and what follows it", async () => {
    const text = "Compare the two plans for a team of twelve and recommend one, if we grow to thirty.";
    const root = await talk.say(`@baton ${text}`);
    await talk.answers(root);
    const strong = talk.model.history().filter(({ body }) => JSON.stringify(body).includes(text));
    expect(strong.map(({ model }) => model)).toEqual(["gpt-4o"]);
    await talk.say("@baton and for Berlin?", { thread: root.ts });
    await talk.answers(root, 2);
    expect(
      talk.model
        .history()
        .filter(({ endpoint }) => endpoint === "chat")
        .at(-1)?.model,
    ).toBe("gpt-4o");
  }, 60_000);

  it("tells how many went where, and how the models are doing", async () => {
    const page = await (await fetch(`${talk.house.service.url()}/metrics`)).text();
    expect(page).toMatch(/baton_routed_total\{agent="customer",tier="simple"\} [1-9]/);
    expect(page).toMatch(/baton_routed_total\{agent="customer",tier="complex"\} [1-9]/);
    expect(page).toContain('baton_model_left_alone{model="openai:gpt-4o-mini"} 0');
    expect(page).toMatch(/ai_cost_today_dollars\{company="all"\} \d/);
    expect(page).toContain('ai_cost_limit_dollars{company="all"} 100');
  });
});
