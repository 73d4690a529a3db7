import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answeredIds, openTalk, wordsOf, type Talk } from "../support/talk.ts";

let talk: Talk;
beforeAll(async () => {
  talk = await openTalk();
});
afterAll(() => talk.stop());

describe("text that is none of a database's business", () => {
  it.each([
    ["percent", "100% of '%' and _ and \\"],
    ["quotes", "'; DROP TABLE messages; -- \" ` $1 $$"],
    ["nul", "before\u0000after"],
    ["lone", "half \ud83d a pair"],
    ["right-to-left", "abc \u202e cba \u200b"],
    ["json", '{"__proto__": {"admin": true}, "constructor": 1}'],
    ["long", "x".repeat(45_000)],
  ])("%s is a question like any other", async (id, text) => {
    const root = await talk.say(`@baton [[id:${id}]] ${text}`);
    await talk.answers(root);
    await talk.settled();
    expect(talk.heard(root).map((reply) => answeredIds(wordsOf(reply)))).toEqual([[id]]);
  });

  it.each(["%", "_", "'; DROP TABLE messages; --", "\\", "a\u0000b", "../..", "$1"])(
    "%j as an id finds nothing and breaks nothing",
    async (odd) => {
      const before = await talk.rows("SELECT id, state, edited_at FROM messages ORDER BY id");
      const event = (more: Record<string, unknown>) => ({
        channel: "C0SUPPORT01",
        channel_type: "channel",
        event_ts: "1999999999.000100",
        ...more,
      });
      const sent = await Promise.all(
        [
          event({ type: "message", subtype: "message_deleted", ts: "1999999999.000100", deleted_ts: odd }),
          event({ type: "message", user: odd, text: "hello", ts: odd, thread_ts: odd }),
          event({
            type: "reaction_added",
            user: odd,
            reaction: odd,
            item: { type: "message", channel: odd, ts: odd },
          }),
          event({
            type: "app_mention",
            user: odd,
            text: `hi ${odd}`,
            ts: "1999999998.000100",
            thread_ts: odd,
          }),
        ].map((body) => talk.slack.sendsEvent(body, { channel: "C0SUPPORT01" }).delivered),
      );
      expect(sent.flat().every((attempt) => attempt.status === 200)).toBe(true);
      await talk.settled();
      const after = await talk.rows<{ id: string }>("SELECT id, state, edited_at FROM messages ORDER BY id");
      const known = new Set(before.map((row) => row["id"]));
      expect(after.filter((row) => known.has(row.id))).toEqual(before);
    },
  );

  it("as a choice is counted without breaking the conversation", async () => {
    const root = await talk.say("@baton hello [[id:thumb]]");
    await talk.answers(root);
    const [reply] = talk.heard(root);
    const value = /up:[0-9a-f-]{36}/.exec(JSON.stringify(reply?.blocks))?.[0] ?? "";
    const messageTs = reply?.ts ?? "";
    const up = talk.slack.clicks({
      user: "Ana",
      channel: root.channel,
      messageTs,
      actionId: "baton.feedback",
      value,
    });
    await up.done;
    await talk.settled();
    const rows = await talk.rows<{ data: { value?: string } }>(
      "SELECT data FROM events WHERE event_type = 'feedback'",
    );
    const turns = await talk.rows("SELECT 1 FROM turns WHERE id::text = $1", [rows[0]?.data.value ?? ""]);
    expect([rows.length, turns.length]).toEqual([1, 1]);
    await talk.say("and? [[id:after]]", { thread: root.ts });
    await talk.answers(root, 2);
  });
});
