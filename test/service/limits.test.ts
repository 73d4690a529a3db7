import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTalk, wordsOf, type Talk } from "../support/talk.ts";

let talk: Talk;
beforeAll(async () => {
  talk = await openTalk({ env: { AI_RATE_LIMIT_PER_MINUTE: "3", AI_RATE_LIMIT_BURST: "3" } });
});
afterAll(() => talk.stop());

const isNotice = (words: string) => words.includes("a little fast for me");

async function ask(text: string, user: string, thread?: string) {
  return talk.say(`<@${talk.slack.installation.botUserId}> ${text}`, {
    user,
    ...(thread !== undefined && { thread }),
  });
}

describe("somebody who asks more than they may (R247, R253)", () => {
  it("is answered up to the limit, told once, and others are answered as before", async () => {
    const roots = [];
    for (const number of [1, 2, 3]) {
      const root = await ask(`question ${number}`, "Ana");
      await talk.answers(root);
      roots.push(root);
    }
    const [first] = roots;
    if (first === undefined) throw new Error("nothing was said");
    for (const number of [4, 5]) await ask(`question ${number}`, "Ana", first.ts);
    await talk.settled();
    const heard = talk.heard(first).map(wordsOf);
    expect(heard.filter(isNotice)).toHaveLength(1);
    expect(heard.filter((words) => !isNotice(words))).toHaveLength(1);
    const reasons = await talk.rows<{ reason: string }>(
      "SELECT reason FROM messages WHERE state = 'ignored' ORDER BY seq",
    );
    expect(reasons.map(({ reason }) => reason)).toEqual([
      "over the limit: user minute",
      "over the limit: user minute",
    ]);

    const other = await ask("and me?", "Ben");
    expect(await talk.answers(other)).toHaveLength(1);
  });

  it("reaches a person all the same", async () => {
    const root = await ask("one more", "Ana");
    await talk.settled();
    expect(talk.heard(root).map(wordsOf).filter(isNotice)).toHaveLength(1);
    await ask("human", "Ana", root.ts);
    await talk.settled();
    const [row] = await talk.rows<{ owner_kind: string }>(
      "SELECT owner_kind FROM conversations WHERE thread = $1",
      [root.ts],
    );
    expect(row?.owner_kind).toBe("queue");
  });
});
