import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ApiFault } from "../../simulators/slack/faults.ts";
import type { SeenMessage } from "../../simulators/slack/model.ts";
import { numberedWords, openTalk, wordsOf, type Talk } from "../support/talk.ts";

let talk: Talk;
beforeAll(async () => {
  talk = await openTalk({ env: { OPENAI_MAX_TOKENS: "16000" } });
});
afterAll(() => talk.stop());
beforeEach(() => {
  talk.slack.faults.clear();
  talk.model.clearFixtures();
  talk.model.setPace({ tokensPerSecond: 120, firstTokenMs: 0 });
});

let asked = 0;
/** Asks a question the model answers with this text, streamed. */
async function askFor(text: string, channel = "#support") {
  const id = `[[q:${(asked += 1)}]]`;
  talk.model.addFixtures([{ match: { user: id }, answer: { text } }]);
  return talk.say(`@baton tell me ${id}`, { channel });
}

/** The text of a message without markup that rendering adds. */
const plain = (text: string) => text.replace(/\s+/g, " ").trim();
const whole = (said: { ts: string; channel: string }) =>
  talk.heard(said).map((reply) => plain(wordsOf(reply)));
/** The numbered words a reader sees: where there are blocks, a message's text only stands in for them. */
function numbersIn({ text, blocks }: SeenMessage): readonly string[] {
  return JSON.stringify(blocks ?? []).match(/word\d+/g) ?? text.match(/word\d+/g) ?? [];
}

describe("a long answer", () => {
  it("grows in front of the reader and ends on the full text", async () => {
    const text = numberedWords(120);
    const root = await askFor(text);
    const first = await talk.slack.waitFor(() => {
      const [reply] = talk.heard(root);
      return reply?.streaming === true && reply.text !== "" ? reply : undefined;
    });
    await talk.answers(root);
    await talk.settled();
    const [reply] = talk.heard(root);
    expect(talk.heard(root)).toHaveLength(1);
    expect(first.text.length).toBeLessThan(text.length);
    expect(text.startsWith(plain(first.text))).toBe(true);
    expect(reply?.stream?.appendCount).toBeGreaterThan(0);
    expect(plain(reply?.text ?? "")).toContain(text);
  });

  it("of more than twelve thousand characters is split and loses nothing", async () => {
    talk.model.setPace({ tokensPerSecond: 0 });
    const text = numberedWords(4_500);
    const root = await askFor(text);
    await talk.answers(root, 3, 20_000);
    await talk.settled();
    const words = talk.heard(root).flatMap(numbersIn);
    expect(words).toEqual(text.split(" "));
  });

  it("of more than twelve thousand characters loses nothing while it is streamed", async () => {
    talk.model.setPace({ tokensPerSecond: 4_000 });
    const text = numberedWords(2_500);
    const root = await askFor(text);
    await talk.answers(root, 2, 20_000);
    await talk.settled();
    const words = talk.heard(root).flatMap(numbersIn);
    expect(words).toEqual(text.split(" "));
  });

  const troubles: readonly { readonly name: string; readonly faults: readonly ApiFault[] }[] = [
    {
      name: "the stream died under it",
      faults: [
        {
          method: "chat.appendStream",
          times: 1,
          do: { kind: "error", error: "message_not_in_streaming_state" },
        },
      ],
    },
    {
      name: "the stream had died at the end",
      faults: [
        {
          method: "chat.stopStream",
          times: 1,
          do: { kind: "error", error: "message_not_in_streaming_state" },
        },
      ],
    },
    {
      name: "going on was rate limited",
      faults: [{ method: "chat.appendStream", times: 1, do: { kind: "rate_limit", retryAfterSeconds: 1 } }],
    },
    {
      name: "ending it was rate limited",
      faults: [{ method: "chat.stopStream", times: 1, do: { kind: "rate_limit", retryAfterSeconds: 1 } }],
    },
    {
      name: "beginning it was rate limited",
      faults: [{ method: "chat.startStream", times: 1, do: { kind: "rate_limit", retryAfterSeconds: 1 } }],
    },
    {
      name: "beginning it took effect without an answer",
      faults: [{ method: "chat.startStream", times: 1, do: { kind: "cut", when: "after" } }],
    },
    {
      name: "beginning it took effect and was answered with 503",
      faults: [{ method: "chat.startStream", times: 1, do: { kind: "status", status: 503, when: "after" } }],
    },
    {
      name: "going on took effect without an answer",
      faults: [{ method: "chat.appendStream", times: 1, do: { kind: "cut", when: "after" } }],
    },
    {
      name: "ending it took effect without an answer",
      faults: [{ method: "chat.stopStream", times: 1, do: { kind: "cut", when: "after" } }],
    },
    {
      name: "ending it took effect and was answered with 500",
      faults: [{ method: "chat.stopStream", times: 1, do: { kind: "status", status: 500, when: "after" } }],
    },
    {
      name: "ending it and looking for it afterwards fails at first",
      faults: [
        { method: "chat.stopStream", times: 2, do: { kind: "status", status: 503, when: "before" } },
        { method: "chat.update", times: 1, do: { kind: "status", status: 503, when: "after" } },
      ],
    },
  ];

  it.each(troubles)("stands there once, with its full text, though $name", async ({ faults }) => {
    for (const fault of faults) talk.slack.faults.api(fault);
    const text = numberedWords(100);
    const root = await askFor(text);
    await talk.answers(root, 1, 20_000);
    await talk.settled(20_000);
    expect(whole(root)).toHaveLength(1);
    expect(whole(root)[0]).toContain(text);
    expect(talk.heard(root)[0]?.streaming).toBe(false);
  });

  it("is posted and edited where Slack does not stream", async () => {
    talk.slack.faults.api({
      method: "chat.startStream",
      do: { kind: "error", error: "feature_not_enabled" },
    });
    const text = numberedWords(300);
    const root = await askFor(text, "#general");
    await talk.answers(root);
    await talk.settled();
    expect(whole(root)).toHaveLength(1);
    expect(whole(root)[0]).toContain(text);
    const [reply] = talk.heard(root);
    expect(reply?.edits.length).toBeGreaterThan(0);
    expect(reply?.stream).toBeUndefined();
  });
});

describe("without streaming", () => {
  it("an answer comes as one message, once it is complete", async () => {
    const quiet = await openTalk({ env: { ENABLE_STREAMING: "false" } });
    try {
      quiet.model.setPace({ tokensPerSecond: 100 });
      const root = await quiet.say("@baton hello [[id:whole]]");
      const [words] = await quiet.answers(root);
      await quiet.settled();
      expect(words).toContain("answer:whole");
      const methods = new Set(quiet.slack.history().calls.map((call) => call.method));
      expect([methods.has("chat.startStream"), methods.has("chat.update")]).toEqual([false, false]);
    } finally {
      await quiet.stop();
    }
  });
});
