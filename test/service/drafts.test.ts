import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { SeenMessage } from "../../simulators/slack/model.ts";
import { defineTool, type Tool } from "../../src/core/tool.ts";
import { addStaff, numberedWords, openTalk, until, wordsOf, type Talk } from "../support/talk.ts";
import { acme, dial, visit } from "../http/chat/chat-house.ts";

type Root = { ts: string; channel: string };

const staffRoom = "C0GENERAL01";
const tenant = (drafts: string) => `name: Acme
default: true
sites:
  - key: ${acme.key}
    origins: ["${acme.origin}", "self"]
staffRoom: { channel: slack, workspace: "T0BATON0001", id: "${staffRoom}" }
drafts: ${drafts}
`;

/** Its outcome comes when its turn is over. */
const report: Tool = defineTool<{ year: string }, { text: string }>({
  name: "build_report",
  description: "Builds a report of a year, which takes minutes.",
  input: z.strictObject({ year: z.string() }),
  output: z.object({ text: z.string() }),
  roles: ["customer"],
  effect: "write",
  repeatable: true,
  approval: "none",
  background: true,
  timeoutMs: 5_000,
  cost: 0,
  run: async ({ year }) => ({ text: `ready ${year}` }),
});

async function openDraftTalk(drafts: string): Promise<Talk> {
  const talk = await openTalk({
    tools: [report],
    pace: { draftNoteMs: 600 },
    model: { tokensPerSecond: 400 },
    files: { "config/tenants/acme.yaml": tenant(drafts) },
  });
  await addColleague(talk, "U0MIA000001", "Mia", "staff");
  await addColleague(talk, "U0BEN000001", "Ben", "analytics");
  return talk;
}

async function addColleague(talk: Talk, account: string, name: string, role: string): Promise<void> {
  await addStaff(talk, account, name);
  await talk.rows(
    "INSERT INTO staff_roles (company_id, staff_id, role) SELECT company_id, id, $2 FROM staff WHERE name = $1",
    [name, role],
  );
}

const cardsIn = (talk: Talk) =>
  talk.slack
    .messages(staffRoom)
    .filter(({ blocks }) => JSON.stringify(blocks ?? []).includes("baton.draft-send"));

/** The draft with these words as colleagues see it, once they do. */
function cardWith(talk: Talk, words: string): Promise<SeenMessage> {
  return talk.slack.waitFor(() => cardsIn(talk).find((card) => wordsOf(card).includes(words)));
}

function press(talk: Talk, card: SeenMessage, what: "send" | "discard", user = "Mia") {
  const click = { user, channel: staffRoom, messageTs: card.ts, actionId: `baton.draft-${what}` };
  return talk.slack.clicks(click).done;
}

async function stateOf(talk: Talk, root: Root): Promise<string[]> {
  const rows = await talk.rows<{ state: string }>(
    "SELECT d.state FROM drafts d JOIN conversations c ON c.id = d.conversation_id WHERE c.thread = $1 ORDER BY d.created_at",
    [root.ts],
  );
  return rows.map(({ state }) => state);
}

async function answersOf(talk: Talk, root: Root): Promise<number> {
  const rows = await talk.rows(
    "SELECT FROM deliveries d JOIN conversations c ON c.id = d.conversation_id WHERE c.thread = $1 AND d.kind = 'answer'",
    [root.ts],
  );
  return rows.length;
}

describe("a company whose answers wait for a colleague's word (R115)", () => {
  let talk: Talk;
  const says = (root: Root, words: string) =>
    talk.heard(root).filter((reply) => wordsOf(reply).includes(words)).length;
  const answerWith = (question: string, text: string) =>
    talk.model.addFixtures([{ match: { user: question }, answer: { text } }]);
  beforeAll(async () => {
    talk = await openDraftTalk("all");
  });
  afterAll(() => talk.stop());

  it("sends nothing in a Slack thread, not a token, until one of several presses sends it, once", async () => {
    answerWith("draft-1", `zebra ${numberedWords(300)} zebra`);
    const root = await talk.say("@baton draft-1 please");
    const card = await cardWith(talk, "zebra");
    expect(wordsOf(card)).toContain("word299");
    expect(talk.slack.messages(staffRoom).map(wordsOf).join()).toContain("draft-1 please");
    await talk.slack.waitFor(() => says(root, "A colleague looks at it") === 1);
    expect(says(root, "zebra")).toBe(0);
    expect(await answersOf(talk, root)).toBe(0);
    await press(talk, card, "send", "Ana");
    await press(talk, card, "send", "Ben");
    await until(async () => talk.slack.ephemerals(staffRoom).length === 2);
    expect(await stateOf(talk, root)).toEqual(["pending"]);
    await Promise.all([press(talk, card, "send"), press(talk, card, "send"), press(talk, card, "discard")]);
    await talk.slack.waitFor(() => says(root, "word299") === 1);
    await talk.settled();
    const answers = talk.heard(root).filter((reply) => wordsOf(reply).includes("zebra"));
    expect(answers).toHaveLength(1);
    expect(JSON.stringify(answers[0]?.blocks)).toContain("baton.human");
    expect(await stateOf(talk, root)).toEqual(["approved"]);
    const audit = await talk.rows<{ action: string }>(
      "SELECT action FROM audit a JOIN conversations c ON c.id = a.conversation_id WHERE c.thread = $1 ORDER BY a.id",
      [root.ts],
    );
    expect(audit.map(({ action }) => action)).toEqual(["draft shown", "draft sent"]);
  });

  it("sends nothing to a visitor of a web site, not a token, until a colleague sends it", async () => {
    answerWith("draft-2", `giraffe ${numberedWords(300)} giraffe`);
    const visitor = await visit(talk.house.service.url());
    const live = dial(talk.house.service.url(), { thread: visitor.thread, token: visitor.token });
    await live.next(() => true);
    await visitor.put("m-1", "draft-2 please");
    const card = await cardWith(talk, "giraffe");
    await until(async () =>
      (await visitor.history()).some((told) => (told["text"] ?? "").includes("colleague")),
    );
    const shown = () => JSON.stringify(live.heard);
    expect(shown()).not.toContain("giraffe");
    expect(shown()).not.toContain("word1");
    expect(JSON.stringify(await visitor.history())).not.toContain("giraffe");
    await press(talk, card, "send");
    await until(async () => JSON.stringify(await visitor.history()).includes("word299"));
    await talk.settled();
    live.socket.close();
    await live.closed;
  });

  it("tells who asks over the API at once that a colleague looks at it", async () => {
    answerWith("draft-9", "quokka secret");
    const visitor = await visit(talk.house.service.url());
    const { status, body } = await visitor.call("POST", "/api/v1/ai/chat", { message: "draft-9 please" });
    expect(status).toBe(200);
    expect(body["response"]).toContain("A colleague looks at it");
    expect(JSON.stringify(body)).not.toContain("quokka");
  });

  it("is not thought about again when it is discarded and a colleague closes the conversation before anybody looks", async () => {
    answerWith("draft-12", "ibex secret");
    const root = await talk.say("@baton draft-12 please");
    const card = await cardWith(talk, "ibex");
    await talk.slack.waitFor(() => says(root, "A colleague looks at it") === 1);
    await talk.settled();
    await talk.rows(
      "UPDATE conversations SET lease_token = gen_random_uuid(), lease_until = clock_timestamp() + interval '3 seconds' WHERE thread = $1",
      [root.ts],
    );
    await press(talk, card, "discard");
    await until(async () => (await stateOf(talk, root))[0] === "refused");
    await talk.say("@baton resolve", { thread: root.ts, user: "Mia" });
    await talk.slack.waitFor(() => says(root, "resolved") === 1);
    await talk.settled();
    expect(await stateOf(talk, root)).toEqual(["refused"]);
    await talk.slack.waitFor(() => says(root, "How was the help") === 1);
    expect(says(root, "ibex")).toBe(0);
    expect(talk.heard(root)).toHaveLength(3);
  });

  it("passes the conversation to people when it is discarded, and nothing of it was said", async () => {
    answerWith("draft-3", "okapi secret");
    const root = await talk.say("@baton draft-3 please");
    await press(talk, await cardWith(talk, "okapi"), "discard");
    await talk.slack.waitFor(() => says(root, "asked a teammate") === 1);
    await talk.settled();
    expect(says(root, "okapi")).toBe(0);
    expect(await stateOf(talk, root)).toEqual(["refused"]);
    const tickets = await talk.rows(
      "SELECT FROM tickets t JOIN conversations c ON c.id = t.conversation_id WHERE c.thread = $1",
      [root.ts],
    );
    expect(tickets).toHaveLength(1);
  });

  it("expires, and then a person is asked", async () => {
    answerWith("draft-4", "lemur secret");
    const root = await talk.say("@baton draft-4 please");
    const card = await cardWith(talk, "lemur");
    await talk.rows(
      "UPDATE drafts d SET expires_at = now() FROM conversations c WHERE c.id = d.conversation_id AND c.thread = $1",
      [root.ts],
    );
    await talk.slack.waitFor(() => says(root, "asked a teammate") === 1);
    await press(talk, card, "send");
    await talk.settled();
    expect(says(root, "lemur")).toBe(0);
    expect(await stateOf(talk, root)).toEqual(["expired"]);
  });

  it("is not sent any more once the conversation changed hands, also if it was handed back", async () => {
    answerWith("draft-5", "tapir secret");
    const root = await talk.say("@baton draft-5 please");
    const card = await cardWith(talk, "tapir");
    await talk.say("@baton claim", { thread: root.ts, user: "Mia" });
    await talk.say("@baton bot", { thread: root.ts, user: "Mia" });
    await press(talk, card, "send");
    await until(async () => (await stateOf(talk, root))[0] === "stood down");
    expect(says(root, "tapir")).toBe(0);
    // What was asked waits for a colleague's word anew, and is answered once.
    const again = await talk.slack.waitFor(
      () => cardsIn(talk).find((one) => one.ts !== card.ts && wordsOf(one).includes("tapir")),
      15_000,
    );
    await press(talk, again, "send");
    await talk.slack.waitFor(() => says(root, "tapir") === 1);
    await talk.settled();
    expect(says(root, "I can answer your earlier question now")).toBe(1);
    await talk.say("@baton claim", { thread: root.ts, user: "Mia" });
    await talk.say("@baton bot", { thread: root.ts, user: "Mia" });
    await talk.settled();
    expect(await stateOf(talk, root)).toEqual(["stood down", "approved"]);
  });

  it("is asked again with what its asker added, and not once a colleague has answered", async () => {
    answerWith("draft-14", "civet secret");
    const [open, answered] = [
      await talk.say("@baton draft-14 please"),
      await talk.say("@baton draft-14 now"),
    ];
    await until(async () => cardsIn(talk).filter((card) => wordsOf(card).includes("civet")).length === 2);
    for (const { ts: thread } of [open, answered]) {
      await talk.say("@baton claim", { thread, user: "Mia" });
      await talk.settled();
      await talk.say("it is about platform nine", { thread });
    }
    await talk.say("It leaves at noon.", { thread: answered.ts, user: "Mia" });
    await talk.settled();
    for (const { ts: thread } of [open, answered]) await talk.say("@baton bot", { thread, user: "Mia" });
    await until(async () => (await stateOf(talk, open)).length === 2);
    await talk.settled();
    expect(await stateOf(talk, answered)).toEqual(["stood down"]);
    expect(talk.model.history().at(-1)?.text).toBe("draft-14 please\nit is about platform nine");
  });

  it("is kept once and sent once through restarts", async () => {
    answerWith("draft-6", "heron answer");
    const root = await talk.say("@baton draft-6 please");
    await cardWith(talk, "heron");
    await talk.house.restart();
    const cards = cardsIn(talk).filter((card) => wordsOf(card).includes("heron"));
    expect(cards).toHaveLength(1);
    const [card] = cards;
    if (card === undefined) throw new Error("there is no card");
    await press(talk, card, "send");
    await talk.slack.waitFor(() => says(root, "heron") === 1);
    await talk.house.restart();
    await talk.settled();
    expect(says(root, "heron")).toBe(1);
  });

  it("answers colleagues who ask for themselves at once", async () => {
    answerWith("draft-7", "ibex answer");
    const root = await talk.say("@baton draft-7 please", { user: "Mia" });
    await talk.slack.waitFor(() => says(root, "ibex") === 1);
    await talk.settled();
    expect(await stateOf(talk, root)).toEqual([]);
  });

  it("remembers in the history what was sent, and not what was discarded", async () => {
    answerWith("draft-8", "walrus answer");
    const root = await talk.say("@baton draft-8 please");
    await press(talk, await cardWith(talk, "walrus"), "send");
    await talk.slack.waitFor(() => says(root, "walrus") === 1);
    await talk.settled();
    await talk.say("@baton and then?", { thread: root.ts });
    await cardWith(talk, "and then?");
    const last = talk.model.history().at(-1);
    expect(JSON.stringify(last)).toContain("walrus answer");
    await talk.settled();
  });
});

describe("a company that drafts on one channel, for one intent", () => {
  it("answers everything else at once, and drafts what an earlier call gave", async () => {
    const talk = await openDraftTalk("[{ channels: [slack], intents: [complaint] }]");
    try {
      talk.model.addFixtures([
        { match: { user: "unacceptable" }, answer: { text: "marmot answer" } },
        { match: { user: "opening hours" }, answer: { text: "ferret answer" } },
      ]);
      const plain = await talk.say("@baton what are your opening hours?");
      expect((await talk.answers(plain)).join()).toContain("ferret");
      const angry = await talk.say("@baton this is unacceptable, I want to complain about your service!");
      await cardWith(talk, "marmot");
      await talk.settled();
      expect(await answersOf(talk, angry)).toBe(0);
      expect(await stateOf(talk, plain)).toEqual([]);
      talk.model.addFixtures([
        {
          match: { user: "opening times", hasToolResult: false },
          answer: { toolCalls: [{ name: "build_report", arguments: { year: "2025" } }] },
          times: 1,
        },
        { match: { toolResult: "running" }, answer: { text: "I have begun with it." } },
        { match: { toolResult: "ready 2025" }, answer: { text: "ocelot answer" } },
      ]);
      const later = await talk.say("@baton what were your opening times in 2025?");
      await cardWith(talk, "ocelot"); // nobody knows what its outcome would be about
      await talk.settled();
      expect(talk.heard(later).map(wordsOf).join()).toContain("I have begun");
      expect(talk.heard(later).map(wordsOf).join()).not.toContain("ocelot");
    } finally {
      await talk.stop();
    }
  }, 60_000);
});
