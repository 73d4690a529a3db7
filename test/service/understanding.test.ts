import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openTalk, until, type Talk } from "../support/talk.ts";

const kinds = ["intents", "flows", "faq", "templates"];

/** The example company, understood by a model; `mode` says who answers. */
async function openCompany(mode: "rules" | "hybrid"): Promise<Talk> {
  const files = kinds.map((kind) => [
    `config/${kind}/acme.yaml`,
    readFileSync(new URL(`../../config/${kind}/example.yaml`, import.meta.url), "utf8"),
  ]);
  return openTalk({
    env: { OPENAI_MODEL: "gpt-4o", AI_SIMPLE_MODEL: "gpt-4o-mini" },
    files: {
      ...Object.fromEntries(files),
      "config/tenants/acme.yaml": `name: Acme\ndefault: true\nmode: ${mode}\nunderstanding: model\n`,
    },
  });
}

/** What the model answers when it is asked what a message means. */
function understandAs(talk: Talk, reply: string): void {
  talk.model.addRule(({ unanswered }) =>
    unanswered.some((text) => text.startsWith("Classify the message below.")) ? { text: reply } : undefined,
  );
}

const lastLine = (talk: Talk) => {
  const found = talk.lines.findLast((line) => line.includes('"msg":"understood"'));
  return JSON.parse(found ?? "{}") as Record<string, unknown>;
};
const puzzling = "thingamajig kaput, jot it down somewhere";
const meaning = { intent: "open_ticket", confidence: 0.95, language: "en", sentiment: 0.5, slots: {} };

describe("a company that answers by rules and has its messages understood by a model", () => {
  let talk: Talk;
  beforeAll(async () => {
    talk = await openCompany("rules");
  }, 60_000);
  afterEach(() => talk.model.reset());
  afterAll(() => talk?.stop());

  it("is ready to understand before anybody has said anything", async () => {
    await until(async () => talk.lines.some((line) => line.includes("messages can be understood")), 60_000);
  }, 90_000);

  it("begins the flow the model meant, asked once, cheaply and at temperature 0, and pays for it", async () => {
    understandAs(talk, JSON.stringify(meaning));
    const [words = ""] = await talk.answers(await talk.say(`@baton ${puzzling}`), 1, 60_000);
    expect(words).toContain("What is it about, in a few words?");
    const asked = talk.model.history().filter(({ endpoint }) => endpoint === "chat");
    expect(asked.map(({ model }) => model)).toEqual(["gpt-4o-mini"]);
    expect(asked[0]?.body).toMatchObject({ temperature: 0 });
    expect(lastLine(talk)).toMatchObject({ intent: "open_ticket", source: "model", language: "en" });
    await talk.settled();
    const [turn] = await talk.rows<{ input_tokens: number; steps: string }>(
      `SELECT input_tokens, (SELECT string_agg(kind, ',') FROM steps WHERE turn_id = t.id) AS steps
       FROM turns t ORDER BY started_at DESC LIMIT 1`,
    );
    expect(turn?.steps).toBe("model");
    expect(turn?.input_tokens).toBeGreaterThan(0);
  }, 120_000);

  it.each(["I would say it is a ticket", JSON.stringify({ ...meaning, intent: "delete_everything" })])(
    "understands offline what the model answers with %s",
    async (reply) => {
      understandAs(talk, reply);
      const [words = ""] = await talk.answers(
        await talk.say("@baton What are your opening hours?"),
        1,
        60_000,
      );
      expect(words).toContain("Monday to Friday from 9:00 to 18:00");
      expect(lastLine(talk)).toMatchObject({ source: "offline" });
    },
    120_000,
  );

  it("understands offline while no model answers", async () => {
    talk.model.fault({ kind: "outage", ms: 60_000 });
    const [words = ""] = await talk.answers(await talk.say("@baton When are you open?"), 1, 60_000);
    expect(words).toContain("Monday to Friday from 9:00 to 18:00");
    talk.model.clearFaults();
  }, 120_000);
});

describe("a company whose models answer, and that has its messages understood before", () => {
  let talk: Talk;
  beforeAll(async () => {
    talk = await openCompany("hybrid");
  }, 60_000);
  afterAll(() => talk?.stop());

  it("has a complaint answered by the strong model, however short", async () => {
    understandAs(talk, JSON.stringify({ ...meaning, intent: "complaint", sentiment: 0.4 }));
    const [words = ""] = await talk.answers(await talk.say("@baton soup cold again"), 1, 60_000);
    expect(words).toContain("You wrote");
    const asked = talk.model.history().filter(({ endpoint }) => endpoint === "chat");
    expect(asked.map(({ model }) => model)).toEqual(["gpt-4o-mini", "gpt-4o"]);
    expect(lastLine(talk)).toMatchObject({ intent: "complaint", source: "model" });
  }, 120_000);
});
