import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ConversationId, MessageId, TenantId, TurnId } from "../../src/core/ids.ts";
import { storeOutcomes } from "../../src/outbox/outbox-store.ts";
import { claimConversation } from "../../src/turns/claim-store.ts";
import { commitTurn, type TurnCommit } from "../../src/turns/commit-turn.ts";
import { finishWork, settleSilently } from "../../src/turns/turn-store.ts";
import type { Query } from "../../src/store/database.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

const id = (last: number) => `00000000-0000-4000-8000-00000000000${last}`;
const tenantId = id(1) as TenantId;
const conversationId = id(2) as ConversationId;
const { signal } = new AbortController();
const lease = { tenantId, conversationId, token: id(3), epoch: 0, signal, check: () => {} };
const turn = { id: id(4) as TurnId, throughSeq: 1, inboxVersion: 1, correlationId: "" };
const commit: TurnCommit = {
  turn,
  partial: false,
  mustBeCurrent: true,
  state: "answered",
  role: "customer",
  outcome: "answered",
  messageId: id(5) as MessageId,
  content: Buffer.alloc(0),
  metadata: {},
  model: undefined,
  inputTokens: 0,
  outputTokens: 0,
  costUsd: 0,
  latencyMs: 0,
  lastStep: undefined,
  ignored: [],
  parts: [],
};
const statements: readonly (readonly [string, Query])[] = [
  ["a claim", claimConversation({ tenantId, conversationId, token: id(3), ttlMs: 1, window: 10 })],
  ["the commit of a turn", commitTurn(lease, commit)],
  ["settling in silence", settleSilently(lease, 1, [])],
  [
    "the end of the work",
    finishWork(lease, {
      outcomes: [],
      turnId: turn.id,
      turnState: undefined,
      receiptCleared: false,
      coolDownMs: 0,
      clean: true,
    }),
  ],
  ["outcomes by themselves", storeOutcomes(tenantId, [])],
];

describe("a plan made while the tables are empty, and kept", () => {
  let database: TestDatabase;
  let client: pg.Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    client = new pg.Client({ connectionString: database.url, options: "-c role=baton_app" });
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  it.each(statements)("of %s looks rows up and never walks through a company's", async (_, { text }) => {
    const { rows } = await client.query<{ "QUERY PLAN": string }>(
      `EXPLAIN (GENERIC_PLAN, COSTS OFF) ${text}`,
    );
    const lines = rows.map((row) => row["QUERY PLAN"].trim());
    const scans = lines.flatMap((line, at) =>
      /\b(?:Seq Scan|Index (?:Only )?Scan|Bitmap Index Scan)\b.*\b(?:on|using) \S*(?:conversations|contacts|messages|deliveries|turns|steps)/.test(
        line,
      )
        ? [`${line} | ${lines[at + 1] ?? ""}`]
        : [],
    );
    expect(scans).not.toEqual([]);
    for (const scan of scans) {
      expect(scan).toMatch(/Index Cond/);
      expect(scan).not.toMatch(/Index Cond: \(company_id = \$1\)$/);
    }
  });
});
