import type { ContactId, ConversationId, TenantId } from "../../core/ids.ts";
import type { Database } from "../../store/database.ts";

/** What one kind of agent and one model used on one day in UTC. */
export interface DaySpending {
  readonly day: string;
  readonly agent: string;
  readonly model: string;
  readonly turns: number;
  readonly answered: number;
  readonly modelCalls: number;
  readonly toolCalls: number;
  readonly searches: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly modelUsd: number;
  readonly toolUsd: number;
  readonly searchUsd: number;
  readonly costUsd: number;
}

/** Vectors of one model on one day in UTC. */
export interface EmbeddingSpending {
  readonly day: string;
  readonly model: string;
  readonly calls: number;
  readonly tokens: number;
  /** Of the price list; the whole day is counted by it, so that many small calls are not rounded away. */
  readonly usdPerToken: number;
}

/** What a period was worth: the counts that money is set against. */
export interface Activity {
  readonly conversations: number;
  /** Conversations no person had to take. */
  readonly contained: number;
  readonly leads: number;
}

/** Money as it was spent, from the journal of steps. The journal is the truth; the tables of days follow it. */
export interface SpendingLedger {
  /** US dollars of all companies, or of one, on a day in UTC; what is recorded so far. */
  dayUsd(day: string, tenantId?: TenantId): Promise<number>;
  /** Tokens of one person on a day; behind by as long as `fill` was not called. */
  customerTokens(tenantId: TenantId, contactId: ContactId, day: string): Promise<number>;
  conversationTokens(tenantId: TenantId, conversationId: ConversationId): Promise<number>;
  conversationUsd(tenantId: TenantId, conversationId: ConversationId): Promise<number>;
  /** A company's days from `from` to `to`, both included (YYYY-MM-DD), newest first. */
  days(tenantId: TenantId, from: string, to: string): Promise<readonly DaySpending[]>;
  activity(tenantId: TenantId, from: string, to: string): Promise<Activity>;
  /** The people who used most on a day. */
  topCustomers(
    tenantId: TenantId,
    day: string,
    limit: number,
  ): Promise<readonly { readonly contactId: ContactId; readonly tokens: number; readonly costUsd: number }[]>;
  /** Adds what vectors of a company's texts used on a day; a row of its own under the agent `embeddings`. */
  addEmbeddings(tenantId: TenantId, used: EmbeddingSpending): Promise<void>;
  /** Writes today's and yesterday's sums anew, of every company that had turns. Idempotent. Resolves with how many. */
  fill(now: Date): Promise<number>;
}

const dayMs = 24 * 60 * 60 * 1000;
/** Stands in the place of an agent where vectors were paid for. */
const embeddings = "embeddings";
const readAtOnce = 8;

export function createSpendingLedger(database: Database): SpendingLedger {
  return {
    dayUsd: (day, tenantId) =>
      tenantId === undefined ? allUsd(database, day) : tenantUsd(database, day, tenantId),
    customerTokens: async (tenantId, contactId, day) => {
      const [row] = await database.statement<{ tokens: string }>(tenantId, {
        text: "SELECT tokens FROM token_days WHERE contact_id = $2 AND day = $3 AND company_id = $1",
        values: [tenantId, contactId, day],
      });
      return Number(row?.tokens ?? 0);
    },
    conversationTokens: async (tenantId, conversationId) =>
      (await readConversation(database, tenantId, conversationId)).tokens,
    conversationUsd: async (tenantId, conversationId) =>
      (await readConversation(database, tenantId, conversationId)).usd,
    days: (tenantId, from, to) => readDays(database, tenantId, from, to),
    activity: (tenantId, from, to) => readActivity(database, tenantId, from, to),
    topCustomers: async (tenantId, day, limit) => {
      const rows = await database.statement<{ contact_id: ContactId; tokens: string; cost_usd: string }>(
        tenantId,
        {
          text: `SELECT contact_id, tokens, cost_usd FROM token_days WHERE company_id = $1 AND day = $2
               ORDER BY tokens DESC, contact_id LIMIT $3`,
          values: [tenantId, day, limit],
        },
      );
      return rows.map((row) => ({
        contactId: row.contact_id,
        tokens: Number(row.tokens),
        costUsd: Number(row.cost_usd),
      }));
    },
    addEmbeddings: (tenantId, used) => addEmbeddings(database, tenantId, used),
    fill: (now) => fillDays(database, now),
  };
}

async function allUsd(database: Database, day: string): Promise<number> {
  const [row] = await database.acrossTenants((sql) =>
    sql.query<{ usd: string }>({
      text: `SELECT coalesce(sum(cost_usd), 0) AS usd FROM steps
             WHERE finished_at >= $1::date::timestamp AT TIME ZONE 'UTC'
               AND finished_at < ($1::date + 1)::timestamp AT TIME ZONE 'UTC'`,
      values: [day],
    }),
  );
  return Number(row?.usd ?? 0) + (await allEmbeddingsUsd(database, day));
}

/** Read company by company, because nothing reads the days of several at once; asked when a counter begins, not by turns. */
async function allEmbeddingsUsd(database: Database, day: string): Promise<number> {
  const companies = await database.acrossTenants((sql) =>
    sql.query<{ id: TenantId }>({ text: "SELECT id FROM companies", values: [] }),
  );
  let usd = 0;
  for (let from = 0; from < companies.length; from += readAtOnce) {
    const some = companies.slice(from, from + readAtOnce);
    const each = await Promise.all(some.map(({ id }) => embeddingsUsd(database, day, id)));
    usd += each.reduce((sum, one) => sum + one, 0);
  }
  return usd;
}

async function embeddingsUsd(database: Database, day: string, tenantId: TenantId): Promise<number> {
  const [row] = await database.statement<{ usd: string }>(tenantId, {
    text: `SELECT coalesce(sum(model_usd), 0) AS usd FROM cost_days
           WHERE company_id = $1 AND day = $2::date AND agent_type = $3`,
    values: [tenantId, day, embeddings],
  });
  return Number(row?.usd ?? 0);
}

async function tenantUsd(database: Database, day: string, tenantId: TenantId): Promise<number> {
  const [row] = await database.statement<{ usd: string }>(tenantId, {
    text: `SELECT coalesce(sum(cost_usd), 0) AS usd FROM steps
           WHERE company_id = $1 AND finished_at >= $2::date::timestamp AT TIME ZONE 'UTC'
             AND finished_at < ($2::date + 1)::timestamp AT TIME ZONE 'UTC'`,
    values: [tenantId, day],
  });
  return Number(row?.usd ?? 0) + (await embeddingsUsd(database, day, tenantId));
}

async function addEmbeddings(
  database: Database,
  tenantId: TenantId,
  { day, model, calls, tokens, usdPerToken }: EmbeddingSpending,
): Promise<void> {
  await database.statement(tenantId, {
    text: `INSERT INTO cost_days AS known (day, agent_type, model, company_id, turns, answered, model_calls, tool_calls,
             searches, input_tokens, output_tokens, model_usd, tool_usd, search_usd)
           VALUES ($2, $3, $4, $1, 0, 0, $5, 0, 0, $6::bigint, 0, $6::bigint * $7::numeric, 0, 0)
           ON CONFLICT (day, agent_type, model, company_id) DO UPDATE SET
             model_calls = known.model_calls + excluded.model_calls,
             input_tokens = known.input_tokens + excluded.input_tokens,
             model_usd = (known.input_tokens + excluded.input_tokens) * $7::numeric`,
    values: [tenantId, day, embeddings, model, calls, tokens, usdPerToken],
  });
}

async function readConversation(
  database: Database,
  tenantId: TenantId,
  conversationId: ConversationId,
): Promise<{ readonly tokens: number; readonly usd: number }> {
  const [row] = await database.statement<{ tokens: string; usd: string }>(tenantId, {
    text: `SELECT coalesce(sum(t.input_tokens + t.output_tokens), 0) AS tokens,
             coalesce(sum((SELECT sum(s.cost_usd) FROM steps s WHERE s.company_id = $1 AND s.turn_id = t.id)), 0) AS usd
           FROM turns t WHERE t.company_id = $1 AND t.conversation_id = $2`,
    values: [tenantId, conversationId],
  });
  return { tokens: Number(row?.tokens ?? 0), usd: Number(row?.usd ?? 0) };
}

async function readDays(
  database: Database,
  tenantId: TenantId,
  from: string,
  to: string,
): Promise<readonly DaySpending[]> {
  const rows = await database.statement<Record<string, string>>(tenantId, {
    text: `SELECT day::text, agent_type, model, turns, answered, model_calls, tool_calls, searches, input_tokens,
             output_tokens, model_usd, tool_usd, search_usd
           FROM cost_days WHERE company_id = $1 AND day BETWEEN $2 AND $3 ORDER BY day DESC, agent_type, model`,
    values: [tenantId, from, to],
  });
  return rows.map(toDaySpending);
}

function toDaySpending(row: Readonly<Record<string, string>>): DaySpending {
  const count = (name: string): number => Number(row[name] ?? 0);
  const [modelUsd, toolUsd, searchUsd] = [count("model_usd"), count("tool_usd"), count("search_usd")];
  return {
    day: row["day"] ?? "",
    agent: row["agent_type"] ?? "",
    model: row["model"] ?? "",
    turns: count("turns"),
    answered: count("answered"),
    modelCalls: count("model_calls"),
    toolCalls: count("tool_calls"),
    searches: count("searches"),
    inputTokens: count("input_tokens"),
    outputTokens: count("output_tokens"),
    modelUsd,
    toolUsd,
    searchUsd,
    costUsd: modelUsd + toolUsd + searchUsd,
  };
}

async function readActivity(
  database: Database,
  tenantId: TenantId,
  from: string,
  to: string,
): Promise<Activity> {
  const within = (column: string): string =>
    `${column} >= $2::date::timestamp AT TIME ZONE 'UTC' AND ${column} < ($3::date + 1)::timestamp AT TIME ZONE 'UTC'`;
  const [row] = await database.statement<Record<string, string>>(tenantId, {
    text: `SELECT
             (SELECT count(*) FROM conversations WHERE company_id = $1 AND ${within("created_at")}) AS conversations,
             (SELECT count(*) FROM conversations c WHERE company_id = $1 AND ${within("c.created_at")}
               AND NOT EXISTS (SELECT FROM audit a WHERE a.company_id = $1 AND a.conversation_id = c.id
                 AND a.action IN ('escalate', 'claim', 'assign', 'staff reply'))) AS contained,
             (SELECT count(*) FROM leads WHERE company_id = $1 AND ${within("created_at")}) AS leads`,
    values: [tenantId, from, to],
  });
  const count = (name: string): number => Number(row?.[name] ?? 0);
  return { conversations: count("conversations"), contained: count("contained"), leads: count("leads") };
}

async function fillDays(database: Database, now: Date): Promise<number> {
  const since = new Date(now.getTime() - dayMs).toISOString().slice(0, 10);
  const tenants = await database.acrossTenants((sql) =>
    sql.query<{ company_id: TenantId }>({
      text: "SELECT DISTINCT company_id FROM turns WHERE finished_at >= $1::date::timestamp AT TIME ZONE 'UTC'",
      values: [since],
    }),
  );
  for (const { company_id: tenantId } of tenants)
    await database.statement(tenantId, fillOf(tenantId, since), { retries: 2 });
  return tenants.length;
}

/** Both tables in one statement, so that they agree. */
function fillOf(tenantId: TenantId, since: string) {
  return {
    text: `WITH done AS (
        SELECT t.id, (t.finished_at AT TIME ZONE 'UTC')::date AS day, c.agent_type, c.user_id,
          coalesce(t.model, 'none') AS model, t.state, t.input_tokens, t.output_tokens,
          s.model_calls, s.tool_calls, s.searches, s.model_usd, s.tool_usd, s.search_usd
        FROM turns t JOIN conversations c ON c.company_id = $1 AND c.id = t.conversation_id
        CROSS JOIN LATERAL (
          SELECT count(*) FILTER (WHERE kind = 'model') AS model_calls, count(*) FILTER (WHERE kind = 'tool') AS tool_calls,
            count(*) FILTER (WHERE kind = 'retrieval') AS searches,
            coalesce(sum(cost_usd) FILTER (WHERE kind = 'model'), 0) AS model_usd,
            coalesce(sum(cost_usd) FILTER (WHERE kind = 'tool'), 0) AS tool_usd,
            coalesce(sum(cost_usd) FILTER (WHERE kind = 'retrieval'), 0) AS search_usd
          FROM steps WHERE company_id = $1 AND turn_id = t.id) s
        WHERE t.company_id = $1 AND t.finished_at >= $2::date::timestamp AT TIME ZONE 'UTC'
      ), tokens AS (
        INSERT INTO token_days (contact_id, day, company_id, turns, tokens, cost_usd)
        SELECT user_id, day, $1, count(*), sum(input_tokens + output_tokens), sum(model_usd + tool_usd + search_usd)
        FROM done GROUP BY user_id, day
        ON CONFLICT (contact_id, day, company_id) DO UPDATE
          SET turns = excluded.turns, tokens = excluded.tokens, cost_usd = excluded.cost_usd
      )
      INSERT INTO cost_days (day, agent_type, model, company_id, turns, answered, model_calls, tool_calls, searches,
        input_tokens, output_tokens, model_usd, tool_usd, search_usd)
      SELECT day, agent_type, model, $1, count(*), count(*) FILTER (WHERE state = 'answered'), sum(model_calls),
        sum(tool_calls), sum(searches), sum(input_tokens), sum(output_tokens), sum(model_usd), sum(tool_usd), sum(search_usd)
      FROM done GROUP BY day, agent_type, model
      ON CONFLICT (day, agent_type, model, company_id) DO UPDATE SET turns = excluded.turns,
        answered = excluded.answered, model_calls = excluded.model_calls, tool_calls = excluded.tool_calls,
        searches = excluded.searches, input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens,
        model_usd = excluded.model_usd, tool_usd = excluded.tool_usd, search_usd = excluded.search_usd`,
    values: [tenantId, since],
  };
}
