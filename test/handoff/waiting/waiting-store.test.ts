import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newBaton, transition, type Baton, type BatonEvent } from "../../../src/core/conversation.ts";
import type { ConversationId, StaffId, TenantId } from "../../../src/core/ids.ts";
import { silentLog } from "../../../src/core/log.ts";
import { recordAudit } from "../../../src/handoff/handoff-store.ts";
import { findWaits } from "../../../src/handoff/waiting/waiting-store.ts";
import { createDatabase, type Database } from "../../../src/store/database.ts";
import { createMemoryFastState } from "../../../src/store/memory-fast-state.ts";
import { createCompanies } from "../../../src/tenants/companies.ts";
import { createTestDatabase, type TestDatabase } from "../../support/postgres.ts";

const mia = "mia" as StaffId;
const start = Date.now() - 60 * 60_000;
const minutes = (count: number) => new Date(start + count * 60_000);

let testDatabase: TestDatabase;
let database: Database;
let tenantId: TenantId;
let count = 0;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = createDatabase({ url: testDatabase.url, poolSize: 2, log: silentLog });
});
afterAll(async () => {
  await database?.stop();
  await testDatabase?.drop();
});
beforeEach(async () => {
  const slug = `acme-${(count += 1)}`;
  const companies = createCompanies({ database, fast: createMemoryFastState() });
  tenantId = await companies.ensure({ slug, name: slug, tier: "pro", persona: "" });
});

/** A conversation in which this happened, with the audit that it leaves. */
async function happened(...events: readonly BatonEvent[]): Promise<void> {
  const conversationId = randomUUID() as ConversationId;
  let baton: Baton = newBaton;
  for (const event of events) {
    const result = transition(baton, event);
    baton = result.kind === "refused" ? baton : result.baton;
    if (result.kind !== "changed") continue;
    const rest = { epoch: baton.epoch, correlationId: "" };
    await database.statement(tenantId, recordAudit(tenantId, conversationId, result.audit, rest));
  }
}

const escalate = (at: number): BatonEvent => ({
  kind: "escalate",
  reason: "asked for a human",
  queue: "general_support",
  at: minutes(at),
});
const claim = (at: number): BatonEvent => ({ kind: "claim", by: mia, at: minutes(at) });
const giveBack = (at: number): BatonEvent => ({ kind: "return to bot", by: mia, at: minutes(at) });

async function waitedMinutes(): Promise<number[]> {
  const waits = await database.withTenant(tenantId, (sql) => findWaits(sql, tenantId));
  return waits.map((ms) => ms / 60_000).toSorted((a, b) => a - b);
}

describe("how long others waited", () => {
  it("is from the queue to the colleague who took it, for each time anew", async () => {
    await happened(escalate(0), claim(4), giveBack(10), escalate(20), claim(27));
    await happened(escalate(1), { kind: "staff reply", by: mia, at: minutes(3) });
    expect(await waitedMinutes()).toEqual([2, 4, 7]);
  });

  it("counts on through another queue and a sleep", async () => {
    await happened(
      escalate(0),
      { kind: "transfer", queue: "billing", by: mia, at: minutes(2) },
      { kind: "snooze", by: mia, until: minutes(8), at: minutes(3) },
      { kind: "snooze over", at: minutes(8) },
      claim(9),
    );
    expect(await waitedMinutes()).toEqual([9]);
  });

  it("is not known of whom nobody took, nor longer because they gave up once", async () => {
    await happened(escalate(0), { kind: "return to bot", by: "the person", at: minutes(5) });
    await happened(
      escalate(0),
      { kind: "return to bot", by: "the person", at: minutes(5) },
      escalate(40),
      claim(43),
    );
    expect(await waitedMinutes()).toEqual([3]);
  });

  it("is nobody's who was taken without having waited, and no other company's", async () => {
    await happened(claim(5));
    await happened(escalate(0), claim(6));
    const other = tenantId;
    const companies = createCompanies({ database, fast: createMemoryFastState() });
    tenantId = await companies.ensure({ slug: `other-${count}`, name: "Other", tier: "pro", persona: "" });
    expect(await waitedMinutes()).toEqual([]);
    tenantId = other;
    expect(await waitedMinutes()).toEqual([6]);
  });
});
