import type { TenantId } from "../core/ids.ts";
import type { Database } from "../store/database.ts";

/**
 * Mirrors finished turns to `support_ai_interactions`, the table analysts read: numbers and ids, never words.
 * Idempotent; behind by as long as it is not called. Resolves with how many rows were added.
 */
export async function mirrorInteractions(database: Database): Promise<number> {
  const tenants = await database.acrossTenants((sql) =>
    sql.query<{ company_id: TenantId }>({
      text: "SELECT DISTINCT company_id FROM turns WHERE finished_at > now() - interval '1 day'",
    }),
  );
  let added = 0;
  for (const { company_id: tenantId } of tenants) {
    const rows = await database.statement(tenantId, {
      text: `INSERT INTO support_ai_interactions (company_id, id, conversation_id, turn_id, agent_type, model,
               tokens_used, latency_ms, cost_usd, created_at)
             SELECT t.company_id, t.id, t.conversation_id, t.id, c.agent_type, t.model,
               t.input_tokens + t.output_tokens, t.latency_ms, t.cost_usd, t.finished_at
             FROM turns t JOIN conversations c ON c.company_id = t.company_id AND c.id = t.conversation_id
             WHERE t.company_id = $1 AND t.state IN ('answered', 'failed') AND t.finished_at > now() - interval '1 day'
               AND NOT EXISTS (SELECT FROM support_ai_interactions s WHERE s.company_id = $1 AND s.id = t.id)
             ON CONFLICT DO NOTHING RETURNING id`,
      values: [tenantId],
    });
    added += rows.length;
  }
  return added;
}
