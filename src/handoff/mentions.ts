import type { ConversationId, TenantId } from "../core/ids.ts";
import type { Mentioned } from "../core/reply.ts";
import type { Sql } from "../store/database.ts";

/**
 * The accounts by which colleagues, by their ids or names, or everybody, are notified where a conversation stands. Whoever
 * has none there is left out.
 */
export async function mentionsOf(
  sql: Sql,
  tenantId: TenantId,
  place: ConversationId,
  colleagues: readonly string[] | "everybody",
): Promise<readonly Mentioned[]> {
  if (colleagues.length === 0) return [];
  return sql.query<Mentioned & object>({
    text: `SELECT DISTINCT ON (s.id) i.external_id AS id, s.name FROM staff s
           JOIN staff_identities i ON i.company_id = $1 AND i.staff_id = s.id
           JOIN conversations c ON c.company_id = $1 AND c.id = $2 AND c.installation_id = i.installation_id
           WHERE s.company_id = $1 AND s.state = 'active' AND ($3::text[] IS NULL OR s.id::text = ANY ($3) OR s.name = ANY ($3))
           ORDER BY s.id, i.external_id`,
    values: [tenantId, place, colleagues === "everybody" ? null : colleagues],
  });
}
