import type { Place } from "../core/envelope.ts";
import type { ConversationId, DeliveryId, MessageId, TenantId } from "../core/ids.ts";
import type { Reply } from "../core/reply.ts";
import { isWhispered } from "../inbox/conversation-key.ts";
import { sealContent } from "../inbox/message-content.ts";
import { sealReply } from "../outbox/delivery.ts";
import { enqueueNotice } from "../outbox/outbox-store.ts";
import type { Query } from "../store/database.ts";
import { deriveId } from "../store/derive-id.ts";
import type { TenantSeal } from "../store/seal.ts";

/** What Baton itself says in a conversation. */
export interface SystemNotice {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly correlationId: string;
  /** Its kind. */
  readonly kind: string;
  /** What makes it one of its kind: the same kind and cause are the same notice. */
  readonly cause: readonly string[];
  /** The platform's id of whom it is for. */
  readonly recipient: string;
  /** Where the conversation stands, if only the recipient may read it where others read along. */
  readonly place?: Pick<Place, "thread" | "audience"> | undefined;
  readonly reply: Reply;
  /** It is said only while the bot has the conversation in this epoch. */
  readonly epoch?: number | undefined;
}

/** The delivery a notice is. */
export function noticeIdOf({ kind, cause }: Pick<SystemNotice, "kind" | "cause">): DeliveryId {
  return deriveId<DeliveryId>(kind, ...cause);
}

/** A notice on its way and into the history: outside the fence unless it names an epoch, once for its cause. */
export function toNotice(seal: TenantSeal, notice: SystemNotice): Query {
  const { tenantId, conversationId, correlationId, kind, cause, recipient, place, reply, epoch } = notice;
  const shown = place !== undefined && isWhispered(place) ? { ...reply, onlyFor: recipient } : reply;
  return enqueueNotice({
    tenantId,
    conversationId,
    id: noticeIdOf(notice),
    messageId: deriveId<MessageId>(`${kind} message`, ...cause),
    recipient,
    body: sealReply(seal, shown),
    content: sealContent(seal, { text: reply.body }),
    correlationId,
    epoch,
  });
}
