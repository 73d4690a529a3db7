import type { Query } from "../../store/database.ts";
import { isColleague } from "../../tenants/colleagues.ts";
import type { InstallationId, MessageId, TenantId } from "../../core/ids.ts";

/**
 * Of the deliveries named `shown`, the answers of the bot's that they are, or show in a room: `conversation_id` and
 * `message_id`. Uses $1 tenant.
 */
export const answersShown = `
  SELECT a.conversation_id, a.id AS message_id FROM shown s
  JOIN messages a ON a.company_id = $1 AND a.conversation_id = s.conversation_id AND a.turn_id = s.turn_id
    AND a.role = 'assistant' AND a.kind = 'message' AND a.deleted_at IS NULL
  WHERE s.kind = 'answer'
  UNION ALL
  SELECT s.conversation_id, a.id FROM shown s
  JOIN rooms r ON r.company_id = $1 AND r.room_conversation_id = s.conversation_id
  JOIN room_mirrors x ON x.company_id = $1 AND x.room_id = r.id AND s.id = ANY (x.deliveries)
  JOIN messages a ON a.company_id = $1 AND a.id = x.message_id AND a.role = 'assistant' AND a.deleted_at IS NULL`;

/** An answer of the bot's as its conversation remembers it. */
export interface ShownAnswerRow {
  readonly id: MessageId;
  readonly content: Buffer;
}

interface AskedBy {
  readonly tenantId: TenantId;
  readonly installationId: InstallationId;
  /** No row for whoever is no colleague. */
  readonly by: string;
}

/** The answer that stands in a message of a place, or that it shows in a room. */
export function findAnswerAt(
  { tenantId, installationId, by }: AskedBy,
  { message, space }: { readonly message: string; readonly space: string },
): Query {
  return {
    text: `WITH shown AS (
             SELECT d.id, d.conversation_id, d.turn_id, d.kind FROM deliveries d
             JOIN conversations c ON c.company_id = $1 AND c.id = d.conversation_id
             WHERE d.company_id = $1 AND d.ref = $4 AND c.installation_id = $2 AND $5 IN (c.space, c.thread))
           SELECT a.id, a.content FROM (${answersShown}) place
           JOIN messages a ON a.company_id = $1 AND a.id = place.message_id
           WHERE ${isColleague("$2", "$3")} LIMIT 1`,
    values: [tenantId, installationId, by, message, space],
  };
}

/** The answer with this id, or the newest one of the conversation with this id. */
export function findAnswerOf({ tenantId, installationId, by }: AskedBy, id: string): Query {
  return {
    text: `SELECT a.id, a.content FROM messages a
           WHERE a.company_id = $1 AND (a.id = $4 OR a.conversation_id = $4) AND a.role = 'assistant' AND a.kind = 'message'
             AND a.deleted_at IS NULL AND ${isColleague("$2", "$3")} AND EXISTS (SELECT FROM deliveries d
               WHERE d.company_id = $1 AND d.conversation_id = a.conversation_id AND d.turn_id = a.turn_id AND d.kind = 'answer')
           ORDER BY a.seq DESC LIMIT 1`,
    values: [tenantId, installationId, by, id],
  };
}
