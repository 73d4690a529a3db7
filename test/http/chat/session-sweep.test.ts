import { afterAll, beforeAll, expect, it } from "vitest";
import { createWebSessionSweep } from "../../../src/tenants/web-session-sweep.ts";
import { until, type Talk } from "../../support/talk.ts";
import { acme, answersIn, openChatHouse, userToken, visit, type TestVisitor } from "./chat-house.ts";

let talk: Talk;
let base: string;
beforeAll(async () => {
  talk = await openChatHouse();
  base = talk.house.service.url();
});
afterAll(() => talk.stop());

/** As if everything about this visitor had happened so many days earlier. */
async function age({ thread }: TestVisitor, days: { session: number; thread: number }): Promise<void> {
  await talk.rows(
    `UPDATE web_sessions SET rotated_at = now() - $2 * interval '1 day'
     WHERE visitor = (SELECT visitor FROM web_threads WHERE id = $1)`,
    [thread, days.session],
  );
  await talk.rows("UPDATE web_threads SET updated_at = now() - $2 * interval '1 day' WHERE id = $1", [
    thread,
    days.thread,
  ]);
}

async function ask(visitor: TestVisitor): Promise<void> {
  await visitor.put("m1", "where is my order [[id:a]]");
  await until(async () => answersIn(await visitor.history()).length > 0);
  await talk.settled();
}

const sweep = () => createWebSessionSweep({ database: talk.house.database })();
const canRead = async (visitor: TestVisitor) =>
  (await visitor.call("GET", `/api/v1/conversations/${visitor.thread}`)).status === 200;
const threadsOf = ({ thread }: TestVisitor) =>
  talk.rows("SELECT id FROM web_threads WHERE id = $1", [thread]);

it("takes away what nobody came back to for a month, and leaves what was said", async () => {
  const [silent, answered, young] = [await visit(base), await visit(base), await visit(base)];
  await ask(answered);
  await age(silent, { session: 31, thread: 31 });
  await age(answered, { session: 31, thread: 31 });
  await age(young, { session: 29, thread: 31 });
  expect(await sweep()).toBe(2);
  expect([await canRead(silent), await canRead(answered), await canRead(young)]).toEqual([
    false,
    false,
    true,
  ]);
  expect(await threadsOf(silent)).toEqual([]);
  expect(await threadsOf(answered)).toHaveLength(1);
});

it("leaves an old session in which somebody spoke of late", async () => {
  const ana = await visit(base);
  await ask(ana);
  await age(ana, { session: 90, thread: 1 });
  expect(await sweep()).toBe(0);
  expect(await canRead(ana)).toBe(true);
});

it("leaves every session of a visitor who speaks in another one", async () => {
  const who = { userToken: await userToken(acme.secret, { sub: "mia" }) };
  const [phone, laptop] = [await visit(base, who), await visit(base, who)];
  await ask(laptop);
  await age(phone, { session: 90, thread: 1 });
  expect(await sweep()).toBe(0);
  expect([await canRead(phone), await canRead(laptop)]).toEqual([true, true]);
});

it.each([
  ["waits for a colleague", "status = 'escalated', owner_kind = 'queue', owner_queue = 'support'"],
  ["sleeps until later", "status = 'snoozed'"],
  [
    "has a question that is not answered yet",
    "inbox_version = inbox_version + 1, lease_token = gen_random_uuid(), lease_until = now() + interval '1 hour'",
  ],
])("leaves a session whose conversation %s, however long that takes", async (_how, change) => {
  const ana = await visit(base);
  await ask(ana);
  const [before] = await talk.rows<{ id: string }>("SELECT id FROM conversations WHERE thread_id = $1", [
    `web:${acme.key}:${ana.thread}:`,
  ]);
  await talk.rows(`UPDATE conversations SET ${change} WHERE id = $1`, [before?.id]);
  await age(ana, { session: 90, thread: 90 });
  expect(await sweep()).toBe(0);
  expect(await canRead(ana)).toBe(true);
  await talk.rows(
    `UPDATE conversations SET status = 'active', owner_kind = 'bot', owner_queue = NULL, lease_token = NULL,
       lease_until = NULL, inbox_version = settled_version WHERE id = $1`,
    [before?.id],
  );
  expect(await sweep()).toBe(1);
  expect(await canRead(ana)).toBe(false);
});

it("looks once an hour, however often it is asked", async () => {
  const clock = { now: 0 };
  const often = createWebSessionSweep({ database: talk.house.database, now: () => clock.now });
  await often();
  const ana = await visit(base);
  await age(ana, { session: 31, thread: 31 });
  expect(await often()).toBe(0);
  clock.now = 60 * 60_000;
  expect(await often()).toBe(1);
});
