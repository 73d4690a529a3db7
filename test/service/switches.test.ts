import { afterEach, describe, expect, it } from "vitest";
import { startRedis } from "../support/redis.ts";
import { addStaff, answeredIds, openTalk, until, wordsOf, type Talk } from "../support/talk.ts";

let talk: Talk;
afterEach(() => talk.stop());

const idsIn = (root: { ts: string; channel: string }) =>
  talk.heard(root).map((reply) => answeredIds(wordsOf(reply)));

describe("an operator", () => {
  it("may let messages collect before they are answered together", async () => {
    talk = await openTalk({ env: { BATON_DEBOUNCE_MS_SLACK: "700" }, pace: { sweepGraceMs: 5_000 } });
    const root = await talk.say("@baton one [[id:c1]]");
    await talk.say("two [[id:c2]]", { thread: root.ts });
    await talk.say("three [[id:c3]]", { thread: root.ts });
    await talk.answers(root);
    await talk.settled();
    expect(idsIn(root)).toEqual([["c1", "c2", "c3"]]);
    expect(talk.model.history().filter((request) => request.endpoint === "chat")).toHaveLength(1);
  });

  it("may switch the bot off: every conversation goes to people, and no model is asked", async () => {
    talk = await openTalk({ env: { ENABLE_AI_CHATBOT: "false" } });
    await addStaff(talk, "U0MIA000001", "Mia");
    const root = await talk.say("@baton hello [[id:off]]");
    const [words] = await talk.answers(root);
    expect(words).toContain("asked a teammate");
    await talk.say("anybody? [[id:off2]]", { thread: root.ts });
    const staff = await talk.say("@baton what do you think? [[id:staff]]", { user: "Mia" });
    await talk.answers(staff);
    await talk.settled();
    expect(talk.heard(root)).toHaveLength(1);
    expect([...idsIn(root), ...idsIn(staff)].flat()).toEqual([]);
    expect(talk.model.history().filter((request) => request.endpoint === "chat")).toEqual([]);
    expect(await talk.rows("SELECT 1 FROM tickets")).toHaveLength(2);
  });

  it("may run it on Redis, and everything holds", async () => {
    const redis = await startRedis();
    try {
      talk = await openTalk({ env: { REDIS_URL: redis.url } });
      await talk.house.join();
      const root = await talk.say("@baton hello [[id:r1]]");
      await talk.answers(root);
      await redis.flush();
      await talk.say("and? [[id:r2]]", { thread: root.ts });
      await talk.answers(root, 2);
      await talk.settled();
      expect(idsIn(root)).toEqual([["r1"], ["r2"]]);
      await talk.stop();
    } finally {
      await redis.stop();
      talk = { ...talk, stop: async () => {} };
    }
  });
});

describe("a workspace that uninstalled Baton", () => {
  it("is not answered any more, and its token is destroyed", async () => {
    talk = await openTalk();
    const root = await talk.say("@baton hello [[id:bye]]");
    await talk.answers(root);
    await talk.settled();
    await talk.slack.uninstalls().delivered;
    await until(async () => {
      const rows = await talk.rows(
        "SELECT 1 FROM installations WHERE state = 'removed' AND credentials IS NULL",
      );
      return rows.length === 1;
    });
    const before = await talk.rows("SELECT 1 FROM messages");
    await talk.slack.sendsEvent(
      {
        type: "app_mention",
        user: "U0ANA000001",
        text: "<@U0BATONBOT1> still there?",
        ts: "1999999999.000100",
        channel: "C0SUPPORT01",
        event_ts: "1999999999.000100",
      },
      { channel: "C0SUPPORT01" },
    ).delivered;
    await talk.settled();
    expect(await talk.rows("SELECT 1 FROM messages")).toHaveLength(before.length);
    expect(idsIn(root)).toEqual([["bye"]]);
  });
});
