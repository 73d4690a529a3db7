import { approvalActions } from "../core/approval.ts";
import type { KeptCall } from "../core/kept-call.ts";
import type { MessageId, TenantId } from "../core/ids.ts";
import type { Reply } from "../core/reply.ts";
import { sealContent } from "../inbox/message-content.ts";
import type { Query, Sql } from "../store/database.ts";
import { deriveId } from "../store/derive-id.ts";
import type { TenantSeal } from "../store/seal.ts";
import { insertNote, type ApprovalRow, type RequestPlace } from "./approval-store.ts";
import { toNotice } from "./notice.ts";

/** What is said about approvals, as notices are told apart. */
export const approvalNotice = "approval notice";

type Tell = (reply: Reply, cause: string) => Promise<unknown>;

/** The conversation something is said in. */
export interface TellingPlace extends Pick<RequestPlace, "audience" | "thread" | "requester_id"> {
  readonly correlation_id: string | null;
}

/** Says something in a conversation as a system notice: outside the epoch's fence, once per cause. */
export function toTeller(
  sql: Sql,
  seal: TenantSeal,
  { tenantId, conversationId }: Pick<KeptCall, "tenantId" | "conversationId">,
  place: TellingPlace,
): Tell {
  return (reply, cause) =>
    sql.query(
      toNotice(seal, {
        tenantId,
        conversationId,
        correlationId: place.correlation_id ?? "",
        kind: approvalNotice,
        cause: [conversationId, cause],
        recipient: place.requester_id,
        place,
        reply,
      }),
    );
}

/** The note that tells the conversation's next turn to carry out what was approved. */
export function toNote(seal: TenantSeal, tenantId: TenantId, row: ApprovalRow): Query {
  const action = { name: approvalActions.carryOut, value: row.id };
  return insertNote(tenantId, {
    conversationId: row.conversation_id,
    id: deriveId<MessageId>("approval note", row.conversation_id, row.id),
    senderId: row.requester_external_id,
    content: sealContent(seal, { text: "", action, role: row.role }),
    correlationId: row.correlation_id ?? "",
  });
}
