import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addStaff, answeredIds, openTalk, wordsOf, type Talk } from "../support/talk.ts";

type Root = { ts: string; channel: string };

let talk: Talk;
beforeAll(async () => {
  talk = await openTalk();
  await addStaff(talk, "U0MIA000001", "Mia");
}, 120_000);
afterAll(() => talk?.stop());

const idsIn = (root: Root) => talk.heard(root).flatMap((reply) => answeredIds(wordsOf(reply)));

async function goOn(root: Root, user: string, text: string): Promise<void> {
  await talk.say(text, { thread: root.ts, user });
  await talk.settled();
}

describe("in a thread several people read", () => {
  it("the bot leaves them alone, and hears what is meant for it without a mention", async () => {
    const root = await talk.say("@baton when is payday? [[id:p1]]");
    await talk.answers(root);
    await talk.settled();
    await goOn(root, "Ben", "did you see the game last night? [[id:p2]]");
    await goOn(root, "Ana", "don't spoil it! [[id:p3]]");
    expect(idsIn(root)).toEqual(["p1"]);
    await goOn(root, "Ana", "@baton and is it earlier in December? [[id:p4]]");
    await goOn(root, "Ben", "nice");
    await goOn(root, "Ana", "what if the 25th is a Sunday? [[id:p5]]");
    await goOn(root, "Ben", "and for trainees? [[id:p6]]");
    expect(idsIn(root)).toEqual(["p1", "p4", "p5", "p6"]);
    const left = await talk.rows<{ reason: string }>(
      "SELECT m.reason FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE c.thread = $1 AND m.state = 'ignored'",
      [root.ts],
    );
    expect(left.map(({ reason }) => reason)).toEqual(
      Array.from({ length: 3 }, () => "people talk to each other"),
    );
  });

  it("whoever a colleague gave back to the bot is heard without a mention again", async () => {
    const root = await talk.say("@baton where is my parcel? [[id:b1]]");
    await talk.answers(root);
    await talk.settled();
    await goOn(root, "Mia", "It is at the depot, I called them.");
    await goOn(root, "Ana", "oh, thank you!");
    await goOn(root, "Mia", "@baton bot");
    await goOn(root, "Ana", "how do I change the address? [[id:b2]]");
    expect(idsIn(root)).toEqual(["b1", "b2"]);
  });
});
