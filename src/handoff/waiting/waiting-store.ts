import type { ConversationId, TenantId } from "../../core/ids.ts";
import type { Sql } from "../../store/database.ts";
import type { Waiting } from "./wait-words.ts";

/** Who waits longer in the same queue, and how long those waited whom people took over in the last 30 days. */
export async function findWaiting(sql: Sql, tenantId: TenantId, id: ConversationId): Promise<Waiting> {
  const [queue] = await sql.query<{ ahead: number }>({
    text: `SELECT count(*)::int AS ahead FROM conversations o, conversations c
           WHERE c.company_id = $1 AND c.id = $2 AND o.company_id = $1 AND o.owner_kind = 'queue'
             AND o.owner_queue = c.owner_queue AND o.status = 'escalated' AND o.waiting_since < c.waiting_since`,
    values: [tenantId, id],
  });
  const waits = await sql.query<{ ms: number }>({
    text: `SELECT (extract(epoch FROM taken.at - asked.at) * 1000)::float8 AS ms FROM (
             SELECT id, conversation_id, at FROM audit
             WHERE company_id = $1 AND action = 'escalate' AND at > now() - interval '30 days' ORDER BY id DESC LIMIT 200) asked
           JOIN LATERAL (
             SELECT min(at) AS at FROM audit t WHERE t.company_id = $1 AND t.conversation_id = asked.conversation_id
               AND t.id > asked.id AND t.data->>'to' = 'human') taken ON taken.at >= asked.at`,
    values: [tenantId],
  });
  return { ahead: queue?.ahead ?? 0, waits: waits.map(({ ms }) => ms) };
}
