import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { addStaff, holdModel, openTalk, until, wordsOf, type Talk } from "../support/talk.ts";

type Root = { ts: string; channel: string };

let talk: Talk;
let dropped: ReadonlySet<string> = new Set();
beforeAll(async () => {
  talk = await openTalk({
    pace: { apologyAfterMs: 1_200 },
    lend: {
      database: (database) => database,
      queue: (queue) => ({
        ...queue,
        ring: async (name, ids, options) => {
          if (!dropped.has(name)) await queue.ring(name, ids, options);
        },
      }),
    },
  });
  await addStaff(talk, "U0MIA000001", "Mia");
});
afterAll(() => talk.stop());
beforeEach(() => {
  dropped = new Set();
});

const apologies = (root: Root) =>
  talk.heard(root).filter((reply) => wordsOf(reply).includes("taking longer than it should"));
const noticesOf = (root: Root) =>
  talk.rows<{ state: string }>(
    "SELECT d.state FROM deliveries d JOIN conversations c ON c.id = d.conversation_id WHERE c.thread = $1 AND d.kind = 'notice'",
    [root.ts],
  );
/** Somebody who was passed on to people, of whom nobody has come yet. */
async function waiting(): Promise<Root> {
  const root = await talk.say("@baton human");
  await until(async () => {
    const [row] = await talk.rows("SELECT FROM conversations WHERE thread = $1 AND owner_kind = 'queue'", [
      root.ts,
    ]);
    return row !== undefined;
  });
  await talk.settled();
  return root;
}
const says = (root: Root, words: string) =>
  talk.heard(root).filter((reply) => wordsOf(reply).includes(words)).length;

describe("a message that waits too long without anything visible", () => {
  it("is apologized for once, with the way to a person, and answered all the same", async () => {
    const held = holdModel(talk, "slow-1");
    const root = await talk.say("@baton slow-1 please");
    await held.asked;
    await talk.slack.waitFor(() => apologies(root).length === 1);
    expect(JSON.stringify(apologies(root)[0]?.blocks)).toContain("baton.human");
    await until(async () => talk.lines.filter((line) => line.includes("apologized")).length > 0);
    held.release();
    await talk.slack.waitFor(() => says(root, "You wrote") === 1);
    await talk.settled();
    expect(apologies(root)).toHaveLength(1);
  });

  it("is not apologized for when the answer is there in time", async () => {
    const root = await talk.say("@baton quick-1 please");
    await talk.answers(root);
    await talk.settled();
    await new Promise((resolve) => setTimeout(resolve, 1_600));
    expect(apologies(root)).toHaveLength(0);
  });

  it("is apologized for when the worker that had it died", async () => {
    dropped = new Set(["turn"]);
    const root = await talk.say("@baton slow-2 please");
    // What a dead process leaves behind: a lease that nobody renews.
    await talk.rows(
      "UPDATE conversations SET lease_token = gen_random_uuid(), lease_until = clock_timestamp() + interval '2 seconds' WHERE thread = $1",
      [root.ts],
    );
    await until(async () => (await noticesOf(root)).length > 0);
    dropped = new Set();
    await talk.slack.waitFor(() => says(root, "You wrote") === 1);
    await talk.settled();
    const heard = talk.heard(root).map(wordsOf);
    expect(heard).toHaveLength(2);
    expect(heard[0]).toContain("taking longer than it should");
  });

  it("is not apologized for where it was meant for somebody else, or a person has the conversation", async () => {
    const root = await talk.say("@baton hello to begin with");
    await talk.answers(root);
    await talk.settled();
    dropped = new Set(["turn"]);
    await talk.say("<@U0BEN000001> what do you think?", { thread: root.ts });
    const taken = await talk.say("@baton hello once more");
    await talk.say("@baton claim", { thread: taken.ts, user: "Mia" });
    await new Promise((resolve) => setTimeout(resolve, 2_200));
    dropped = new Set();
    await talk.settled();
    expect([...apologies(root), ...apologies(taken)]).toHaveLength(0);
  });

  it("is apologized for when it was asked meanwhile by somebody who waits, and what is for people is not", async () => {
    const [root, other, taken] = await Promise.all([waiting(), waiting(), waiting()]);
    dropped = new Set(["turn"]);
    await talk.say("@baton slow-6 please", { thread: root.ts });
    await talk.say("is anybody there?", { thread: other.ts });
    await talk.say("@baton slow-7 please", { thread: taken.ts });
    for (const { ts } of [root, other, taken])
      await talk.rows(
        // Where a bell rung before had it answered, nobody holds it: a hold that is put there would stay for good.
        `UPDATE conversations SET lease_token = gen_random_uuid(), lease_until = clock_timestamp()
         WHERE thread = $1 AND inbox_version > settled_version`,
        [ts],
      );
    // The card that says that a teammate was asked is a notice as well.
    for (const asked of [root, taken]) await until(async () => (await noticesOf(asked)).length > 1);
    await talk.say("@baton claim", { thread: taken.ts, user: "Mia" });
    await until(async () => {
      const [row] = await talk.rows("SELECT FROM conversations WHERE thread = $1 AND owner_kind = 'human'", [
        taken.ts,
      ]);
      return row !== undefined;
    });
    dropped = new Set();
    await talk.slack.waitFor(() => says(root, "You wrote") === 1);
    await talk.settled();
    expect(apologies(root)).toHaveLength(1);
    expect([...apologies(other), ...apologies(taken)]).toHaveLength(0);
  });

  it("is not apologized for any more when a person takes over before the apology is sent", async () => {
    dropped = new Set(["turn"]);
    const root = await talk.say("@baton slow-3 please");
    await until(async () => (await noticesOf(root)).length > 0);
    await talk.say("@baton claim", { thread: root.ts, user: "Mia" });
    await until(async () => {
      const [row] = await talk.rows("SELECT FROM conversations WHERE thread = $1 AND owner_kind = 'human'", [
        root.ts,
      ]);
      return row !== undefined;
    });
    dropped = new Set();
    await talk.settled();
    expect(apologies(root)).toHaveLength(0);
    expect(says(root, "joined")).toBe(1);
  });

  it("is not apologized for after its answer, where the platform would not take the apology in time", async () => {
    const held = holdModel(talk, "slow-4");
    const root = await talk.say("@baton slow-4 please");
    await held.asked;
    talk.slack.faults.api({
      method: "chat.postMessage",
      times: 1,
      do: { kind: "rate_limit", retryAfterSeconds: 2 },
    });
    await until(async () => talk.lines.some((line) => line.includes("delivery to be tried again")));
    held.release();
    await talk.slack.waitFor(() => says(root, "You wrote") === 1);
    await talk.settled();
    expect(apologies(root)).toHaveLength(0);
    expect((await noticesOf(root)).map(({ state }) => state)).toEqual(["cancelled"]);
  });

  it("is not apologized for by a look that had to wait for the answer's commit", async () => {
    dropped = new Set(["turn"]);
    const root = await talk.say("@baton slow-5 please");
    const commit = new pg.Client({ connectionString: talk.databaseUrl });
    await commit.connect();
    await commit.query("BEGIN");
    await commit.query("UPDATE conversations SET settled_version = inbox_version WHERE thread = $1", [
      root.ts,
    ]);
    await commit.query(
      "UPDATE messages m SET state = 'settled' FROM conversations c WHERE c.thread = $1 AND m.conversation_id = c.id",
      [root.ts],
    );
    await until(async () => {
      const waiting = await talk.rows(
        "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FOR NO KEY UPDATE%'",
      );
      return waiting.length > 0;
    });
    await commit.query("COMMIT");
    await commit.end();
    await new Promise((resolve) => setTimeout(resolve, 600));
    dropped = new Set();
    await talk.settled();
    expect(await noticesOf(root)).toHaveLength(0);
  });
});

describe("a message that waited long before anybody could look at it", () => {
  it("is not apologized for right before its answer", async () => {
    const late = await openTalk({
      pace: { apologyAfterMs: 60_000 },
      lend: {
        database: (database) => database,
        queue: (queue) => ({
          ...queue,
          ring: async (name, ids, options) => {
            // What an outage leaves behind.
            await late.rows(
              "UPDATE messages SET created_at = created_at - interval '5 minutes' WHERE state = 'open'",
            );
            await queue.ring(name, ids, options);
          },
        }),
      },
    });
    try {
      const held = holdModel(late, "late-1");
      const root = await late.say("@baton late-1 please");
      await held.asked;
      await new Promise((resolve) => setTimeout(resolve, 600));
      held.release();
      expect((await late.answers(root)).join()).toContain("You wrote");
      await late.settled();
      expect(late.heard(root)).toHaveLength(1);
    } finally {
      await late.stop();
    }
  });
});
