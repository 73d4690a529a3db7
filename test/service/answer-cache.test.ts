import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startEmbeddings, type Embeddings } from "../support/embeddings.ts";
import { acme, beta, openChatHouse, visit } from "../http/chat/chat-house.ts";
import { openTalk, until, type Talk } from "../support/talk.ts";

let talk: Talk;
beforeAll(async () => {
  talk = await openTalk();
  const say = (user: string, text: string) => ({ match: { user }, answer: { text } });
  talk.model.addFixtures([
    say("new badge", "Badges are made at the front desk: bring a photo."),
    say("printer manual", "The manuals are on the shelf beside the printer."),
    say("guest network", "Choose the guest network and accept its terms."),
    say("opening hours", "We open when the sun rises."),
  ]);
});
afterAll(() => talk.stop());
beforeEach(async () => {
  const struck = talk.model.listFaults().length > 0;
  talk.model.clearFaults();
  if (struck) await talk.house.restart(); // a model that failed often is left alone for a while
});

async function ask(text: string, more: { user?: string; channel?: string; thread?: string } = {}) {
  const root = await talk.say(`@baton ${text}`, more);
  const [words = ""] = await talk.answers({ ...root, ts: more.thread ?? root.ts }, 1);
  await talk.settled();
  return { words, root };
}

/** Without its buttons, whose ids are of one answer alone. */
function textOf(words: string): string {
  return words.split("\n[{")[0] ?? "";
}

const modelCalls = () => talk.model.counts().requests;

describe("a question that was asked before (R210, R219)", () => {
  it("by somebody else is answered without a model, with the same words, and counted", async () => {
    const first = await ask("How do I get a new badge?");
    const before = modelCalls();
    const second = await ask("how do i get a new badge", { user: "Ben" });
    expect(modelCalls()).toBe(before);
    expect(textOf(second.words)).toBe(textOf(first.words));
    const page = await (await fetch(`${talk.house.service.url()}/metrics`)).text();
    expect(page).toMatch(/baton_answer_cache_total\{outcome="exact"\} 1/);
    const hits = talk.lines.filter((line) => line.includes('"cache_hit":true'));
    expect(hits).toHaveLength(1);
    const [row] = await talk.rows<{ count: string }>(
      "SELECT count(*) FROM messages WHERE (metadata ->> 'cache_hit')::boolean",
    );
    expect(Number(row?.count)).toBe(1);
  });

  it("in another place, with another audience, is thought about anew", async () => {
    await ask("Where do I find the printer manual?");
    const before = modelCalls();
    await talk.say("Where do I find the printer manual?", { channel: "dm" });
    await until(async () => modelCalls() === before + 1);
    await talk.settled();
  });

  it.each([
    "Where is my order, and what are the opening hours?",
    "What are the opening hours today?",
    "What are the opening hours for order 1234567?",
    "what time is it in Tokyo?",
  ])("but is the person's own, or of the day, is asked of the model each time: %s", async (question) => {
    const before = modelCalls();
    await ask(question);
    const once = modelCalls() - before;
    await ask(question, { user: "Ben" });
    expect(modelCalls() - before).toBe(2 * once);
  });

  it("and answered with a tool is never told to others", async () => {
    const before = modelCalls();
    const text = "please open a ticket: the coffee machine on floor two leaks";
    await ask(text);
    const once = modelCalls() - before;
    await ask(text, { user: "Ben" });
    expect(modelCalls() - before).toBe(2 * once);
    expect(await talk.rows("SELECT 1 FROM tickets")).toHaveLength(2);
  });

  it("whose answer was held back in part is asked again", async () => {
    talk.model.addFixtures([
      { match: { user: "meeting room" }, answer: { text: "Each meeting room costs $80 an hour." } },
    ]);
    const { words } = await ask("How much is a meeting room?");
    expect(words).not.toContain("$80");
    const before = modelCalls();
    await ask("How much is a meeting room?", { user: "Ben" });
    expect(modelCalls()).toBeGreaterThan(before);
  });
});

describe("with every model down (R217, R301)", () => {
  it("what was answered before is answered again, and nothing is made of what was not", async () => {
    const { words } = await ask("How can I connect to the guest network?");
    talk.model.fault({ kind: "server-error", status: 500, times: null });
    const again = await ask("How can I connect to the guest network?", { user: "Ben" });
    expect(textOf(again.words)).toBe(textOf(words));
    expect(again.words).toContain("Choose the guest network");
    const unknown = await ask("Which floor is the library on?", { user: "Ben" });
    expect(unknown.words).not.toContain("You wrote");
    expect(unknown.words).toContain("Talk to a human");
  });
});

describe("a question like one that was asked before, with an embedding model (R218)", () => {
  let embeddings: Embeddings;
  let set: Talk;
  beforeAll(async () => {
    embeddings = await startEmbeddings();
    set = await openChatHouse({
      pace: { similarWithinMs: 10_000 },
      env: {
        KNOWLEDGE_EMBEDDINGS: "same-for-all",
        KNOWLEDGE_DIMENSIONS: "8",
        KNOWLEDGE_EMBEDDINGS_URL: embeddings.url,
      },
    });
    set.model.addRule(() => ({ text: "Badges are made at the front desk: bring a photo." }));
    await heard("@baton How do I get a new badge?", { user: "Ana" });
  });
  afterAll(async () => {
    await set.stop();
    await embeddings.stop();
  });

  const asked = () => set.model.history().filter(({ endpoint }) => endpoint === "chat").length;

  async function heard(text: string, more: { user?: string; channel?: string }): Promise<string> {
    const root = await set.say(text, more);
    const [words = ""] = await set.answers(root, 1);
    await set.settled();
    return textOf(words);
  }

  it("is answered without a model, in the same words", async () => {
    const before = asked();
    const words = await heard("@baton which way can somebody replace their lost badge", { user: "Ben" });
    expect(words).toContain("Badges are made at the front desk");
    expect(asked()).toBe(before);
    const page = await (await fetch(`${set.house.service.url()}/metrics`)).text();
    expect(page).toMatch(/baton_answer_cache_total\{outcome="similar"\} 1/);
  });

  it.each<[string, string, { channel?: string }]>([
    ["in another language", "@baton Wie bekomme ich hier einen neuen Ausweis?", {}],
    ["in no language for sure", "@baton badge Wiederbeschaffung", {}],
    ["with another audience", "Where does somebody get their badge replaced?", { channel: "dm" }],
    ["about another thing in one word", "@baton How do I get a new locker?", {}],
  ])("but is asked of the model %s, however alike its vector is", async (_, text, more) => {
    const before = asked();
    await set.say(text, { user: "Ben", ...more });
    await until(async () => asked() === before + 1);
    await set.settled();
  });

  it("but is asked of the model by another company, whose site has the same visitors", async () => {
    const askOn = async (site: typeof acme, message: string) => {
      const visitor = await visit(set.house.service.url(), { site });
      const before = asked();
      const { status, body } = await visitor.call("POST", "/api/v1/ai/chat", { message });
      expect(status).toBe(200);
      expect(body["response"]).toContain("Badges are made");
      await set.settled();
      return asked() - before;
    };
    await askOn(acme, "Which office makes badges for visitors here?");
    expect(await askOn(beta, "In which way can I get hold of a badge?")).toBe(1);
    expect(await askOn(acme, "In what way can I get hold of a badge then?")).toBe(0);
    expect(await askOn(beta, "Where do people pick up a badge in the house?")).toBe(0);
  });

  it("is asked of the model where no embedding model is set up", async () => {
    await ask("How do I get a new badge for the car park?");
    const before = modelCalls();
    await ask("a new badge for the car park, how do I get it?", { user: "Ben" });
    expect(modelCalls()).toBe(before + 1);
  });
});
