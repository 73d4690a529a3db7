import { randomUUID } from "node:crypto";
import { parseId, type TenantId } from "../../../src/core/ids.ts";
import { silentLog } from "../../../src/core/log.ts";
import { createDatabase, type Database } from "../../../src/store/database.ts";
import { createReports, type KeptReports } from "../../../src/store/reports.ts";
import { createTestDatabase } from "../../support/postgres.ts";

/** A database with two companies in it, and somebody who may ask about each. */
export interface FiguresStand {
  readonly url: string;
  readonly database: Database;
  readonly reports: KeptReports;
  /** Has three conversations of two messages and one turn with a tool call, two tickets, a booking and a day's spending. */
  readonly acme: TenantId;
  /** Has one conversation, and words in it that nobody else may see. */
  readonly rival: TenantId;
  stop(): Promise<void>;
}

/** What stands in the messages and the names of the rival, as the bytes a sealed text would be. */
export const secretWords = "rivals-secret-words";

export async function openFiguresStand(): Promise<FiguresStand> {
  const testDatabase = await createTestDatabase();
  const database = createDatabase({ url: testDatabase.url, poolSize: 3, log: silentLog });
  const reports = createReports({ url: testDatabase.url, readUrl: undefined, log: silentLog });
  const acme = await addCompany(database, "acme", ["slack", "web", "web"]);
  const rival = await addCompany(database, "rival", ["teams"]);
  return {
    url: testDatabase.url,
    database,
    reports,
    acme,
    rival,
    stop: async () => {
      await Promise.all([reports.stop(), database.stop()]);
      await testDatabase.drop();
    },
  };
}

/** A company with one conversation on each of these channels. */
export async function addCompany(
  database: Database,
  slug: string,
  channels: readonly string[],
): Promise<TenantId> {
  const tenantId = parseId<TenantId>(randomUUID());
  const add = (text: string, values: unknown[]) =>
    database.statement(tenantId, { text, values: [tenantId, ...values] });
  const [installation, contact] = [randomUUID(), randomUUID()];
  const sealed = Buffer.from(secretWords);
  await add("INSERT INTO companies (id, slug, name) VALUES ($1, $2, $2)", [slug]);
  await add(
    "INSERT INTO installations (company_id, id, channel, external_id, credentials) VALUES ($1, $2, 'slack', $3, $4)",
    [installation, installation, sealed],
  );
  await add(
    "INSERT INTO contacts (company_id, id, installation_id, external_id, name) VALUES ($1, $2, $3, $4, $5)",
    [contact, installation, `U-${secretWords}`, sealed],
  );
  for (const [index, channel] of channels.entries()) {
    const [conversation, turn] = [randomUUID(), randomUUID()];
    await add(
      `INSERT INTO conversations (company_id, id, installation_id, user_id, channel, thread_id, space, thread, audience)
       VALUES ($1, $2, $3, $4, $5, $6, 'C1', '1', 'direct')`,
      [conversation, installation, contact, channel, `${slug}-${index}`],
    );
    await add(
      `INSERT INTO messages (company_id, id, conversation_id, seq, role, content)
       SELECT $1, gen_random_uuid(), $2, n, CASE n WHEN 1 THEN 'user' ELSE 'assistant' END, $3 FROM generate_series(1, 2) n`,
      [conversation, sealed],
    );
    await add(
      `INSERT INTO turns (company_id, id, conversation_id, epoch, through_seq, inbox_version, state, model, cost_usd)
       VALUES ($1, $2, $3, 0, 1, 1, 'answered', 'gpt-4o-mini', 0.25)`,
      [turn, conversation],
    );
    await add(
      `INSERT INTO steps (company_id, turn_id, key, kind, name, repeatable, input, ok) VALUES ($1, $2, 'k', 'tool', 'get_time', true, $3, true)`,
      [turn, sealed],
    );
  }
  await add(
    `INSERT INTO tickets (company_id, id, priority, subject, description, idempotency_key)
     SELECT $1, gen_random_uuid(), p, $2, $2, p FROM unnest(ARRAY['high', 'normal']) p`,
    [sealed],
  );
  await add(
    `INSERT INTO bookings (company_id, id, code, details, event_date, guests) VALUES ($1, gen_random_uuid(), $2, $3, '2026-12-01', 12)`,
    [`code-${secretWords}`, sealed],
  );
  await add(
    `INSERT INTO cost_days (company_id, day, agent_type, model, turns, answered, model_calls, tool_calls, searches, input_tokens,
       output_tokens, model_usd, tool_usd, search_usd) VALUES ($1, '2026-11-20', 'customer', 'gpt-4o-mini', 3, 3, 6, 3, 0, 900, 90, 0.75, 0, 0)`,
    [],
  );
  return tenantId;
}
