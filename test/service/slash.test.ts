import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answeredIds, openTalk, until, wordsOf, type Talk } from "../support/talk.ts";

let talk: Talk;
beforeAll(async () => {
  talk = await openTalk();
});
afterAll(() => talk.stop());

/** What people alone saw, without the word by which Slack is told that a command arrived. */
const whispers = () => talk.slack.ephemerals().filter((message) => message.text !== "On it…");

/** Types `/baton` and waits for what only that person sees. */
async function whispered(user: string, text: string, channel = "#support") {
  const before = whispers().length;
  const { status } = await talk.slack.slash({ user, channel, command: "/baton", text }).done;
  expect(status).toBe(200);
  const found = await talk.slack.waitFor(() => whispers()[before]);
  await talk.settled();
  expect(whispers()).toHaveLength(before + 1);
  return found;
}
const publicly = (channel: string) => talk.slack.messages(channel).filter((message) => message.isBot);

describe("/baton", () => {
  it.each(["", "help"])("%j tells the person alone how it works", async (text) => {
    const seen = await whispered("Ana", text);
    expect(seen.ephemeralTo).toBe("U0ANA000001");
    expect(wordsOf(seen)).toContain("Follow-ups need no new mention");
    expect(publicly("#support")).toEqual([]);
  });

  it("answers a question to the person alone", async () => {
    const seen = await whispered("Ana", "where is my salary slip? [[id:slip]]");
    expect(seen.ephemeralTo).toBe("U0ANA000001");
    expect(answeredIds(wordsOf(seen))).toEqual(["slip"]);
    expect(publicly("#support")).toEqual([]);
  });

  it("keeps what one person whispered out of what another one is told", async () => {
    await whispered("Ana", "my salary is 4711 [[id:ana]]");
    const seen = await whispered("Ben", "what did the others ask? [[id:ben]]");
    expect(seen.ephemeralTo).toBe("U0BEN000001");
    const asked = talk.model.history().findLast((request) => request.text.includes("[[id:ben]]"));
    expect(JSON.stringify(asked?.body)).not.toContain("4711");
  });

  it("remembers what the same person whispered there before", async () => {
    await whispered("Ben", "and what did I ask? [[id:again]]");
    const asked = talk.model.history().findLast((request) => request.text.includes("[[id:again]]"));
    expect(JSON.stringify(asked?.body)).toContain("what did the others ask?");
  });

  it("is not repeated when nobody can tell whether it was seen: no history shows what one person sees", async () => {
    talk.slack.faults.api({ method: "chat.postEphemeral", times: 1, do: { kind: "cut", when: "after" } });
    await whispered("Ana", "how many days off do I have? [[id:once]]");
    await until(async () => {
      const rows = await talk.rows<{ state: string }>("SELECT state FROM deliveries WHERE state = 'unknown'");
      return rows.length === 1;
    }, 10_000);
    const seen = whispers().filter((message) => answeredIds(wordsOf(message)).includes("once"));
    expect(seen).toHaveLength(1);
  });

  it("refuses a staff command of somebody else, to that person alone", async () => {
    const seen = await whispered("Ana", "claim");
    expect(wordsOf(seen)).toContain("only staff can do that");
    expect(publicly("#support")).toEqual([]);
  });

  it("passes a whispered wish for a human to the queue and says so to the person alone", async () => {
    const seen = await whispered("Mia", "human");
    expect(seen.ephemeralTo).toBe("U0MIA000001");
    expect(wordsOf(seen)).toContain("asked a teammate");
    expect(await talk.rows("SELECT 1 FROM tickets")).toHaveLength(1);
  });

  it("brings a person when the button under a whispered answer is pressed", async () => {
    const seen = await whispered("Ana", "help me [[id:button]]");
    const before = whispers().length;
    talk.slack.clicks({ user: "Ana", channel: "#support", messageTs: seen.ts, value: "human" });
    const told = await talk.slack.waitFor(() => whispers()[before]);
    expect(wordsOf(told)).toContain("asked a teammate");
    await talk.settled();
    const [row] = await talk.rows<{ count: string }>(
      "SELECT count(*) FROM conversations WHERE owner_kind = 'queue'",
    );
    expect(Number(row?.count)).toBe(2);
  });

  it("answers openly in a direct conversation, where nobody else listens", async () => {
    await talk.slack.slash({ user: "Ben", channel: "dm", command: "/baton", text: "hi [[id:dm]]" }).done;
    const found = await talk.slack.waitFor(() =>
      talk.slack
        .history()
        .messages.find((message) => message.isBot && wordsOf(message).includes("answer:dm")),
    );
    expect(found.ephemeralTo).toBeUndefined();
  });

  it("gives the simulated platform nothing to complain about", async () => {
    await talk.settled();
    expect(talk.slack.complaints()).toEqual([]);
  });
});
