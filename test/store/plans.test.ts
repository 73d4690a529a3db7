import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ConversationId, TenantId } from "../../src/core/ids.ts";
import { claimConversation } from "../../src/turns/turn-store.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

describe("the plan of a claim, made while the tables are empty and kept", () => {
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

  it("never walks through all conversations or contacts of a company", async () => {
    const { text } = claimConversation({
      tenantId: "00000000-0000-4000-8000-000000000001" as TenantId,
      conversationId: "00000000-0000-4000-8000-000000000002" as ConversationId,
      token: "00000000-0000-4000-8000-000000000003",
      ttlMs: 1,
      window: 10,
    });
    const { rows } = await client.query<{ "QUERY PLAN": string }>(
      `EXPLAIN (GENERIC_PLAN, COSTS OFF) ${text}`,
    );
    const lines = rows.map((row) => row["QUERY PLAN"].trim());
    const conditions = lines.flatMap((line, at) =>
      /^(->\s+)?(Bitmap |Seq |Index )?(Heap |Index )?Scan .*\b(conversations|contacts|messages|deliveries|turns)\b/.test(
        line,
      )
        ? [`${line} | ${lines[at + 1] ?? ""}`]
        : [],
    );
    expect(conditions.length).toBeGreaterThan(5);
    for (const condition of conditions) {
      expect(condition).toMatch(/Index Cond/);
      expect(condition).not.toMatch(/Index Cond: \(company_id = \$1\)$/);
    }
  });
});
