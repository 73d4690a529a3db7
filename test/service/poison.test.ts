import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Database, Query } from "../../src/store/database.ts";
import { answeredIds, holdModel, openTalk, until, wordsOf, type Talk } from "../support/talk.ts";

/** Ids of messages whose work always breaks: whoever commits a turn that answers one of them fails. */
const poisoned = new Set<string>();
let struck = 0;
/** How many more times the record of an act cannot be written. */
let actsBreak = 0;

function breakOn(database: Database): Database {
  return {
    ...database,
    get counters() {
      return database.counters;
    },
    statement: async (tenantId, query: Query, options) => {
      if (query.text.includes("'assistant'") && poisoned.size > 0) {
        const open = await database.statement<{ external_id: string }>(tenantId, {
          text: "SELECT external_id FROM messages WHERE conversation_id = $1 AND state = 'open' AND seq <= $2",
          values: [query.values?.[1], query.values?.[5]],
        });
        if (open.some((row) => poisoned.has(row.external_id))) {
          struck += 1;
          throw new Error("this message breaks whoever works on it");
        }
      }
      if (actsBreak > 0 && query.text.includes("INSERT INTO steps") && query.values?.includes("tool")) {
        actsBreak -= 1;
        throw new Error("no act can be recorded just now");
      }
      return database.statement(tenantId, query, options);
    },
  };
}

let talk: Talk;
beforeAll(async () => {
  talk = await openTalk({ lend: { database: breakOn, queue: (queue) => queue } });
});
afterAll(() => talk.stop());

type Root = { ts: string; channel: string };
const idsIn = (root: Root) => talk.heard(root).flatMap((reply) => answeredIds(wordsOf(reply)));
const apologies = (root: Root) =>
  talk.heard(root).filter((reply) => wordsOf(reply).includes("Something went wrong on my side")).length;

/** Failures are waited out for minutes; a test has no minutes. */
async function hurry(root: Root): Promise<void> {
  await talk.rows("UPDATE conversations SET lease_until = NULL WHERE thread = $1 AND lease_token IS NULL", [
    root.ts,
  ]);
}

async function metric(name: string): Promise<number> {
  const page = await (await fetch(`${talk.house.service.url()}/metrics`)).text();
  return Number(
    page
      .split("\n")
      .find((line) => line.startsWith(name))
      ?.split(" ")
      .at(-1) ?? 0,
  );
}

describe("a message that breaks the work on it", () => {
  it("is given up after a while with one notice, and what is behind it is answered", async () => {
    const gate = holdModel(talk, "[[id:poison]]");
    const root = await talk.say("@baton bad [[id:poison]]");
    poisoned.add(root.ts);
    await gate.asked;
    await talk.say("good one [[id:g1]]", { thread: root.ts });
    await talk.say("good two [[id:g2]]", { thread: root.ts });
    const other = await talk.say("@baton elsewhere [[id:other]]");
    gate.release();
    await talk.answers(other);
    await until(async () => {
      await hurry(root);
      return idsIn(root).includes("g2");
    }, 25_000);
    await talk.settled();
    expect(apologies(root)).toBe(1);
    expect(idsIn(root)).toEqual(["g1", "g2"]);
    expect(wordsOf(talk.heard(root)[0] ?? never())).toContain("Talk to a human");
    const [row] = await talk.rows<{ state: string }>("SELECT state FROM messages WHERE external_id = $1", [
      root.ts,
    ]);
    expect(row?.state).toBe("dead");
    expect(struck).toBeLessThanOrEqual(10);
    expect(await metric('ai_errors_total{kind="dead letter"}')).toBe(1);
    expect(
      talk.lines.some((line) => line.includes("message given up") && line.includes('"level":"error"')),
    ).toBe(true);
  });

  it("takes back what it had begun to show, so that nothing is said twice", async () => {
    talk.model.setPace({ tokensPerSecond: 150 });
    const before = talk.slack.history().messages.filter((message) => message.isBot && message.streaming);
    const root = await talk.say("@baton bad and visible [[id:shown]]");
    poisoned.add(root.ts);
    await talk.slack.waitFor(() => talk.heard(root).some((reply) => reply.streaming));
    await talk.say("good one [[id:fine]]", { thread: root.ts });
    await until(async () => {
      await hurry(root);
      return idsIn(root).includes("fine");
    }, 28_000);
    talk.model.setPace({ tokensPerSecond: 0 });
    await talk.settled();
    expect(before).toEqual([]);
    expect(apologies(root)).toBe(1);
    expect(idsIn(root)).toEqual(["fine"]);
    expect(talk.heard(root)).toHaveLength(2);
    expect(talk.heard(root).some((reply) => reply.streaming)).toBe(false);
  });

  it("leaves no thought behind that is carried out for the first of several messages alone", async () => {
    const gate = holdModel(talk, "[[id:asks]]");
    const root = await talk.say("@baton what is it? [[id:asks]]");
    await gate.asked;
    await talk.say("please open a ticket for my lamp [[id:wish]]", { thread: root.ts });
    await talk.say("is it on? [[id:last]]", { thread: root.ts });
    actsBreak = 3; // as often as the work is tried with all of them
    gate.release();
    await until(async () => {
      await hurry(root);
      return idsIn(root).includes("last");
    }, 25_000);
    await talk.settled();
    expect(actsBreak).toBe(0);
    expect(idsIn(root)).toEqual(["asks", "wish", "last"]);
    expect(wordsOf(talk.heard(root)[0] ?? never())).not.toContain("ticket");
    const tickets = await talk.rows(
      "SELECT FROM tickets t JOIN conversations c ON c.id = t.conversation_id WHERE c.thread = $1",
      [root.ts],
    );
    expect(tickets).toHaveLength(1);
  });

  it("because it cannot be read is given up at once, with a notice, a metric and an alert", async () => {
    const before = await metric('ai_errors_total{kind="dead letter"}');
    const held = holdModel(talk, "[[id:first]]");
    const root = await talk.say("@baton first [[id:first]]");
    await held.asked;
    const broken = await talk.say("soon unreadable", { thread: root.ts });
    await talk.rows("UPDATE messages SET content = '\\x0102030405' WHERE external_id = $1", [broken.ts]);
    await talk.say("good [[id:good]]", { thread: root.ts });
    held.release();
    await talk.slack.waitFor(() => idsIn(root).includes("good"));
    await talk.slack.waitFor(() => apologies(root) === 1);
    await talk.settled();
    const [row] = await talk.rows<{ state: string }>("SELECT state FROM messages WHERE external_id = $1", [
      broken.ts,
    ]);
    expect(row?.state).toBe("dead");
    expect(idsIn(root)).toEqual(["first", "good"]);
    expect(await metric('ai_errors_total{kind="dead letter"}')).toBe(before + 1);
  });

  it("when a reply in the outbox cannot be read, it fails alone and the conversation goes on", async () => {
    talk.slack.faults.api({ method: "chat.*", times: 1, do: { kind: "rate_limit", retryAfterSeconds: 1 } });
    const root = await talk.say("@baton hello [[id:unsent]]");
    await until(async () => {
      const rows = await talk.rows(
        "UPDATE deliveries SET body = '\\x0102030405', next_attempt_at = now() WHERE state = 'pending' RETURNING id",
      );
      return rows.length > 0;
    });
    await talk.say("still there? [[id:on]]", { thread: root.ts });
    await talk.slack.waitFor(() => idsIn(root).includes("on"), 20_000);
    await talk.settled();
    expect(idsIn(root)).toEqual(["on"]);
    expect(await talk.rows("SELECT 1 FROM deliveries WHERE state = 'failed'")).toHaveLength(1);
  });
});

function never(): never {
  throw new Error("nothing was said");
}
