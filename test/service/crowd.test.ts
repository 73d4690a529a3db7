import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answeredIds, openTalk, wordsOf, type Talk } from "../support/talk.ts";

const conversations = 20;
const messagesEach = 5;

describe("two workers and a crowd", () => {
  let talk: Talk;
  beforeAll(async () => {
    talk = await openTalk();
    await talk.house.join();
  });
  afterAll(() => talk.stop());

  it("answers every message of every conversation exactly once, in order", async () => {
    await Promise.all(Array.from({ length: conversations }, (_, index) => converse(index)));
    await talk.settled(40_000);
    const heard = roots.map((root) =>
      talk.heard(root).map((reply) => ({ ids: answeredIds(wordsOf(reply)), streaming: reply.streaming })),
    );
    for (const [index, said] of heard.entries()) {
      expect(said.flatMap(({ ids }) => ids)).toEqual(
        Array.from({ length: messagesEach }, (_, message) => `c${index}m${message}`),
      );
      expect(said.some(({ streaming }) => streaming)).toBe(false);
    }
    expect(talk.slack.complaints()).toEqual([]);
  });

  const roots: { ts: string; channel: string }[] = [];
  async function converse(index: number): Promise<void> {
    const root = await talk.say(`@baton hello [[id:c${index}m0]]`);
    roots[index] = root;
    for (let message = 1; message < messagesEach; message += 1)
      await talk.say(`more [[id:c${index}m${message}]]`, { thread: root.ts });
  }
});
