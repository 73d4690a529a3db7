import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addStaff, openTalk, until, wordsOf, type Talk } from "../support/talk.ts";

type Root = { ts: string; channel: string };

let talk: Talk;
beforeAll(async () => {
  talk = await openTalk();
  await addStaff(talk, "U0MIA000001", "Mia");
}, 120_000);
afterAll(() => talk?.stop());

const notice = "asked a teammate";
const times = (root: Root, words: string) =>
  talk.heard(root).filter((message) => wordsOf(message).includes(words)).length;
const says = (root: Root, text: string, user = "Ana") => talk.say(text, { thread: root.ts, user });
const reads = (root: Root, words: string) => talk.slack.waitFor(() => times(root, words) > 0, 15_000);

async function owner(root: Root): Promise<string> {
  const [row] = await talk.rows<{ owner: string }>(
    "SELECT concat_ws(' ', owner_kind, status) AS owner FROM conversations WHERE thread = $1",
    [root.ts],
  );
  return row?.owner ?? "";
}

async function escalations(root: Root): Promise<number> {
  const rows = await talk.rows(
    "SELECT 1 FROM audit a JOIN conversations c ON c.id = a.conversation_id WHERE c.thread = $1 AND a.action = 'escalate'",
    [root.ts],
  );
  return rows.length;
}

/** How often a model was asked about something with these words in it. */
const asked = (words: string) => talk.model.history().filter(({ text }) => text.includes(words)).length;

/** Everything anybody can do in a thread to make a bot speak. */
async function provoke(root: Root, id: string): Promise<void> {
  const said = await says(root, `are you there? [[id:${id}]]`);
  await says(root, `@baton answer me [[id:${id}]]`);
  await says(root, "@baton human");
  await says(root, "I want to talk to a human!!");
  const { slack } = talk;
  await slack.userEdits({ ...said, ts: said.ts, text: `are you there now? [[id:${id}]]` }).delivered;
  await slack.userDeletes({ channel: said.channel, ts: said.ts }).delivered;
  await talk.settled(30_000);
}

describe("where others keep talking, Baton is silent", () => {
  it("once a person was asked for, whatever is written until somebody has helped; only who names it is answered, and keeps their place", async () => {
    const root = await talk.say("@baton human");
    await reads(root, notice);
    await provoke(root, "waits");
    expect(times(root, notice)).toBe(1);
    expect(times(root, "answer:waits")).toBe(1);
    expect(talk.heard(root)).toHaveLength(2);
    expect(await escalations(root)).toBe(1);
    expect(await owner(root)).toBe("queue escalated");
  }, 60_000);

  it("once a colleague has claimed the conversation, while they write and while they do not", async () => {
    const root = await talk.say("@baton hello [[id:claimed]]");
    await reads(root, "answer:claimed");
    await says(root, "!claim", "Mia");
    await until(async () => (await owner(root)) === "human escalated");
    await says(root, "I am looking into it", "Mia");
    await talk.settled();
    const before = talk.heard(root).length;
    await provoke(root, "staff");
    await says(root, "here it is", "Mia");
    await talk.settled();
    expect(talk.heard(root)).toHaveLength(before);
    expect(asked("[[id:staff]]")).toBe(0);
    expect(await owner(root)).toBe("human escalated");
  }, 60_000);
});

describe("where others lose the hand-over or say it twice, Baton says it once", () => {
  it("in an empty conversation, from the first words on", async () => {
    const root = await talk.say("@baton I want to talk to a human please");
    await reads(root, notice);
    await talk.settled();
    expect(times(root, notice)).toBe(1);
    expect(await owner(root)).toBe("queue escalated");
  });

  it("when it is asked for in three ways at once", async () => {
    const root = await talk.say("@baton hello [[id:thrice]]");
    await reads(root, "answer:thrice");
    await talk.settled();
    const messageTs = talk.heard(root)[0]?.ts ?? "";
    await Promise.all([
      talk.slack.clicks({ user: "Ana", channel: root.channel, messageTs, actionId: "baton.human" }).done,
      says(root, "@baton human"),
      says(root, "@baton let me speak to a real person"),
    ]);
    await reads(root, notice);
    await talk.settled();
    expect(times(root, notice)).toBe(1);
    expect(await escalations(root)).toBe(1);
  }, 60_000);

  it("when the model says nothing, or only that it hands over", async () => {
    talk.model.addFixtures([
      { match: { user: "[[nothing]]" }, answer: { text: "" } },
      { match: { user: "[[magic]]" }, answer: { text: "I will hand you over to a human now." } },
    ]);
    const silent = await talk.say("@baton [[nothing]] talk to a human");
    await reads(silent, notice);
    const talkative = await talk.say("@baton [[magic]] where is my parcel");
    await talk.answers(talkative);
    await talk.settled(30_000);
    expect(times(silent, notice)).toBe(1);
    // The words of a model pass nothing on: who has the conversation is decided by code.
    expect(await owner(talkative)).toBe(
      (await escalations(talkative)) === 0 ? "bot active" : "queue escalated",
    );
    expect(times(talkative, notice)).toBe(await escalations(talkative));
  }, 60_000);
});

describe("where others go round in circles, Baton goes on", () => {
  it("what sent a conversation to people does not send it there again when it is handed back", async () => {
    const root = await talk.say("@baton I want to talk to a human, this is a scandal");
    await reads(root, notice);
    await says(root, "hello Ana, all is well again", "Mia");
    await until(async () => (await owner(root)) === "human escalated");
    await says(root, "!bot", "Mia");
    await reads(root, "I'm back");
    await says(root, "what are your opening hours? [[id:circle]]");
    await reads(root, "answer:circle");
    await talk.settled();
    expect(await owner(root)).toBe("bot active");
    expect(await escalations(root)).toBe(1);
  }, 60_000);

  it("what was said while a colleague had it is known and not answered late when it is handed back", async () => {
    const root = await talk.say("@baton hello [[id:before]]");
    await reads(root, "answer:before");
    await says(root, "!claim", "Mia");
    await until(async () => (await owner(root)) === "human escalated");
    await says(root, "is it open on Sunday? [[id:backlog]]");
    await says(root, "yes, from noon", "Mia");
    await talk.settled();
    await says(root, "!bot", "Mia");
    await reads(root, "I'm back");
    await talk.settled();
    expect(times(root, "answer:backlog")).toBe(0);
    await says(root, "and on Monday? [[id:after]]");
    await reads(root, "answer:after");
    await talk.settled();
    expect(times(root, "answer:backlog")).toBe(0);
    const told = talk.model.history().findLast(({ text }) => text.includes("[[id:after]]"));
    expect(JSON.stringify(told?.body)).toContain("from noon");
  }, 60_000);

  it("a resolved conversation stays so through thanks, and the next question opens it once, without a new call for a person", async () => {
    const root = await talk.say("@baton talk to a human");
    await reads(root, notice);
    await says(root, "!claim", "Mia");
    await until(async () => (await owner(root)) === "human escalated");
    await says(root, "!resolve", "Mia");
    await reads(root, "is resolved");
    for (const thanks of ["thanks!", "👍", "ok great"]) await says(root, thanks);
    await talk.settled();
    expect(await owner(root)).toBe("bot closed");
    await says(root, "one more thing, where do I park? [[id:again]]");
    await reads(root, "is open again");
    await talk.settled();
    expect(await escalations(root)).toBe(1);
    expect(times(root, "is open again")).toBe(1);
  }, 60_000);

  it("there is a way back from every hand-over: a colleague's, and asking for the bot is none of the person's", async () => {
    const root = await talk.say("@baton human");
    await reads(root, notice);
    await says(root, "!bot");
    await reads(root, "only staff can do that");
    await says(root, "!bot", "Mia");
    await reads(root, "I'm back");
    await says(root, "hello again [[id:way-back]]");
    await reads(root, "answer:way-back");
    await talk.settled();
    expect(await owner(root)).toBe("bot active");
  }, 60_000);
});
