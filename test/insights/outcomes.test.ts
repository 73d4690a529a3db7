import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseId, type TenantId } from "../../src/core/ids.ts";
import { silentLog } from "../../src/core/log.ts";
import { createOutcomeGauges } from "../../src/insights/outcomes.ts";
import { createDatabase, type Database } from "../../src/store/database.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

let testDatabase: TestDatabase;
let database: Database;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = createDatabase({ url: testDatabase.url, poolSize: 2, log: silentLog });
});
afterAll(async () => {
  await database.stop();
  await testDatabase.drop();
});

/** A company; each of its conversations with what its audit says. */
async function aCompany(
  conversations: readonly {
    readonly actions: readonly string[];
    readonly agent?: string;
    readonly daysAgo?: number;
  }[],
): Promise<TenantId> {
  const tenantId = parseId<TenantId>(randomUUID());
  const write = (text: string, ...values: unknown[]) =>
    database.statement(tenantId, { text, values: [tenantId, ...values] });
  const [installation, contact] = [randomUUID(), randomUUID()];
  await write("INSERT INTO companies (id, slug, name) VALUES ($1, $2, 'c')", tenantId);
  await write(
    "INSERT INTO installations (company_id, id, channel, external_id) VALUES ($1, $2, 'slack', $3)",
    installation,
    tenantId,
  );
  await write(
    "INSERT INTO contacts (company_id, id, installation_id, external_id) VALUES ($1, $2, $3, 'U1')",
    contact,
    installation,
  );
  for (const { actions, agent = "customer", daysAgo = 1 } of conversations) {
    const id = randomUUID();
    await write(
      `INSERT INTO conversations (company_id, id, installation_id, user_id, channel, thread_id, space, thread, audience,
         agent_type, created_at)
       VALUES ($1, $2, $3, $4, 'slack', $5, 'C1', $6, 'group', $7, now() - $8 * interval '1 day')`,
      id,
      installation,
      contact,
      randomUUID(),
      id,
      agent,
      daysAgo,
    );
    for (const action of actions)
      await write(
        "INSERT INTO audit (company_id, conversation_id, actor, action, data) VALUES ($1, $2, 'baton', $3, '{}')",
        id,
        action,
      );
  }
  return tenantId;
}

test("R171: how many conversations needed no colleague, went to people and were taken by one is told, with its targets", async () => {
  const acme = await aCompany([
    { actions: [] },
    { actions: ["draft shown", "draft sent"] },
    { actions: ["escalate"] },
    { actions: ["escalate", "claim", "staff reply", "return to bot"] },
    { actions: ["claim"], agent: "staff" },
    { actions: ["escalate"], daysAgo: 31 },
  ]);
  const [beta, none] = [await aCompany([{ actions: ["staff reply"] }]), await aCompany([])];
  let at = Date.now();
  const companies = new Map(Object.entries({ acme, beta, none }));
  const [shares, targets] = createOutcomeGauges({ database, companies, now: () => at });
  if (shares === undefined || targets === undefined) throw new Error("there are no gauges");
  const told = async () =>
    Object.fromEntries(
      (await shares.get()).values.map(({ labels, value }) => [
        `${labels["company"]} ${labels["outcome"]}`,
        value,
      ]),
    );
  expect(await told()).toEqual({
    "acme resolved": 0.5,
    "acme escalated": 0.5,
    "acme taken": 0.25,
    "beta resolved": 0,
    "beta escalated": 0,
    "beta taken": 1,
  });
  expect((await targets.get()).values.map(({ labels, value }) => [labels["outcome"], value])).toEqual([
    ["resolved", 0.82],
    ["escalated", 0.15],
  ]);
  // A month of conversations is not gone through with every look.
  await database.statement(acme, {
    text: "UPDATE conversations SET agent_type = 'staff' WHERE company_id = $1",
    values: [acme],
  });
  at += 60_000;
  expect(await told()).toMatchObject({ "acme resolved": 0.5 });
  at += 10 * 60_000;
  await told();
  expect(await told()).toMatchObject({ "beta taken": 1 });
});
