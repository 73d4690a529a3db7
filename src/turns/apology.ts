import type { Place } from "../core/envelope.ts";
import type { ConversationId, DeliveryId, MessageId, TenantId } from "../core/ids.ts";
import { toHumanButton, type Reply } from "../core/reply.ts";
import { say, type TextLanguage } from "../core/texts/texts.ts";
import { toNotice } from "../handoff/notice.ts";
import { isWhispered } from "../inbox/conversation-key.ts";
import type { Delivery } from "../outbox/delivery.ts";
import { botMaySpeak } from "../outbox/outbox-store.ts";
import type { Database } from "../store/database.ts";
import { deriveId } from "../store/derive-id.ts";
import type { TenantSeal } from "../store/seal.ts";
import type { Claim } from "./claim.ts";

/** A message that has waited too long. */
export interface LateMessage {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly messageId: MessageId;
  /** Who waits. */
  readonly senderId: string;
  readonly place: Pick<Place, "thread" | "audience">;
  readonly correlationId: string;
  /** In which they are told. */
  readonly language: () => Promise<TextLanguage>;
}

const kind = "apology";
function toWords(language: TextLanguage): Reply {
  return { body: say(language, "trouble.late"), buttons: [toHumanButton(language)] };
}

// Locked like everything that changes a conversation. What hangs on it is read by the next statement: one that had to
// wait for the row would see it as it was before.
const lockConversation = `SELECT epoch FROM conversations
  WHERE company_id = $1 AND id = $2 AND ${botMaySpeak} FOR NO KEY UPDATE`;
const stillLate = `SELECT (SELECT state FROM deliveries WHERE company_id = $1 AND id = $4) AS state FROM messages m
  WHERE m.company_id = $1 AND m.id = $3 AND m.conversation_id = $2 AND m.state = 'open'
    AND NOT EXISTS (SELECT FROM deliveries d WHERE d.company_id = $1 AND d.conversation_id = $2
      AND d.state IN ('sending', 'sent', 'unknown') AND coalesce(d.sent_at, d.sending_since) > m.created_at)`;

/** An apology that waits to be sent. */
export interface Apology {
  readonly delivery: Delivery;
  /** Nobody had put it there before. */
  readonly isNew: boolean;
}

/**
 * Puts an apology with the way to a person into the outbox, once for each message, however many processes try; it is
 * said only while the bot may speak in it as it may now. Undefined when there is no need: it is answered,
 * something was said since, a person has the conversation, or it cannot be said.
 */
export async function apologize(
  database: Database,
  seal: TenantSeal,
  late: LateMessage,
): Promise<Apology | undefined> {
  const { tenantId, conversationId, messageId, senderId: recipient, place, correlationId } = late;
  const cause = [conversationId, messageId] as const;
  const words = toWords(await late.language());
  const id = apologyIdOf(conversationId, messageId);
  return database.withTenant(tenantId, async (sql) => {
    const conversation = { text: lockConversation, values: [tenantId, conversationId] };
    const [mine] = await sql.query<{ epoch: number }>(conversation);
    if (mine === undefined) return undefined;
    const values = [tenantId, conversationId, messageId, id];
    const [found] = await sql.query<{ state: string | null }>({ text: stillLate, values });
    if (found === undefined || (found.state !== null && found.state !== "pending")) return undefined;
    const { epoch } = mine;
    const notice = { tenantId, conversationId, correlationId, kind, cause, recipient, place, epoch };
    await sql.query(toNotice(seal, { ...notice, reply: words }));
    const reply = isWhispered(place) ? { ...words, onlyFor: recipient } : words;
    return { delivery: toDelivery({ id, epoch, reply, correlationId }), isNew: found.state === null };
  });
}

/** An apology nobody needs any more: what it is for is answered, or passed on. */
export function isOutdatedApology(
  { id, turnId, epoch, state }: Delivery,
  { conversationId, open }: Pick<Claim, "conversationId" | "open">,
): boolean {
  if (turnId !== undefined || epoch === undefined || state !== "pending") return false;
  return !open.some((message) => apologyIdOf(conversationId, message.id) === id);
}

function apologyIdOf(conversationId: ConversationId, messageId: MessageId): DeliveryId {
  return deriveId<DeliveryId>(kind, conversationId, messageId);
}

function toDelivery(apology: Pick<Delivery, "id" | "epoch" | "reply" | "correlationId">): Delivery {
  return {
    ...apology,
    turnId: undefined,
    part: 0,
    seq: 0,
    streamed: false,
    state: "pending",
    ref: undefined,
    attempts: 0,
    dueInMs: 0,
    sendingSince: undefined,
    piecesSent: 0,
  };
}
