import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openHouse, type House } from "../support/house.ts";

async function rows(connectionString: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

describe("a bot called into a running thread", () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse();
  });
  afterAll(() => house.stop());

  it("has read what was said before, and answers only what it was asked", async () => {
    const { slack, model, databaseUrl } = house;
    const root = slack.userSays({
      user: "Ben",
      channel: "#support",
      text: "the third floor printer prints only pink",
    });
    await root.delivered;
    const more = slack.userSays({ user: "Mia", channel: "#support", text: "mine too", threadTs: root.ts });
    await more.delivered;
    const called = slack.userSays({
      user: "Ana",
      channel: "#support",
      text: "@baton can you help? [[id:ask]]",
      threadTs: root.ts,
    });
    await called.delivered;
    const [reply] = await slack.waitFor(() => {
      const found = slack.botReplies("#support", root.ts);
      return found.length > 0 && found[0]?.streaming === false ? found : undefined;
    }, 8_000);
    expect(JSON.stringify(reply)).toContain("answer:ask");
    const [open] = await rows(
      databaseUrl,
      "SELECT count(*)::int AS count FROM messages WHERE role = 'user' AND turn_id IS NOT NULL",
    );
    expect(open).toEqual({ count: 1 });
    const asked = JSON.stringify(model.history().at(-1)?.body);
    expect(asked).toContain("prints only pink");
    expect(asked).toContain("mine too");
    expect(slack.botReplies("#support", root.ts)).toHaveLength(1);
  });

  it("answers also what asked it there while nobody listened, each once", async () => {
    const { slack } = house;
    slack.faults.events({ text: "[[id:lost", do: { kind: "drop" } });
    const root = slack.userSays({ user: "Mia", channel: "dm", text: "first of all [[id:lost1]]" });
    const threadTs = root.ts;
    slack.userSays({ user: "Mia", channel: "dm", text: "and then [[id:lost2]]", threadTs });
    await slack.userSays({ user: "Mia", channel: "dm", text: "hello? [[id:heard]]", threadTs }).delivered;
    const words = () => JSON.stringify(slack.botReplies(root.channel, threadTs).map(({ text }) => text));
    const answers = () => [...words().matchAll(/answer:(\w+)/g)].map(([, id]) => id);
    await slack.waitFor(() => answers().length >= 3);
    expect(answers().toSorted((a = "", b = "") => a.localeCompare(b))).toEqual(["heard", "lost1", "lost2"]);
    slack.faults.clear();
  });
});
