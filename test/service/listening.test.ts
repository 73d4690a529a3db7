import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answeredIds, openTalk, wordsOf, type Talk } from "../support/talk.ts";

let talk: Talk;
beforeAll(async () => {
  talk = await openTalk({
    slack: {
      teams: [
        {
          id: "T0BATON0001",
          name: "Acme",
          bot: { userId: "U0BATONBOT1", botId: "B0BATON0001", token: "xoxb-baton-T0BATON0001" },
          users: [
            { id: "U0ANA000001", name: "Ana" },
            { id: "U0BEN000001", name: "Ben" },
            { id: "U0MIA000001", name: "Mia" },
          ],
          channels: [
            { id: "C0SUPPORT01", name: "support" },
            { id: "C0GENERAL01", name: "general" },
            {
              id: "G0GROUP0001",
              name: "mpdm-ana--ben--baton-1",
              type: "mpim",
              members: ["U0ANA000001", "U0BEN000001"],
            },
          ],
        },
        {
          id: "T0PARTNER01",
          name: "Partner",
          users: [{ id: "U0PIA000001", name: "Pia" }],
          channels: [{ id: "C0PARTNER01", name: "lobby" }],
        },
      ],
      shared: [{ id: "C0CONNECT01", name: "connect", teamIds: ["T0BATON0001", "T0PARTNER01"] }],
    },
  });
});
afterAll(() => talk.stop());

describe("what Slack delivers", () => {
  it.each([
    { order: "message-first", delayMs: 0 },
    { order: "mention-first", delayMs: 0 },
    { order: "message-first", delayMs: 700 },
    { order: "mention-first", delayMs: 2_000 },
  ] as const)(
    "answers a mention once when its two events come $order, $delayMs ms apart",
    async (mentionPair) => {
      talk.slack.configure({ mentionPair });
      const said = await talk.say("@baton where is my badge? [[id:pair]]");
      await talk.answers(said);
      await talk.settled();
      talk.slack.configure({ mentionPair: { order: "message-first", delayMs: 0 } });
      expect(talk.heard(said).map((reply) => answeredIds(wordsOf(reply)))).toEqual([["pair"]]);
    },
  );

  it.each([{ concurrent: true }, { concurrent: false }])(
    "answers once what is delivered four times (concurrent: $concurrent)",
    async ({ concurrent }) => {
      const fault = talk.slack.faults.events({ do: { kind: "duplicate", copies: 3, concurrent } });
      const root = await talk.say("@baton first [[id:a]]");
      await talk.answers(root);
      await talk.say("and this? [[id:b]]", { thread: root.ts });
      await talk.answers(root, 2);
      await talk.settled();
      talk.slack.faults.clear(fault);
      expect(talk.heard(root).map((reply) => answeredIds(wordsOf(reply)))).toEqual([["a"], ["b"]]);
    },
  );

  it("answers once when Slack loses the acknowledgement and delivers again", async () => {
    talk.slack.faults.events({ times: 4, do: { kind: "lose_ack" } });
    const said = await talk.say("@baton hello [[id:ack]]");
    await talk.answers(said);
    await talk.settled();
    expect(talk.heard(said)).toHaveLength(1);
  });
});

describe("whom Baton answers", () => {
  it("answers a follow-up in its thread that does not mention it", async () => {
    const root = await talk.say("@baton hi [[id:one]]");
    await talk.answers(root);
    await talk.say("and one more [[id:two]]", { thread: root.ts, user: "Ben" });
    const said = await talk.answers(root, 2);
    expect(answeredIds(said[1] ?? "")).toEqual(["two"]);
  });

  it("is silent when a follow-up names somebody else, and keeps listening", async () => {
    const root = await talk.say("@baton hi [[id:one]]");
    await talk.answers(root);
    await talk.say("@Ben what do you think? [[id:ben]]", { thread: root.ts });
    await talk.settled();
    expect(talk.heard(root)).toHaveLength(1);
    await talk.say("so? [[id:so]]", { thread: root.ts });
    const words = await talk.answers(root, 2);
    expect(answeredIds(words[1] ?? "")).toEqual(["so"]);
    const states = await talk.rows<{ state: string }>(
      "SELECT m.state FROM messages m JOIN conversations c ON c.id = m.conversation_id WHERE c.thread = $1 AND role = 'user' ORDER BY seq",
      [root.ts],
    );
    expect(states.map((row) => row.state)).toEqual(["settled", "ignored", "settled"]);
  });

  it("leaves no row of what is said where it has no part", async () => {
    const root = await talk.say("just us here, nobody else", { channel: "#general" });
    await talk.say("right", { channel: "#general", thread: root.ts, user: "Ben" });
    const known = await talk.rows("SELECT 1 FROM conversations WHERE space = $1", [root.channel]);
    const messages = await talk.rows("SELECT 1 FROM messages WHERE external_id = $1", [root.ts]);
    expect([known, messages]).toEqual([[], []]);
    expect(talk.heard(root)).toEqual([]);
  });

  it("joins a thread in the middle when it is mentioned there", async () => {
    const root = await talk.say("my badge is gone", { channel: "#general" });
    await talk.say("@baton can you help? [[id:mid]]", { channel: "#general", thread: root.ts, user: "Ben" });
    const words = await talk.answers(root);
    expect(answeredIds(words[0] ?? "")).toEqual(["mid"]);
  });

  it("never answers another bot, nor itself", async () => {
    const root = talk.slack.botSays({
      name: "Deploys",
      channel: "#general",
      text: "@baton deployed [[id:bot]]",
    });
    await root.delivered;
    await talk.settled();
    expect(talk.heard(root)).toEqual([]);
  });

  it("talks in a direct conversation as one rolling conversation", async () => {
    const { channel } = await talk.say("hello [[id:dm1]]", { channel: "dm" });
    const first = await inDirect(channel, 1);
    await talk.say("and again [[id:dm2]]", { channel: "dm" });
    const both = await inDirect(channel, 2);
    expect([first, both].map((found) => found.map((reply) => answeredIds(wordsOf(reply))))).toEqual([
      [["dm1"]],
      [["dm1"], ["dm2"]],
    ]);
    const asked = talk.model.history().filter((request) => request.text.includes("dm2"));
    expect(JSON.stringify(asked.at(-1)?.body)).toContain("answer:dm1");
    await talk.settled();
    expect(await talk.rows("SELECT 1 FROM conversations WHERE audience = 'direct'")).toHaveLength(1);
  });

  it("answers a mention in a group conversation, and not what the members say to each other", async () => {
    const quiet = await talk.say("lunch?", { channel: "G0GROUP0001" });
    const root = await talk.say("@baton lunch? [[id:mp]]", { channel: "G0GROUP0001", user: "Ben" });
    await talk.settled();
    const found = await talk.slack.waitFor(() => {
      const seen = talk.slack
        .messages("G0GROUP0001")
        .filter((message) => message.isBot && !message.streaming);
      return seen.length > 0 ? seen : undefined;
    });
    await talk.settled();
    expect(found.map((message) => answeredIds(wordsOf(message)))).toEqual([["mp"]]);
    expect(await talk.rows("SELECT 1 FROM messages WHERE external_id = $1", [quiet.ts])).toEqual([]);
    expect(await talk.rows("SELECT 1 FROM messages WHERE external_id = $1", [root.ts])).toHaveLength(1);
  });

  it("answers a stranger in a shared channel, in the thread, marked as shared", async () => {
    const said = talk.slack.userSays({
      user: "Pia",
      team: "T0PARTNER01",
      channel: "C0CONNECT01",
      text: "<@U0BATONBOT1> hello [[id:pia]]",
    });
    await said.delivered;
    const words = await talk.answers(said);
    expect(answeredIds(words[0] ?? "")).toEqual(["pia"]);
    const [row] = await talk.rows<{ audience: string }>(
      "SELECT audience FROM conversations WHERE thread = $1",
      [said.ts],
    );
    expect(row?.audience).toBe("shared");
  });

  it("gives the simulated platform nothing to complain about", async () => {
    await talk.settled();
    expect(talk.slack.complaints()).toEqual([]);
  });
});

/** The bot's complete messages of a direct conversation, once there are `count`. */
function inDirect(channel: string, count: number) {
  return talk.slack.waitFor(() => {
    const found = talk.slack.messages(channel).filter((message) => message.isBot);
    const complete = found.every((message) => wordsOf(message).includes("answer:"));
    return found.length >= count && complete ? found : undefined;
  });
}
