import type { ConversationId, TenantId } from "../../core/ids.ts";
import type { Sql } from "../../store/database.ts";
import { deriveId } from "../../store/derive-id.ts";
import { suggestionIdOf, wantSuggestion } from "../deck/suggestion-store.ts";
import type { RoomRow } from "./room-store.ts";

// What was asked longer ago has been read by colleagues; a room that is only looked at again needs nothing.
const lately = "10 minutes";

interface EscalationRow {
  readonly id: string;
  readonly rule: string | null;
  readonly newest: string | null;
}

/**
 * Has a reply suggested in a room for what its person asked when people were brought in; where a company only has replies
 * suggested, for each of their messages. Once for each. Gives what is to be written; undefined for nothing.
 */
export async function suggestUnasked(
  sql: Sql,
  tenantId: TenantId,
  { room, desk, always }: { readonly room: RoomRow; readonly desk: ConversationId; readonly always: boolean },
): Promise<string | undefined> {
  const { conversation_id: conversationId } = room;
  const [escalation] = await sql.query<EscalationRow>({
    text: `SELECT a.id::text, a.data->'evidence'->>'rule' AS rule, (
             SELECT m.id FROM messages m WHERE m.company_id = $1 AND m.conversation_id = $2 AND m.role = 'user'
               AND m.kind = 'message' AND m.deleted_at IS NULL ORDER BY m.seq DESC LIMIT 1) AS newest
           FROM audit a WHERE a.company_id = $1 AND a.conversation_id = $2 AND a.action = 'escalate'
             AND a.at > clock_timestamp() - interval '${lately}' ORDER BY a.id DESC LIMIT 1`,
    values: [tenantId, conversationId],
  });
  if (escalation === undefined || isForPeopleAlone(escalation)) return undefined;
  const isMode = escalation.rule === "answers: suggest";
  if (!always && !isMode) return undefined;
  const about = isMode ? (escalation.newest ?? escalation.id) : escalation.id;
  const controlId = deriveId("suggested unasked", room.id, about);
  const correlationId = room.correlation_id ?? "";
  const wanted = { conversationId, deskId: desk, controlId, onlyFor: undefined, correlationId };
  const [isNew] = await sql.query(wantSuggestion(tenantId, wanted));
  return isNew === undefined ? undefined : suggestionIdOf(controlId);
}

/** Whoever is in danger is answered in people's own words; where Baton is switched off, no model is asked. */
function isForPeopleAlone({ rule }: EscalationRow): boolean {
  return (
    rule !== null && (rule.startsWith("safety") || rule === "answers: off" || rule === "bot switched off")
  );
}
