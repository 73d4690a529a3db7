import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { MessageEnvelope } from "../../src/core/envelope.ts";
import type { ConversationId, MessageId, TenantId } from "../../src/core/ids.ts";
import { silentLog } from "../../src/core/log.ts";
import { createHeldMessages, type HeldMessages } from "../../src/inbox/held-messages.ts";
import { createDatabase, type Database } from "../../src/store/database.ts";
import { createMemoryFastState } from "../../src/store/memory-fast-state.ts";
import { createSealer } from "../../src/store/seal.ts";
import { createCompanies, dataKeysIn } from "../../src/tenants/companies.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

let testDatabase: TestDatabase;
let database: Database;
let held: HeldMessages;
let tenants: TenantId[];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = createDatabase({ url: testDatabase.url, poolSize: 2, log: silentLog });
  const companies = createCompanies({ database, fast: createMemoryFastState() });
  tenants = [];
  for (const slug of ["one", "two"])
    tenants.push(await companies.ensure({ slug, name: slug, tier: "pro", persona: "" }));
  held = createHeldMessages({
    database,
    sealer: createSealer({ masterKey: randomBytes(32), ...dataKeysIn(database) }),
  });
});
afterAll(async () => {
  await database.stop();
  await testDatabase.drop();
});

const conversationId = "00000000-0000-4000-8000-0000000000c1" as ConversationId;
const messageId = (last: number) => `00000000-0000-4000-8000-00000000000${last}` as MessageId;
const envelope = (id: string): MessageEnvelope => ({
  id,
  kind: "message",
  channel: "teams",
  installation: "t",
  place: { space: "room", thread: "100", audience: "group" },
  sender: { id: "u", kind: "user", name: "Ana" },
  sentAt: new Date(1_000),
  receivedAt: new Date(2_000),
  correlationId: "c",
  text: `said ${id}`,
  attachments: [],
  addressed: "none",
  mentionsOthers: false,
  inThread: true,
});
async function hold(last: number, id: string, tenantId = tenants[0]): Promise<void> {
  if (tenantId === undefined) throw new Error("no tenant");
  await held.hold({ tenantId, conversationId, id: messageId(last), envelope: envelope(id) });
}
async function after(since: string, tenantId = tenants[0]): Promise<readonly MessageEnvelope[]> {
  if (tenantId === undefined) throw new Error("no tenant");
  return (await held.after(tenantId, conversationId, since)).map((message) => message.envelope);
}

test("what follows a message comes back whole, once and in order, whoever held it", async () => {
  await hold(3, "100/103");
  await hold(1, "100/101");
  await hold(2, "100/102");
  await hold(2, "100/102");
  expect(await after("100/101")).toEqual([envelope("100/102"), envelope("100/103")]);
  expect(await after("100/101", tenants[1])).toEqual([]);
  const [tenantId] = tenants;
  if (tenantId !== undefined) await held.release(tenantId, [messageId(2), messageId(3)]);
  expect(await after("100/100")).toEqual([envelope("100/101")]);
});

test("what nobody called the bot to is forgotten after some minutes, and not before", async () => {
  await held.sweep();
  expect(await after("")).toHaveLength(1);
  const owner = new pg.Client({ connectionString: testDatabase.url });
  await owner.connect();
  await owner.query("UPDATE held_messages SET held_at = now() - interval '6 minutes'");
  await owner.end();
  await held.sweep();
  expect(await after("")).toEqual([]);
});
