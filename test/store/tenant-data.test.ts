import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TenantId } from "../../src/core/ids.ts";
import { openBusinessStand, type BusinessStand, type Caller } from "../tools/business-stand.ts";

let stand: BusinessStand;
let tenantId: TenantId;
let caller: Caller;
beforeAll(async () => {
  stand = await openBusinessStand();
  tenantId = await stand.aCompany("support");
  caller = await stand.aCaller(tenantId);
});
afterAll(() => stand.stop());

const say = (body: string) =>
  ({
    audience: "conversation",
    topic: "booking confirmed",
    conversationId: caller.conversationId,
    body,
  }) as const;

test("what is done under one key is done once, however many ask at the same moment, and gives all the same", async () => {
  let done = 0;
  const key = randomUUID();
  const results = await Promise.all(
    Array.from({ length: 5 }, () =>
      stand.data.once(tenantId, key, async ({ announce }) => {
        done += 1;
        await announce(say("Once."));
        return { number: done, at: "now" };
      }),
    ),
  );
  expect(results).toEqual(Array.from({ length: 5 }, () => ({ number: 1, at: "now" })));
  expect(done).toBe(1);
  expect((await stand.announced(tenantId)).map(({ body }) => body)).toEqual(["Once."]);
});

test("what fails leaves nothing behind: no result, no news, and the next try works", async () => {
  const key = randomUUID();
  const failing = stand.data.once(tenantId, key, async ({ sql, announce }) => {
    await announce(say("Never."));
    await sql.query({ text: "UPDATE businesses SET next_number = 99" });
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(await stand.announced(tenantId)).toEqual([]);
  expect(await stand.data.statement(tenantId, { text: "SELECT next_number FROM businesses" })).toEqual([
    { next_number: 0 },
  ]);
  expect(await stand.data.once(tenantId, key, async () => "done")).toBe("done");
});

test("one company's key is not another's", async () => {
  const other = await stand.aCompany("support");
  const key = randomUUID();
  expect(await stand.data.once(tenantId, key, async () => 1)).toBe(1);
  expect(await stand.data.once(other, key, async () => 2)).toBe(2);
});

test("news that could not be handed on stay, in order, under the same id, until they could", async () => {
  for (const body of ["First.", "Second."])
    await stand.data.once(tenantId, randomUUID(), async ({ announce }) =>
      announce(say(body)).then(() => null),
    );
  expect(await stand.data.companiesWithNews()).toEqual([tenantId]);
  const seen: string[] = [];
  const failing = stand.data.deliver(tenantId, async ({ id }) => {
    seen.push(id);
    throw new Error("the outbox is closed");
  });
  await expect(failing).rejects.toThrow("the outbox is closed");
  const handed: string[] = [];
  await stand.data.deliver(tenantId, async ({ id, body }) => void handed.push(`${id === seen[0]} ${body}`));
  expect(handed).toEqual(["true First.", "false Second."]);
  expect(await stand.data.companiesWithNews()).toEqual([]);
});

test("old results and news are forgotten, young ones kept", async () => {
  const [old, young] = [randomUUID(), randomUUID()];
  for (const key of [old, young]) await stand.data.once(tenantId, key, async () => key);
  await stand.data.statement(tenantId, {
    text: "UPDATE tool_effects SET created_at = now() - interval '31 days' WHERE key = $1",
    values: [old],
  });
  await stand.data.sweep(tenantId);
  expect(
    await stand.data.statement(tenantId, {
      text: "SELECT key FROM tool_effects WHERE key = ANY ($1)",
      values: [[old, young]],
    }),
  ).toEqual([{ key: young }]);
});
