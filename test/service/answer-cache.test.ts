import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
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
