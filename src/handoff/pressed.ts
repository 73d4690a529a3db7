import type { ChannelName } from "../core/envelope.ts";
import type { ConversationId, MessageId, StaffId, TenantId } from "../core/ids.ts";
import type { Reply } from "../core/reply.ts";
import type { Query } from "../store/database.ts";
import type { TenantSeal } from "../store/seal.ts";
import { toNotice } from "./notice.ts";

/** A colleague's press as the handoff found it: who pressed is known from their account. */
export interface PressedControl {
  readonly tenantId: TenantId;
  /** Where it was pressed. */
  readonly conversationId: ConversationId;
  readonly controlId: MessageId;
  readonly staff: StaffId | undefined;
  readonly senderId: string;
  readonly action: string;
  readonly value: string;
  readonly correlationId: string;
}

/** A conversation in which something new is to be looked at. */
export interface ApprovalNews {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly channel: ChannelName;
  readonly correlationId: string;
}

/** Says something where a button was pressed, once for each press. */
export function answerPress(seal: TenantSeal, pressed: PressedControl, kind: string, reply: Reply): Query {
  const { tenantId, conversationId, senderId: recipient, correlationId, controlId } = pressed;
  const cause = [conversationId, controlId];
  return toNotice(seal, { tenantId, conversationId, recipient, correlationId, kind, cause, reply });
}

/** The conversation a decision is for. */
export function toNews(
  tenantId: TenantId,
  row: {
    readonly conversation_id: ConversationId;
    readonly channel: ChannelName;
    readonly correlation_id: string | null;
  },
): ApprovalNews {
  const { conversation_id: conversationId, channel, correlation_id: correlationId } = row;
  return { tenantId, conversationId, channel, correlationId: correlationId ?? "" };
}
