import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ApiFault } from "../../simulators/slack/faults.ts";
import { answeredIds, openTalk, until, wordsOf, type Talk } from "../support/talk.ts";

let talk: Talk;
beforeAll(async () => {
  talk = await openTalk({ env: { ENABLE_STREAMING: "false" } });
});
afterAll(() => talk.stop());
beforeEach(() => talk.slack.faults.clear());

type Root = { ts: string; channel: string };
const idsIn = (root: Root) => talk.heard(root).map((reply) => answeredIds(wordsOf(reply)));
const cut: ApiFault["do"] = { kind: "cut", when: "after" };
const status = (code: number): ApiFault["do"] => ({ kind: "status", status: code, when: "after" });

describe("a message Slack took without saying so", () => {
  it.each([
    { name: "the connection was cut", faults: [{ method: "chat.postMessage", times: 1, do: cut }] },
    ...[500, 502, 503, 504, 408].map((code) => ({
      name: `the answer was ${code}`,
      faults: [{ method: "chat.postMessage", times: 1, do: status(code) }],
    })),
    {
      name: "the answer made no sense",
      faults: [{ method: "chat.postMessage", times: 1, do: { kind: "malformed", when: "after" } as const }],
    },
    {
      name: "looking for it is rate limited",
      faults: [
        { method: "chat.postMessage", times: 1, do: cut },
        {
          method: "conversations.replies",
          times: 2,
          do: { kind: "rate_limit", retryAfterSeconds: 1 } as const,
        },
      ],
    },
    {
      name: "looking for it fails at first",
      faults: [
        { method: "chat.postMessage", times: 1, do: status(503) },
        { method: "conversations.replies", times: 3, do: { kind: "status", status: 503 } as const },
      ],
    },
  ] satisfies readonly { name: string; faults: readonly ApiFault[] }[])(
    "stands there exactly once though $name",
    async ({ faults }) => {
      for (const fault of faults) talk.slack.faults.api(fault);
      const root = await talk.say("@baton hello [[id:once]]");
      await talk.answers(root);
      await talk.settled(20_000);
      await talk.say("and? [[id:next]]", { thread: root.ts });
      await talk.answers(root, 2);
      await talk.settled();
      expect(idsIn(root)).toEqual([["once"], ["next"]]);
    },
  );

  it("is sent again when Slack did not take it", async () => {
    talk.slack.faults.api({
      method: "chat.postMessage",
      times: 2,
      do: { kind: "status", status: 503, when: "before" },
    });
    const root = await talk.say("@baton hello [[id:lost]]");
    await talk.answers(root);
    await talk.settled();
    expect(idsIn(root)).toEqual([["lost"]]);
  });
});

describe("a rate limit", () => {
  it("in one channel does not hold up another", async () => {
    talk.slack.faults.api({
      method: "chat.postMessage",
      channel: "#support",
      do: { kind: "rate_limit", retryAfterSeconds: 2 },
    });
    const slow = await talk.say("@baton slow [[id:slow]]");
    await until(async () => {
      const rows = await talk.rows(
        "SELECT 1 FROM deliveries WHERE state = 'pending' AND error = 'ratelimited'",
      );
      return rows.length > 0;
    });
    const quick = await talk.say("@baton quick [[id:quick]]", { channel: "#general" });
    await talk.answers(quick);
    expect(talk.heard(slow)).toEqual([]);
    await talk.answers(slow);
    await talk.settled();
    expect([idsIn(slow), idsIn(quick)]).toEqual([[["slow"]], [["quick"]]]);
  });
});

describe("a refusal for good", () => {
  it.each(["not_in_channel", "is_archived", "restricted_action", "msg_too_long", "channel_not_found"])(
    "%s fails that one message, tells the operator, and the conversation goes on",
    async (error) => {
      const from = talk.lines.length;
      talk.slack.faults.api({ method: "chat.postMessage", times: 1, do: { kind: "error", error } });
      const root = await talk.say(`@baton hello [[id:${error.replaceAll("_", "-")}]]`);
      await until(async () => {
        const rows = await talk.rows("SELECT 1 FROM deliveries WHERE state = 'failed' AND error = $1", [
          error,
        ]);
        return rows.length > 0;
      });
      await talk.say("still there? [[id:on]]", { thread: root.ts });
      await talk.answers(root);
      await talk.settled();
      expect(idsIn(root)).toEqual([["on"]]);
      const errors = talk.lines.slice(from).filter((line) => line.includes('"level":"error"'));
      expect(errors.some((line) => line.includes("delivery given up") && line.includes(error))).toBe(true);
      const tries = talk.slack
        .history()
        .calls.filter((call) => call.method === "chat.postMessage" && call.error === error);
      expect(tries).toHaveLength(1);
    },
  );
});
