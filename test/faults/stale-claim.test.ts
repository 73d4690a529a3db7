import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ConversationId, TenantId } from "../../src/core/ids.ts";
import { claimConversation } from "../../src/turns/claim-store.ts";
import { openHouse, type House } from "../support/house.ts";

describe("a claim that had to wait for the conversation's row", () => {
  let house: House;
  beforeAll(async () => {
    house = await openHouse();
  });
  afterAll(() => house.stop());

  it("says that what it gathered is older than the row, and sees everything at the second look", async () => {
    const { slack } = house;
    const said = slack.userSays({ user: "Ana", channel: "#support", text: "@baton hello [[id:one]]" });
    await slack.waitFor(() => slack.botReplies("#support", said.ts).some(({ streaming }) => !streaming));
    const client = new pg.Client({ connectionString: house.databaseUrl });
    await client.connect();
    await untilRow(client, "SELECT 1 FROM conversations WHERE lease_token IS NULL");
    const { rows } = await client.query<{ company_id: TenantId; id: ConversationId }>(
      "SELECT company_id, id FROM conversations",
    );
    const [{ company_id: tenantId, id: conversationId } = { company_id: "", id: "" }] = rows;

    await client.query("BEGIN");
    await client.query("UPDATE conversations SET last_seq = last_seq + 1, inbox_version = inbox_version + 1");
    await client.query(
      `INSERT INTO messages (company_id, id, conversation_id, seq, role, state, external_id, content)
       SELECT company_id, $1, conversation_id, 100, 'user', 'open', '1.1', content FROM messages WHERE seq = 1`,
      [randomUUID()],
    );
    const token = randomUUID();
    const look = () =>
      house.database.statement<{ stale: boolean; open: unknown[]; inbox_version: number }>(
        tenantId as TenantId,
        claimConversation({ tenantId, conversationId, token, ttlMs: 3_000, window: 10 } as Parameters<
          typeof claimConversation
        >[0]),
      );
    const waiting = look();
    const watcher = new pg.Client({ connectionString: house.databaseUrl });
    await watcher.connect();
    await untilRow(
      watcher,
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    await client.query("COMMIT");

    const [first] = await waiting;
    expect(first).toMatchObject({ stale: true, inbox_version: 2 });
    const [second] = await look();
    expect(second).toMatchObject({ stale: false, inbox_version: 2 });
    expect(second?.open).toHaveLength(1);
    await Promise.all([client.end(), watcher.end()]);
  });
});

async function untilRow(client: pg.Client, text: string): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; await delay(10)) {
    if ((await client.query(text)).rows.length > 0) return;
  }
  throw new Error(`no row within 10 s: ${text}`);
}
