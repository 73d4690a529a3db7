import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  addStaff,
  answeredIds,
  holdModel,
  numberedWords,
  openTalk,
  until,
  wordsOf,
  type Talk,
} from "../support/talk.ts";

let talk: Talk;
beforeAll(async () => {
  talk = await openTalk();
  await addStaff(talk, "U0MIA000001", "Mia");
  await addStaff(talk, "U0BEN000001", "Ben");
});
afterAll(() => talk.stop());
beforeEach(() => {
  talk.slack.faults.clear();
  talk.model.setPace({ tokensPerSecond: 0 });
});

type Root = { ts: string; channel: string };
interface BatonRow {
  owner_kind: string;
  owner_staff: string | null;
  status: string;
  epoch: number;
  waiting_since: Date | null;
}

const lastWords = (root: Root) => {
  const last = talk.heard(root).at(-1);
  return last === undefined ? "" : wordsOf(last);
};
const notices = (root: Root, words: string) =>
  talk.heard(root).filter((reply) => wordsOf(reply).includes(words)).length;

async function baton(root: Root): Promise<BatonRow> {
  const [row] = await talk.rows<BatonRow>(
    "SELECT owner_kind, owner_staff, status, epoch, waiting_since FROM conversations WHERE thread = $1",
    [root.ts],
  );
  if (row === undefined) throw new Error("no such conversation");
  return row;
}
async function audited(root: Root): Promise<string[]> {
  const rows = await talk.rows<{ action: string; data: { from: string; to: string } }>(
    "SELECT action, a.data FROM audit a JOIN conversations c ON c.id = a.conversation_id WHERE c.thread = $1 ORDER BY a.id",
    [root.ts],
  );
  return rows.map((row) => `${row.action}: ${row.data.from} → ${row.data.to}`);
}
async function answered(text: string): Promise<Root> {
  const root = await talk.say(text);
  await talk.answers(root);
  await talk.settled();
  return root;
}
/** Asks for a long answer, and waits until it is being written in front of the reader. */
async function streaming(id: string): Promise<Root> {
  talk.model.setPace({ tokensPerSecond: 40 });
  talk.model.addFixtures([{ match: { user: `[[${id}]]` }, answer: { text: numberedWords(400) }, times: 1 }]);
  const root = await talk.say(`@baton tell me everything [[${id}]]`);
  await talk.slack.waitFor(() => talk.heard(root)[0]?.streaming === true && talk.heard(root)[0]?.text !== "");
  return root;
}

describe("asking for a human", () => {
  it("by the button puts the conversation in the queue, once, also with a double click", async () => {
    const root = await answered("@baton hello [[id:btn]]");
    const messageTs = talk.heard(root)[0]?.ts ?? "";
    const click = () =>
      talk.slack.clicks({ user: "Ana", channel: root.channel, messageTs, actionId: "baton.human" }).done;
    await Promise.all([click(), click()]);
    await talk.slack.waitFor(() => notices(root, "asked a teammate") > 0);
    await talk.settled();
    expect(notices(root, "asked a teammate")).toBe(1);
    expect(await audited(root)).toEqual(["escalate: bot → queue"]);
    expect(await baton(root)).toMatchObject({ owner_kind: "queue", status: "escalated", epoch: 1 });
    const tickets = await talk.rows(
      "SELECT t.* FROM tickets t JOIN conversations c ON c.id = t.conversation_id WHERE c.thread = $1",
      [root.ts],
    );
    expect(tickets).toHaveLength(1);
  });

  it("by a word does the same, and the bot is silent afterwards", async () => {
    const root = await answered("@baton hello [[id:word]]");
    await talk.say("@baton human", { thread: root.ts });
    await talk.slack.waitFor(() => notices(root, "asked a teammate") === 1);
    await talk.say("are you there? [[id:there]]", { thread: root.ts });
    await talk.settled();
    expect(talk.heard(root).flatMap((reply) => answeredIds(wordsOf(reply)))).toEqual(["word"]);
  });

  it("reopens a closed conversation instead of leading nowhere", async () => {
    const root = await answered("@baton hello [[id:closed]]");
    const messageTs = talk.heard(root)[0]?.ts ?? "";
    await talk.say("@baton resolve", { thread: root.ts, user: "Mia" });
    await talk.slack.waitFor(() => notices(root, "is resolved") === 1);
    await talk.slack.clicks({ user: "Ana", channel: root.channel, messageTs, actionId: "baton.human" }).done;
    await talk.slack.waitFor(() => notices(root, "asked a teammate") === 1);
    await talk.settled();
    expect(await baton(root)).toMatchObject({ owner_kind: "queue", status: "escalated" });
  });
});

describe("staff", () => {
  it("take a conversation over by writing in it, without a notice beside their words", async () => {
    const root = await answered("@baton hello [[id:take]]");
    await talk.say("Hi Ana, I'll look into it", { thread: root.ts, user: "Mia" });
    await until(async () => (await baton(root)).owner_kind === "human");
    await talk.say("great, here is more [[id:more]]", { thread: root.ts });
    await talk.settled();
    expect(talk.heard(root)).toHaveLength(1);
    expect(await audited(root)).toEqual(["staff reply: bot → human"]);
  });

  it("give it back with a word, and the bot knows what was said meanwhile", async () => {
    const root = await answered("@baton hello [[id:back]]");
    await talk.say("Hi, the code is 4711", { thread: root.ts, user: "Mia" });
    await until(async () => (await baton(root)).owner_kind === "human");
    await talk.say("@baton bot", { thread: root.ts, user: "Mia" });
    await talk.slack.waitFor(() => notices(root, "I'm back") === 1);
    await talk.say("what was the code? [[id:code]]", { thread: root.ts });
    await talk.slack.waitFor(() => lastWords(root).includes("answer:code"));
    const asked = talk.model.history().findLast((request) => request.text.includes("[[id:code]]"));
    expect(JSON.stringify(asked?.body)).toContain("the code is 4711");
    await talk.settled();
    expect(await audited(root)).toEqual(["staff reply: bot → human", "return to bot: human → bot"]);
  });

  it("close it with a word; thanks leave it closed, a question opens it again", async () => {
    const root = await answered("@baton hello [[id:res]]");
    await talk.say("@baton resolve", { thread: root.ts, user: "Mia" });
    await talk.slack.waitFor(() => notices(root, "is resolved") === 1);
    await talk.say("thanks!", { thread: root.ts });
    await talk.settled();
    expect((await baton(root)).status).toBe("closed");
    await talk.say("one more thing [[id:reopen]]", { thread: root.ts });
    await talk.slack.waitFor(() => lastWords(root).includes("answer:reopen"));
    await talk.settled();
    expect(await baton(root)).toMatchObject({ status: "active", owner_kind: "bot" });
    expect(notices(root, "open again")).toBe(1);
  });

  it.each(["claim", "bot", "resolve"])("alone may say %s", async (command) => {
    const root = await answered("@baton hello [[id:refuse]]");
    const before = await baton(root);
    await talk.say(`@baton ${command}`, { thread: root.ts });
    await talk.slack.waitFor(() => notices(root, "only staff can do that") === 1);
    await talk.settled();
    expect(await baton(root)).toEqual(before);
    expect(await audited(root)).toEqual([]);
  });

  it("who claim at the same time: one wins, the other is told", async () => {
    const root = await answered("@baton hello [[id:race]]");
    const claim = (user: string) => talk.say("@baton claim", { thread: root.ts, user });
    await Promise.all([claim("Mia"), claim("Ben")]);
    await talk.slack.waitFor(() => notices(root, "has it already") === 1);
    await talk.settled();
    expect(await audited(root)).toEqual(["claim: bot → human"]);
    expect(notices(root, "A teammate has joined")).toBe(1);
    expect(await baton(root)).toMatchObject({ owner_kind: "human", epoch: 1 });
  });
});

describe("a take-over while the bot is at work", () => {
  it("ends the half-written message with one line, and nothing of the bot follows", async () => {
    const root = await streaming("slow");
    await talk.say("I'll take this, Ana", { thread: root.ts, user: "Mia" });
    const committed = await until(async () => {
      const [row] = await talk.rows<{ at: Date }>(
        "SELECT xact.at FROM (SELECT now() AS at FROM conversations WHERE thread = $1 AND owner_kind = 'human') xact",
        [root.ts],
      );
      return row?.at;
    });
    await talk.slack.waitFor(() => talk.heard(root)[0]?.streaming === false);
    await talk.settled();
    const [reply] = talk.heard(root);
    expect(talk.heard(root)).toHaveLength(1);
    expect(lastWords(root)).toContain("A teammate has taken over");
    expect(reply?.text).not.toContain("word399");
    const late = (reply?.stream?.appends ?? []).filter(
      ({ at, text }) => at > committed.getTime() && /word\d/.test(text) && !text.includes("taken over"),
    );
    expect(late.length).toBeLessThanOrEqual(1);
    const [turn] = await talk.rows<{ state: string }>(
      "SELECT t.state FROM turns t JOIN conversations c ON c.id = t.conversation_id WHERE c.thread = $1",
      [root.ts],
    );
    expect(turn?.state).toBe("stood down");
    const reactions = talk.slack.thread(root.channel, root.ts)[0]?.reactions;
    expect(reactions).toEqual([]);
  });

  it("before anything is visible leaves not one word of the bot", async () => {
    const held = holdModel(talk, "[[id:unseen]]");
    const root = await talk.say("@baton think [[id:unseen]]");
    await held.asked;
    await talk.say("Hi Ana, me instead", { thread: root.ts, user: "Mia" });
    await until(async () => (await baton(root)).owner_kind === "human");
    held.release();
    await talk.settled();
    expect(talk.heard(root)).toEqual([]);
    expect(talk.slack.thread(root.channel, root.ts)[0]?.reactions).toEqual([]);
  });

  it("keeps a tool from starting that was about to start", async () => {
    const before = await talk.rows("SELECT 1 FROM tickets");
    const held = holdModel(talk, "the lamp is broken");
    const root = await talk.say("@baton open a ticket: the lamp is broken");
    await held.asked;
    await talk.say("@baton claim", { thread: root.ts, user: "Ben" });
    await until(async () => (await baton(root)).owner_kind === "human");
    held.release();
    await talk.settled();
    expect(await talk.rows("SELECT 1 FROM tickets")).toHaveLength(before.length);
    expect(
      await talk.rows(
        "SELECT 1 FROM steps s JOIN turns t ON t.id = s.turn_id JOIN conversations c ON c.id = t.conversation_id WHERE s.kind = 'tool' AND c.thread = $1",
        [root.ts],
      ),
    ).toEqual([]);
    expect(notices(root, "A teammate has joined")).toBe(1);
  });

  it("holds when ending the half-written message fails at first", async () => {
    const root = await streaming("broken-end");
    talk.slack.faults.api({
      method: "chat.stopStream",
      times: 2,
      do: { kind: "status", status: 503, when: "before" },
    });
    await talk.say("I'll take this", { thread: root.ts, user: "Mia" });
    await talk.slack.waitFor(() => lastWords(root).includes("A teammate has taken over"));
    await talk.settled();
    expect(talk.heard(root)).toHaveLength(1);
    expect(talk.heard(root)[0]?.streaming).toBe(false);
  });

  it("and giving it back at once leaves one half message and one full answer to what follows", async () => {
    const root = await streaming("quick-back");
    await talk.say("@baton claim", { thread: root.ts, user: "Mia" });
    await talk.say("@baton bot", { thread: root.ts, user: "Mia" });
    await talk.slack.waitFor(() => notices(root, "I'm back") === 1);
    talk.model.setPace({ tokensPerSecond: 0 });
    await talk.say("again please [[id:quick]]", { thread: root.ts });
    await talk.slack.waitFor(() => talk.heard(root).some((reply) => wordsOf(reply).includes("answer:quick")));
    await talk.settled();
    expect(talk.heard(root).some((reply) => reply.streaming)).toBe(false);
    expect(await audited(root)).toEqual(["claim: bot → human", "return to bot: human → bot"]);
  });
});

describe("the waiting clock", () => {
  it("starts with the first message a person waits with, and only staff stop it", async () => {
    const root = await answered("@baton hello [[id:wait]]");
    await talk.say("@baton human", { thread: root.ts });
    const since = await until(async () => (await baton(root)).waiting_since);
    await talk.say("hello?", { thread: root.ts });
    await talk.say("anybody?", { thread: root.ts });
    await talk.settled();
    expect((await baton(root)).waiting_since).toEqual(since);
    await talk.say("@baton claim", { thread: root.ts, user: "Mia" });
    await until(async () => (await baton(root)).owner_kind === "human");
    expect((await baton(root)).waiting_since).toEqual(since);
    await talk.say("Hi Ana", { thread: root.ts, user: "Mia" });
    await until(async () => (await baton(root)).waiting_since === null);
    const next = await talk.say("and now?", { thread: root.ts });
    const again = await until(async () => (await baton(root)).waiting_since);
    const [said] = await talk.rows<{ created_at: Date }>(
      "SELECT created_at FROM messages WHERE external_id = $1",
      [next.ts],
    );
    expect(Math.abs(again.getTime() - (said?.created_at.getTime() ?? 0))).toBeLessThan(2_000);
  });

  it("does not start because staff talk to the bot", async () => {
    const root = await answered("@baton hello [[id:aside]]");
    await talk.say("Hi Ana", { thread: root.ts, user: "Mia" });
    await until(async () => (await baton(root)).owner_kind === "human");
    await talk.say("@baton what do you know about this?", { thread: root.ts, user: "Mia" });
    await talk.settled();
    expect((await baton(root)).waiting_since).toBeNull();
  });
});

it("gives the simulated platform nothing to complain about", () => {
  // Editing a message that is still being streamed is how Slack tells that it is.
  expect(talk.slack.complaints().filter(({ error }) => error !== "streaming_state_conflict")).toEqual([]);
});
