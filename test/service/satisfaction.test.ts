import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openReceiver, type Receiver } from "../handoff/outside/receiver.ts";
import { addStaff, openTalk, until, wordsOf, type Talk } from "../support/talk.ts";
import { openRoomHouse, slowlyMs, type RoomHouse } from "./room-house.ts";

const secret = "a secret of thirty-two characters";

let receiver: Receiver;
let talk: Talk;
beforeAll(async () => {
  receiver = await openReceiver(secret);
  talk = await openTalk({
    files: {
      "config/tenants/acme.yaml": `name: Acme\ndefault: true\nwebhooks: [{ url: "${receiver.url}", secret: ACME_HOOK }]`,
      "config/tools.yaml": `allowedOrigins: ["${receiver.url}"]`,
    },
    env: { ACME_HOOK: secret },
  });
  await addStaff(talk, "U0MIA000001", "Mia");
}, 120_000);
afterAll(async () => {
  await talk?.stop();
  await receiver?.stop();
});

type Root = { ts: string; channel: string };
const question = "How was the help";
const heard = (root: Root, words: string) =>
  talk.heard(root).filter((message) => wordsOf(message).includes(words));

/** A conversation of Ana's that Mia has taken and resolved. */
async function helped(id: string): Promise<Root> {
  const root = await talk.say(`@baton where is my parcel? [[id:${id}]]`);
  await talk.answers(root);
  await talk.say("It comes on Friday.", { user: "Mia", thread: root.ts });
  await talk.say("@baton resolve", { user: "Mia", thread: root.ts });
  await talk.slack.waitFor(() => heard(root, "is resolved").length > 0);
  return root;
}

async function press(root: Root, user: string, action: string): Promise<void> {
  const shown = talk.heard(root).findLast((message) => JSON.stringify(message).includes(action));
  if (shown === undefined) throw new Error(`no button ${action}`);
  const found =
    new RegExp(`"(${action.replaceAll(".", "\\.")}[^"]*)"`).exec(JSON.stringify(shown))?.[1] ?? action;
  await talk.slack.clicks({ user, channel: root.channel, messageTs: shown.ts, actionId: found }).done;
  await talk.settled();
}

const kept = (root: Root) =>
  talk.rows<{ thumb: string | null; score: number | null }>(
    "SELECT s.thumb, s.score FROM satisfaction s JOIN conversations c ON c.id = s.conversation_id WHERE c.thread = $1",
    [root.ts],
  );

describe("whoever was helped by a colleague", () => {
  it("is asked once, answers by thumb and points, and nobody else's answer counts", async () => {
    const root = await helped("s1");
    await talk.slack.waitFor(() => heard(root, question).length > 0);
    await talk.settled();
    const order = talk.heard(root).map(wordsOf);
    expect(order.findIndex((words) => words.includes(question))).toBeGreaterThan(
      order.findIndex((words) => words.includes("is resolved")),
    );

    await press(root, "Mia", "baton.csat.down");
    expect(await kept(root)).toEqual([{ thumb: null, score: null }]);
    await press(root, "Ana", "baton.csat.up");
    await press(root, "Ana", "baton.csat.down");
    expect(await kept(root)).toEqual([{ thumb: "up", score: null }]);
    await press(root, "Ana", "baton.csat.score.4");
    expect(await kept(root)).toEqual([{ thumb: "up", score: 4 }]);
    expect(heard(root, "Thank you")).toHaveLength(2);

    const told = () => receiver.received.filter(({ type }) => type === "csat.received");
    await until(async () => told().length === 2, 30_000);
    expect(told().map(({ data }) => [data["thumb"], data["score"]])).toEqual(
      expect.arrayContaining([
        ["up", undefined],
        ["up", 4],
      ]),
    );
    expect(told().every(({ isSigned }) => isSigned)).toBe(true);
    const [baton] = await talk.rows<{ status: string }>(
      "SELECT status FROM conversations WHERE thread = $1",
      [root.ts],
    );
    expect(baton?.status).toBe("closed");

    await talk.say("@baton reopen", { user: "Mia", thread: root.ts });
    await talk.say("@baton resolve", { user: "Mia", thread: root.ts });
    await talk.slack.waitFor(() => heard(root, "is resolved").length > 1);
    await talk.settled();
    expect(heard(root, question)).toHaveLength(1);
  }, 90_000);
});

describe("the question how it was", () => {
  let house: RoomHouse;
  beforeAll(async () => {
    house = await openRoomHouse("slack");
  }, 120_000);
  afterAll(() => house?.stop());

  it.each(["discord", "teams", "web"] as const)(
    "is put on %s with its buttons, and is no word among colleagues",
    async (platform) => {
      const person = await house.person(platform);
      const hears = (words: string) =>
        until(async () => (await person.heard()).find((said) => said.includes(words)), slowlyMs);
      await person.says(`my order of ${platform} is missing [[id:q-${platform}]]`);
      await hears(`answer:q-${platform}`);
      await person.says("human");
      const room = await house.room(`order of ${platform}`);
      await until(async () => room.lines().length > 0, slowlyMs);
      room.says("Mia", "!claim");
      room.says("Mia", "!resolve");
      const asked = await hears(question);
      expect(asked).toContain("👍 Good");
      expect(asked).toContain("👎 Not good");
      await house.talk.settled();
      expect((await person.heard()).filter((said) => said.includes(question))).toHaveLength(1);
      expect(room.lines().join()).not.toContain(question);
    },
    120_000,
  );
});
