import { approvalActions, type ApprovalRequest } from "../core/approval.ts";
import type { ConversationId, DeliveryId, MessageId, TenantId } from "../core/ids.ts";
import type { Reply } from "../core/reply.ts";
import { isWhispered } from "../inbox/conversation-key.ts";
import { contentPurpose } from "../inbox/message-content.ts";
import { sealReply } from "../outbox/delivery.ts";
import { enqueueNotice } from "../outbox/outbox-store.ts";
import type { Query, Sql } from "../store/database.ts";
import { deriveId } from "../store/derive-id.ts";
import type { TenantSeal } from "../store/seal.ts";
import { insertNote, type ApprovalRow, type RequestPlace } from "./approval-store.ts";

type Tell = (reply: Reply, cause: string) => Promise<unknown>;

/** The conversation something is said in. */
export interface TellingPlace extends Pick<RequestPlace, "audience" | "thread" | "requester_id"> {
  readonly correlation_id: string | null;
}

/** Says something in a conversation as a system notice: outside the epoch's fence, once per cause. */
export function toTeller(
  sql: Sql,
  seal: TenantSeal,
  { tenantId, conversationId }: Pick<ApprovalRequest, "tenantId" | "conversationId">,
  place: TellingPlace,
): Tell {
  const recipient = place.requester_id;
  const correlationId = place.correlation_id ?? "";
  const onlyFor = isWhispered(place) ? { onlyFor: recipient } : {};
  return (reply, cause) =>
    sql.query(
      toNotice(seal, {
        tenantId,
        conversationId,
        recipient,
        correlationId,
        cause,
        reply: { ...reply, ...onlyFor },
      }),
    );
}

/** A system notice, once per cause. */
export function toNotice(
  seal: TenantSeal,
  notice: {
    readonly tenantId: TenantId;
    readonly conversationId: ConversationId;
    readonly recipient: string;
    readonly correlationId: string;
    readonly cause: string;
    readonly reply: Reply;
  },
): Query {
  const { tenantId, conversationId, recipient, correlationId, cause, reply } = notice;
  return enqueueNotice({
    tenantId,
    conversationId,
    id: deriveId<DeliveryId>("approval notice", conversationId, cause),
    messageId: deriveId<MessageId>("approval notice message", conversationId, cause),
    recipient,
    body: sealReply(seal, reply),
    content: seal.seal(contentPurpose, JSON.stringify({ text: reply.body })),
    correlationId,
  });
}

/** The note that tells the conversation's next turn to carry out what was approved. */
export function toNote(seal: TenantSeal, tenantId: TenantId, row: ApprovalRow): Query {
  const action = { name: approvalActions.carryOut, value: row.id };
  return insertNote(tenantId, {
    conversationId: row.conversation_id,
    id: deriveId<MessageId>("approval note", row.conversation_id, row.id),
    senderId: row.requester_external_id,
    content: seal.seal(contentPurpose, JSON.stringify({ text: "", action })),
    correlationId: row.correlation_id ?? "",
  });
}
