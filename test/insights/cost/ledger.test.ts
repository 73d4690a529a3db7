import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseId, type ContactId, type ConversationId, type TenantId } from "../../../src/core/ids.ts";
import { silentLog } from "../../../src/core/log.ts";
import { createSpendingLedger, type SpendingLedger } from "../../../src/insights/cost/spending-ledger.ts";
import { createDatabase, type Database } from "../../../src/store/database.ts";
import { createTestDatabase, type TestDatabase } from "../../support/postgres.ts";

const newId = <T extends TenantId | ContactId | ConversationId>() => parseId<T>(randomUUID());
let testDatabase: TestDatabase;
let database: Database;
let ledger: SpendingLedger;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = createDatabase({ url: testDatabase.url, poolSize: 2, log: silentLog });
  ledger = createSpendingLedger(database);
});
afterAll(async () => {
  await database.stop();
  await testDatabase.drop();
});

interface TurnSpent {
  readonly at: string;
  readonly state?: string;
  readonly model?: string;
  readonly tokens?: readonly [number, number];
  readonly steps: readonly (readonly [kind: "model" | "tool" | "retrieval", usd: number])[];
}

/** A company with one conversation of one person. */
async function aCompany() {
  const tenantId = newId<TenantId>();
  const [installation, contactId, conversationId] = [
    randomUUID(),
    newId<ContactId>(),
    newId<ConversationId>(),
  ];
  const write = (text: string, ...values: unknown[]) =>
    database.statement(tenantId, { text, values: [tenantId, ...values] });
  await write("INSERT INTO companies (id, slug, name) VALUES ($1, $2, 'c')", tenantId);
  await write(
    "INSERT INTO installations (company_id, id, channel, external_id) VALUES ($1, $2, 'slack', $3)",
    installation,
    tenantId,
  );
  await write(
    "INSERT INTO contacts (company_id, id, installation_id, external_id) VALUES ($1, $2, $3, 'U1')",
    contactId,
    installation,
  );
  const beginConversation = (id: ConversationId) =>
    write(
      `INSERT INTO conversations (company_id, id, installation_id, user_id, channel, thread_id, space, thread, audience, created_at)
       VALUES ($1, $2, $3, $4, 'slack', $5, 'C1', $6, 'group', '2026-03-10T08:00:00Z')`,
      id,
      installation,
      contactId,
      randomUUID(),
      id,
    );
  await beginConversation(conversationId);
  const takeTurn = async ({
    at,
    state = "answered",
    model = "gpt-4o-mini",
    tokens = [100, 50],
    steps,
  }: TurnSpent) => {
    const turnId = randomUUID();
    await write(
      `INSERT INTO turns (company_id, id, conversation_id, epoch, through_seq, inbox_version, state, model, input_tokens,
         output_tokens, finished_at) VALUES ($1, $2, $3, 0, 1, 1, $4, $5, $6, $7, $8)`,
      turnId,
      conversationId,
      state,
      model,
      tokens[0],
      tokens[1],
      at,
    );
    for (const [index, [kind, usd]] of steps.entries())
      await write(
        `INSERT INTO steps (company_id, turn_id, key, kind, name, repeatable, input, cost_usd, finished_at)
         VALUES ($1, $2, $3, $4, 'x', true, '', $5, $6)`,
        turnId,
        `${kind}:${index}`,
        kind,
        usd,
        at,
      );
  };
  return { tenantId, contactId, conversationId, beginConversation, takeTurn, write };
}

const now = new Date("2026-03-11T12:00:00Z");

describe("the ledger", () => {
  test("sums a day of all companies and of one, by days in UTC, whatever became of the turns", async () => {
    const [one, two] = [await aCompany(), await aCompany()];
    await one.takeTurn({ at: "2026-03-01T23:59:59Z", steps: [["model", 7]] });
    await one.takeTurn({ at: "2026-03-02T00:00:00Z", steps: [["model", 0.25]] });
    await one.takeTurn({ at: "2026-03-02T23:59:59Z", state: "stood down", steps: [["tool", 0.5]] });
    await two.takeTurn({ at: "2026-03-02T10:00:00Z", steps: [["retrieval", 0.001]] });
    await two.takeTurn({ at: "2026-03-03T00:00:00Z", steps: [["model", 9]] });
    expect(await ledger.dayUsd("2026-03-02")).toBeCloseTo(0.751, 6);
    expect(await ledger.dayUsd("2026-03-02", one.tenantId)).toBeCloseTo(0.75, 6);
    expect(await ledger.dayUsd("2026-03-05")).toBe(0);
  });

  test("counts what vectors of a company's texts cost under it, however small each call is", async () => {
    const [one, two] = [await aCompany(), await aCompany()];
    const used = { day: "2026-04-02", model: "text-embedding-3-small", calls: 1, usdPerToken: 0.00000002 };
    for (let call = 0; call < 100; call += 1)
      await ledger.addEmbeddings(one.tenantId, { ...used, tokens: 10 });
    await ledger.addEmbeddings(two.tenantId, { ...used, calls: 4, tokens: 50_000_000 });
    await ledger.addEmbeddings(two.tenantId, { ...used, day: "2026-04-03", tokens: 1_000_000 });
    expect(await ledger.dayUsd("2026-04-02", one.tenantId)).toBeCloseTo(0.00002, 6);
    expect(await ledger.dayUsd("2026-04-02", two.tenantId)).toBeCloseTo(1, 6);
    expect(await ledger.dayUsd("2026-04-02")).toBeCloseTo(1.00002, 6);
    await two.takeTurn({ at: "2026-04-02T10:00:00Z", steps: [["model", 0.5]] });
    await ledger.fill(new Date("2026-04-02T12:00:00Z"));
    expect(await ledger.days(two.tenantId, "2026-04-02", "2026-04-02")).toMatchObject([
      { agent: "customer", modelUsd: 0.5, turns: 1 },
      {
        agent: "embeddings",
        model: used.model,
        modelCalls: 4,
        inputTokens: 50_000_000,
        costUsd: 1,
        turns: 0,
      },
    ]);
    expect(await ledger.dayUsd("2026-04-02", two.tenantId)).toBeCloseTo(1.5, 6);
  });

  test("tells what a conversation used, and nothing of another company's", async () => {
    const [one, two] = [await aCompany(), await aCompany()];
    await one.takeTurn({
      at: "2026-03-10T10:00:00Z",
      steps: [
        ["model", 0.01],
        ["tool", 0.002],
      ],
    });
    await one.takeTurn({ at: "2026-03-10T10:01:00Z", steps: [["model", 0.01]] });
    expect(await ledger.conversationTokens(one.tenantId, one.conversationId)).toBe(300);
    expect(await ledger.conversationUsd(one.tenantId, one.conversationId)).toBeCloseTo(0.022, 6);
    expect(await ledger.conversationTokens(two.tenantId, one.conversationId)).toBe(0);
  });

  test("R245: fills the days by agent and model, again and again with the same result", async () => {
    const { tenantId, contactId, takeTurn } = await aCompany();
    await takeTurn({
      at: "2026-03-10T10:00:00Z",
      steps: [
        ["model", 0.01],
        ["retrieval", 0.001],
      ],
    });
    await takeTurn({
      at: "2026-03-11T10:00:00Z",
      state: "failed",
      model: "gpt-4o",
      tokens: [10, 0],
      steps: [["model", 0.02]],
    });
    await takeTurn({
      at: "2026-03-11T11:00:00Z",
      model: "gpt-4o",
      steps: [
        ["model", 0.03],
        ["tool", 0.004],
      ],
    });
    expect(await ledger.fill(now)).toBeGreaterThanOrEqual(1);
    await takeTurn({ at: "2026-03-11T11:30:00Z", model: "gpt-4o", steps: [["model", 0.05]] });
    await ledger.fill(now);
    await ledger.fill(now);
    const days = await ledger.days(tenantId, "2026-03-01", "2026-03-31");
    expect(days).toMatchObject([
      {
        day: "2026-03-11",
        agent: "customer",
        model: "gpt-4o",
        turns: 3,
        answered: 2,
        modelCalls: 3,
        toolCalls: 1,
        inputTokens: 210,
        outputTokens: 100,
        modelUsd: 0.1,
        toolUsd: 0.004,
      },
      { day: "2026-03-10", model: "gpt-4o-mini", turns: 1, searches: 1, searchUsd: 0.001 },
    ]);
    expect(days[0]?.costUsd).toBeCloseTo(0.104, 6);
    expect(await ledger.customerTokens(tenantId, contactId, "2026-03-11")).toBe(310);
    expect(await ledger.customerTokens(tenantId, newId<ContactId>(), "2026-03-11")).toBe(0);
    expect(await ledger.topCustomers(tenantId, "2026-03-11", 5)).toMatchObject([{ contactId, tokens: 310 }]);
  });

  test("counts conversations, those the bot finished alone, and leads", async () => {
    const { tenantId, beginConversation, write } = await aCompany();
    const escalated = newId<ConversationId>();
    await beginConversation(escalated);
    await write(
      "INSERT INTO audit (company_id, conversation_id, actor, action) VALUES ($1, $2, 'bot', 'escalate')",
      escalated,
    );
    await write(
      "INSERT INTO leads (company_id, id, details, created_at) VALUES ($1, $2, '', '2026-03-10T09:00:00Z')",
      randomUUID(),
    );
    expect(await ledger.activity(tenantId, "2026-03-10", "2026-03-10")).toEqual({
      conversations: 2,
      contained: 1,
      leads: 1,
    });
    expect(await ledger.activity(tenantId, "2026-03-12", "2026-03-12")).toEqual({
      conversations: 0,
      contained: 0,
      leads: 0,
    });
  });

  test("one company cannot read another's days", async () => {
    const [one, two] = [await aCompany(), await aCompany()];
    await one.takeTurn({ at: "2026-03-11T10:00:00Z", steps: [["model", 0.01]] });
    await ledger.fill(now);
    const rows = await database.statement(two.tenantId, {
      text: "SELECT * FROM cost_days WHERE company_id <> $1",
      values: [two.tenantId],
    });
    expect(rows).toEqual([]);
    expect(await ledger.days(two.tenantId, "2026-03-01", "2026-03-31")).toEqual([]);
  });
});
