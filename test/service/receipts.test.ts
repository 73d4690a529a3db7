import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answeredIds, holdModel, openTalk, until, wordsOf, type Talk } from "../support/talk.ts";

let talk: Talk;
beforeAll(async () => {
  talk = await openTalk();
});
afterAll(() => talk.stop());

type Place = { ts: string; channel: string };
const eyesOn = ({ channel, ts }: Place, message = ts) =>
  talk.slack
    .thread(channel, ts)
    .find((seen) => seen.ts === message)
    ?.reactions.map((reaction) => reaction.name) ?? [];
const untilEyes = (place: Place, message?: string) =>
  talk.slack.waitFor(() => eyesOn(place, message).includes("eyes"));

describe("the 👀 on a message", () => {
  it("appears while the model thinks and is gone with the answer", async () => {
    const held = holdModel(talk, "[[id:eyes]]");
    const root = await talk.say("@baton think [[id:eyes]]");
    await untilEyes(root);
    held.release();
    await talk.answers(root);
    await talk.settled();
    expect(eyesOn(root)).toEqual([]);
  });

  it("does not appear when the answer is there at once", async () => {
    const calls = () => talk.slack.history().calls.filter((call) => call.method === "reactions.add").length;
    const before = calls();
    const quick = await openTalk({ pace: { receiptDelayMs: 5_000 } });
    try {
      const root = await quick.say("@baton quick [[id:quick]]");
      await quick.answers(root);
      await quick.settled();
      expect(quick.slack.history().calls.filter((call) => call.method === "reactions.add")).toEqual([]);
    } finally {
      await quick.stop();
    }
    expect(calls()).toBe(before);
  });

  it("is gone when the model failed", async () => {
    talk.model.fault({ kind: "server-error", status: 500, times: 10, text: "[[id:broken]]" });
    const held = holdModel(talk, "[[id:broken]]");
    const root = await talk.say("@baton fail [[id:broken]]");
    await talk.answers(root);
    held.release();
    await talk.settled();
    talk.model.clearFaults();
    expect(eyesOn(root)).toEqual([]);
  });

  it("is gone from every message when others joined while it was being put there", async () => {
    talk.slack.faults.api({
      method: "reactions.add",
      times: 1,
      do: { kind: "delay", ms: 900, when: "before" },
    });
    const held = holdModel(talk, "[[id:j1]]");
    const root = await talk.say("@baton one [[id:j1]]");
    await held.asked;
    await until(async () => {
      const rows = await talk.rows("SELECT 1 FROM turns WHERE receipt = $1", [root.ts]);
      return rows.length > 0;
    });
    const second = holdModel(talk, "[[id:j2]]");
    const joined = await talk.say("two [[id:j2]]", { thread: root.ts });
    held.release();
    await second.asked;
    await untilEyes(root, root.ts);
    second.release();
    await talk.answers(root);
    await talk.settled();
    expect([eyesOn(root), eyesOn(root, joined.ts)]).toEqual([[], []]);
    expect(talk.heard(root).map((reply) => answeredIds(wordsOf(reply)))).toEqual([["j1", "j2"]]);
  });

  it("is swept away later when taking it back fails at first", async () => {
    talk.slack.faults.api({
      method: "reactions.remove",
      times: 1,
      do: { kind: "status", status: 503, when: "before" },
    });
    const held = holdModel(talk, "[[id:later]]");
    const root = await talk.say("@baton think [[id:later]]");
    await untilEyes(root);
    held.release();
    await talk.answers(root);
    await talk.settled();
    expect(eyesOn(root)).toEqual([]);
  });

  it("is let go of when the message it stood on is gone for good", async () => {
    const held = holdModel(talk, "[[id:bye]]");
    const root = await talk.say("@baton root [[id:root]]");
    await talk.answers(root);
    const asked = await talk.say("think [[id:bye]]", { thread: root.ts });
    await untilEyes(root, asked.ts);
    await talk.slack.userDeletes({ channel: asked.channel, ts: asked.ts }).delivered;
    held.release();
    await talk.settled();
    expect(talk.heard(root)).toHaveLength(1);
  });
});
