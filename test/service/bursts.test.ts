import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
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
});
afterAll(() => talk.stop());

const idsIn = (said: { ts: string; channel: string }) =>
  talk.heard(said).map((reply) => answeredIds(wordsOf(reply)));

describe("several messages at once", () => {
  it("answers together what is said before anything is visible", async () => {
    const held = holdModel(talk, "[[id:b1]]");
    const root = await talk.say("@baton one [[id:b1]]");
    await held.asked;
    await talk.say("two [[id:b2]]", { thread: root.ts });
    await talk.say("three [[id:b3]]", { thread: root.ts });
    held.release();
    await talk.answers(root);
    await talk.settled();
    expect(idsIn(root)).toEqual([["b1", "b2", "b3"]]);
    const [turn] = await talk.rows<{ count: string }>(
      "SELECT count(*) FROM turns t JOIN conversations c ON c.id = t.conversation_id WHERE c.thread = $1",
      [root.ts],
    );
    expect(Number(turn?.count)).toBe(1);
  });

  it("answers what is said after something is visible in a message of its own, after the first", async () => {
    // Slow enough to be seen being written where the machine stands still for a second or two.
    talk.model.setPace({ tokensPerSecond: 20, firstTokenMs: 0 });
    talk.model.addFixtures([
      { match: { user: "[[id:long]]" }, answer: { text: `${numberedWords(60)} (answer:long)` }, times: 1 },
    ]);
    const root = await talk.say("@baton tell me a lot [[id:long]]");
    await talk.slack.waitFor(() => talk.heard(root)[0]?.streaming);
    await talk.say("and then? [[id:then]]", { thread: root.ts });
    await talk.answers(root, 2);
    talk.model.setPace({ tokensPerSecond: 0 });
    expect(idsIn(root)).toEqual([["long"], ["then"]]);
  });

  it("keeps the order of a conversation whatever comes in between", async () => {
    const root = await talk.say("@baton start [[id:s0]]");
    for (let index = 1; index <= 6; index += 1)
      await talk.say(index % 2 === 0 ? `@baton next [[id:s${index}]]` : `next [[id:s${index}]]`, {
        thread: root.ts,
        user: index % 2 === 0 ? "Ben" : "Ana",
      });
    await talk.settled();
    const ids = idsIn(root).flat();
    expect(ids).toEqual(["s0", "s1", "s2", "s3", "s4", "s5", "s6"]);
  });

  it("answers other threads while one is being thought about", async () => {
    const held = holdModel(talk, "[[id:slow]]");
    const slow = await talk.say("@baton slow [[id:slow]]");
    await held.asked;
    const others = await Promise.all(
      [1, 2, 3, 4].map((index) => talk.say(`@baton quick [[id:q${index}]]`, { user: "Ben" })),
    );
    for (const other of others) await talk.answers(other);
    expect(talk.heard(slow)).toEqual([]);
    held.release();
    await talk.answers(slow);
    expect(idsIn(slow)).toEqual([["slow"]]);
  });
});

describe("a thread whose first message comes last", () => {
  it("answers what was said in between, though nobody knew then that it was meant for the bot", async () => {
    talk.slack.faults.events({
      text: "[[id:root]]",
      types: ["message", "app_mention"],
      times: 2,
      do: { kind: "delay", ms: 800 },
    });
    const root = talk.slack.userSays({ user: "Ana", channel: "#support", text: "@baton one [[id:root]]" });
    await talk.say("two [[id:between]]", { thread: root.ts });
    await talk.say("@baton three [[id:again]]", { thread: root.ts });
    await root.delivered;
    await talk.slack.waitFor(
      () => ["root", "between", "again"].every((id) => idsIn(root).flat().includes(id)),
      15_000,
    );
    await talk.settled();
    expect(idsIn(root).flat().toSorted()).toEqual(["again", "between", "root"]);
  });
});

describe("what people change afterwards", () => {
  it("answers the edited text when it was edited before the answer", async () => {
    const held = holdModel(talk, "[[id:old]]");
    const root = await talk.say("@baton my bage [[id:old]]");
    await held.asked;
    await talk.slack.userEdits({ channel: root.channel, ts: root.ts, text: "@baton my badge [[id:new]]" })
      .delivered;
    held.release();
    await talk.answers(root);
    await talk.settled();
    expect(idsIn(root)).toEqual([["new"]]);
  });

  it("says nothing to what was deleted before the answer, and takes its 👀 back", async () => {
    const held = holdModel(talk, "[[id:gone]]");
    const root = await talk.say("@baton never mind [[id:gone]]");
    await held.asked;
    await talk.slack.waitFor(() => talk.slack.thread(root.channel, root.ts)[0]?.reactions.length === 1);
    await talk.slack.userDeletes({ channel: root.channel, ts: root.ts }).delivered;
    held.release();
    await talk.settled();
    expect(talk.heard(root)).toEqual([]);
    const [row] = await talk.rows<{ state: string }>("SELECT state FROM messages WHERE external_id = $1", [
      root.ts,
    ]);
    expect(row?.state).toBe("deleted");
  });

  it("answers the rest when one of several was deleted", async () => {
    const held = holdModel(talk, "[[id:keep]]");
    const root = await talk.say("@baton keep [[id:keep]]");
    await held.asked;
    const slip = await talk.say("oops [[id:slip]]", { thread: root.ts });
    await talk.say("and this [[id:too]]", { thread: root.ts });
    await talk.slack.userDeletes({ channel: slip.channel, ts: slip.ts }).delivered;
    held.release();
    await talk.answers(root);
    await talk.settled();
    expect(idsIn(root)).toEqual([["keep", "too"]]);
  });

  it("only remembers an edit and a deletion that come after the answer", async () => {
    const root = await talk.say("@baton first [[id:done]]");
    await talk.answers(root);
    await talk.settled();
    await talk.slack.userEdits({ channel: root.channel, ts: root.ts, text: "@baton other [[id:other]]" })
      .delivered;
    const edited = await until(async () => {
      const [row] = await talk.rows<{ edited_at: Date | null }>(
        "SELECT edited_at FROM messages WHERE external_id = $1",
        [root.ts],
      );
      return row?.edited_at ?? undefined;
    });
    expect(edited).toBeInstanceOf(Date);
    await talk.slack.userDeletes({ channel: root.channel, ts: root.ts }).delivered;
    await talk.settled();
    const [row] = await talk.rows<{ state: string; deleted_at: Date | null }>(
      "SELECT state, deleted_at FROM messages WHERE external_id = $1",
      [root.ts],
    );
    expect(row?.state).toBe("settled");
    expect(row?.deleted_at).toBeInstanceOf(Date);
    expect(idsIn(root)).toEqual([["done"]]);
  });

  it("no longer tells the model what was deleted", async () => {
    const root = await talk.say("@baton my number is 0170-secret [[id:num]]");
    await talk.answers(root);
    await talk.slack.userDeletes({ channel: root.channel, ts: root.ts }).delivered;
    const after = await talk.say("what did I say? [[id:what]]", { thread: root.ts });
    await talk.answers({ ...after, ts: root.ts }, 2);
    const asked = talk.model.history().findLast((request) => request.text.includes("[[id:what]]"));
    expect(JSON.stringify(asked?.body)).not.toContain("[[id:num]]");
  });
});
