import type { Place } from "../core/envelope.ts";
import type { ConversationId, DeliveryId, MessageId, TenantId } from "../core/ids.ts";
import { humanButton, type Reply } from "../core/reply.ts";
import { toNotice } from "../handoff/notice.ts";
import { isWhispered } from "../inbox/conversation-key.ts";
import type { Delivery } from "../outbox/delivery.ts";
import type { Database } from "../store/database.ts";
import { deriveId } from "../store/derive-id.ts";
import type { TenantSeal } from "../store/seal.ts";

/** A message that has waited too long. */
export interface LateMessage {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly messageId: MessageId;
  /** Who waits. */
  readonly senderId: string;
  readonly place: Pick<Place, "thread" | "audience">;
  readonly correlationId: string;
}

const kind = "apology";
const words: Reply = {
  body: "Sorry, this is taking longer than it should. I'm still on it, and you can talk to a person at any time.",
  buttons: [humanButton],
};

// Locked like everything that changes a conversation, so that an answer about to appear is seen.
const stillLate = `WITH conversation AS (
    SELECT id FROM conversations WHERE company_id = $1 AND id = $2 AND owner_kind = 'bot' FOR NO KEY UPDATE)
  SELECT FROM conversation
  JOIN messages m ON m.company_id = $1 AND m.id = $3 AND m.conversation_id = conversation.id AND m.state = 'open'
  WHERE NOT EXISTS (SELECT FROM deliveries d WHERE d.company_id = $1 AND d.conversation_id = conversation.id
    AND d.state IN ('sending', 'sent', 'unknown') AND coalesce(d.sent_at, d.sending_since) > m.created_at)`;

/**
 * Puts an apology with the way to a person into the outbox, once for each message, however many processes try. Undefined
 * when there is no need: it is answered, something was said since, or a person has the conversation.
 */
export async function apologize(
  database: Database,
  seal: TenantSeal,
  late: LateMessage,
): Promise<Delivery | undefined> {
  const { tenantId, conversationId, messageId, senderId: recipient, place, correlationId } = late;
  const cause = [conversationId, messageId] as const;
  const id = deriveId<DeliveryId>(kind, ...cause);
  const isLate = await database.withTenant(tenantId, async (sql) => {
    const found = await sql.query({ text: stillLate, values: [tenantId, conversationId, messageId] });
    if (found.length === 0) return false;
    await sql.query(
      toNotice(seal, {
        tenantId,
        conversationId,
        correlationId,
        kind,
        cause,
        recipient,
        place,
        reply: words,
      }),
    );
    return true;
  });
  const reply = isWhispered(place) ? { ...words, onlyFor: recipient } : words;
  return isLate ? toDelivery(id, reply, correlationId) : undefined;
}

function toDelivery(id: DeliveryId, reply: Reply, correlationId: string): Delivery {
  return {
    id,
    turnId: undefined,
    epoch: undefined,
    part: 0,
    seq: 0,
    reply,
    streamed: false,
    state: "pending",
    ref: undefined,
    attempts: 0,
    dueInMs: 0,
    sendingSince: undefined,
    correlationId,
  };
}
