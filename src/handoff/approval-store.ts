import { hash } from "node:crypto";
import type { ApprovalState } from "../core/approval.ts";
import type { KeptCall } from "../core/kept-call.ts";
import type { ChannelName } from "../core/envelope.ts";
import type { ContactId, ConversationId, MessageId, StaffId, TenantId, TurnId } from "../core/ids.ts";
import type { Lease } from "../core/lease.ts";
import type { Role } from "../core/tool.ts";
import { fence, fenceValues } from "../outbox/outbox-store.ts";
import type { Query } from "../store/database.ts";
import { deriveId } from "../store/derive-id.ts";
import { isColleague } from "../tenants/colleagues.ts";

/** The purpose under which the arguments of a call that waits are sealed. */
export const argumentsPurpose = "approval.arguments";

/** The id of a request: asked again under the same key, it is the same request. */
export function approvalIdOf({ tenantId, idempotencyKey }: KeptCall): string {
  return deriveId("approval", tenantId, idempotencyKey);
}

/** What is kept of a nonce and compared of arguments. */
export function digestOf(text: string): Buffer {
  return hash("sha256", text, "buffer");
}

/** Locks the conversation for the turn that asks; no row when it changed hands since the turn began. */
export function lockForRequest({ tenantId, conversationId, turnId }: KeptCall): Query {
  return {
    text: `SELECT c.epoch, c.audience, c.thread, t.correlation_id, u.external_id AS requester_id, u.name AS requester_name,
             coalesce(u.language, u.locale) AS requester_language,
             ${isColleague("c.installation_id", "u.external_id")} AS requester_is_staff
           FROM conversations c
           JOIN turns t ON t.company_id = $1 AND t.id = $3 AND t.conversation_id = c.id
           JOIN contacts u ON u.company_id = $1 AND u.id = c.user_id
           WHERE c.company_id = $1 AND c.id = $2 AND c.epoch = t.epoch AND c.owner_kind = 'bot'
           FOR NO KEY UPDATE OF c`,
    values: [tenantId, conversationId, turnId],
  };
}

/** What the lock shows. */
export interface RequestPlace {
  readonly epoch: number;
  readonly audience: "direct" | "group" | "public" | "shared";
  readonly thread: string;
  readonly requester_id: string;
  readonly requester_name: Buffer | null;
  readonly requester_is_staff: boolean;
  readonly requester_language: string | null;
  readonly correlation_id: string | null;
}

/** Keeps a request; no row when the same call is waiting already, or was asked for under the same key. */
export function insertApproval(
  request: KeptCall,
  kept: {
    readonly sealed: Buffer;
    readonly nonceHash: Buffer;
    readonly epoch: number;
    readonly ttlMs: number;
    readonly correlationId: string;
  },
): Query {
  return {
    text: `INSERT INTO approvals (company_id, id, conversation_id, turn_id, requester_id, role, tool, arguments,
             arguments_hash, nonce_hash, epoch, expires_at, correlation_id)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, clock_timestamp() + $12 * interval '1 millisecond', $13)
           ON CONFLICT DO NOTHING RETURNING expires_at`,
    values: [
      request.tenantId,
      approvalIdOf(request),
      request.conversationId,
      request.turnId,
      request.requester,
      request.role,
      request.tool,
      kept.sealed,
      digestOf(request.arguments),
      kept.nonceHash,
      kept.epoch,
      kept.ttlMs,
      kept.correlationId,
    ],
  };
}

/** When the request that was there already ends: under the same key, or the same call that waits. */
export function findWaiting(request: KeptCall): Query {
  return {
    text: `SELECT expires_at FROM approvals
           WHERE company_id = $1 AND (id = $2 OR (conversation_id = $3 AND tool = $4 AND arguments_hash = $5 AND state = 'pending'))
           ORDER BY id = $2 DESC LIMIT 1`,
    values: [
      request.tenantId,
      approvalIdOf(request),
      request.conversationId,
      request.tool,
      digestOf(request.arguments),
    ],
  };
}

/** A request with its conversation as it is now. */
export interface ApprovalRow {
  readonly id: string;
  readonly conversation_id: ConversationId;
  /** The requester's, under which the call runs. */
  readonly role: Role;
  readonly tool: string;
  readonly nonce_hash: Buffer;
  readonly epoch: number;
  readonly state: ApprovalState;
  readonly expires_at: Date;
  readonly run_turn_id: TurnId | null;
  readonly correlation_id: string | null;
  readonly now_epoch: number;
  readonly owner_kind: string;
  readonly channel: ChannelName;
  readonly audience: RequestPlace["audience"];
  readonly thread: string;
  readonly requester_external_id: string;
  readonly requester_language: string | null;
  readonly now: Date;
}

/** Locks a request and its conversation, so that one of several decisions wins. */
export function lockApproval(tenantId: TenantId, id: string): Query {
  return {
    text: `SELECT a.id, a.conversation_id, a.role, a.tool, a.nonce_hash, a.epoch, a.state, a.expires_at, a.run_turn_id, a.correlation_id,
             c.epoch AS now_epoch, c.owner_kind, c.channel, c.audience, c.thread, u.external_id AS requester_external_id,
             coalesce(u.language, u.locale) AS requester_language, clock_timestamp() AS now
           FROM approvals a
           JOIN conversations c ON c.company_id = $1 AND c.id = a.conversation_id
           JOIN contacts u ON u.company_id = $1 AND u.id = c.user_id
           WHERE a.company_id = $1 AND a.id = $2 FOR NO KEY UPDATE OF c, a`,
    values: [tenantId, id],
  };
}

/** Ends a wait. Only the one that finds the state it was decided on changes anything. */
export function settleApproval(
  tenantId: TenantId,
  id: string,
  change: { readonly from: ApprovalState; readonly to: ApprovalState; readonly by: StaffId | undefined },
): Query {
  return {
    text: `UPDATE approvals SET state = $4, decided_by = $5, decided_at = clock_timestamp()
           WHERE company_id = $1 AND id = $2 AND state = $3 AND run_turn_id IS NULL RETURNING id`,
    values: [tenantId, id, change.from, change.to, change.by ?? null],
  };
}

/** Whether somebody may decide: a colleague at work here, with a role that has authority. */
export function mayDecide(tenantId: TenantId, staff: StaffId): Query {
  return {
    text: `SELECT FROM staff s JOIN staff_roles r ON r.company_id = s.company_id AND r.staff_id = s.id
           WHERE s.company_id = $1 AND s.id = $2 AND s.state = 'active' AND r.role IN ('staff', 'admin') LIMIT 1`,
    values: [tenantId, staff],
  };
}

/**
 * Whether a colleague asked for it themselves: in a conversation of their own, or with one of the messages the turn
 * that asked was answering, from whichever of their accounts.
 */
export function isOwnRequest(tenantId: TenantId, id: string, staff: StaffId): Query {
  return {
    text: `SELECT FROM approvals a
           JOIN conversations c ON c.company_id = $1 AND c.id = a.conversation_id
           JOIN turns t ON t.company_id = $1 AND t.id = a.turn_id
           JOIN staff_identities s ON s.company_id = $1 AND s.installation_id = c.installation_id AND s.staff_id = $3
           WHERE a.company_id = $1 AND a.id = $2 AND (
             EXISTS (SELECT FROM contacts u
               WHERE u.company_id = $1 AND u.id = a.requester_id AND u.external_id = s.external_id)
             OR EXISTS (SELECT FROM messages m
               WHERE m.company_id = $1 AND m.conversation_id = a.conversation_id AND m.sender_id = s.external_id
                 AND ((m.state = 'settled' AND m.turn_id = a.turn_id) OR (m.state = 'open' AND m.seq <= t.through_seq))))
           LIMIT 1`,
    values: [tenantId, id, staff],
  };
}

/** Puts a note into the conversation that a turn has to deal with. Only Baton writes as `system`. */
export function insertNote(
  tenantId: TenantId,
  note: {
    readonly conversationId: ConversationId;
    readonly id: MessageId;
    readonly senderId: string;
    readonly content: Buffer;
    readonly correlationId: string;
  },
): Query {
  return {
    text: `WITH conversation AS (
             UPDATE conversations SET last_seq = last_seq + 1, inbox_version = inbox_version + 1, updated_at = now()
             WHERE company_id = $1 AND id = $2 AND NOT EXISTS (SELECT FROM messages WHERE company_id = $1 AND id = $3)
             RETURNING last_seq)
           INSERT INTO messages (company_id, id, conversation_id, seq, role, kind, state, sender_id, content, correlation_id)
           SELECT $1, $3, $2, last_seq, 'system', 'action', 'open', $4, $5, $6 FROM conversation
           ON CONFLICT DO NOTHING`,
    values: [tenantId, note.conversationId, note.id, note.senderId, note.content, note.correlationId],
  };
}

/** The audit row of a request or a decision: who, what, which arguments by their hash; never the arguments. */
export function auditApproval(
  tenantId: TenantId,
  audit: {
    readonly conversationId: ConversationId;
    readonly actor: string;
    readonly action: string;
    readonly approvalId: string;
    readonly tool: string;
    readonly correlationId: string;
  },
): Query {
  return {
    text: `INSERT INTO audit (company_id, conversation_id, actor, action, data, correlation_id)
           SELECT $1, $2, $3, $4, jsonb_build_object('approval', $5::text, 'tool', $6::text, 'epoch', a.epoch,
             'arguments_sha256', encode(a.arguments_hash, 'hex')), $7
           FROM approvals a WHERE a.company_id = $1 AND a.id = $5::uuid`,
    values: [
      tenantId,
      audit.conversationId,
      audit.actor,
      audit.action,
      audit.approvalId,
      audit.tool,
      audit.correlationId,
    ],
  };
}

/** An approved call on its way to being run. */
export interface RunnableApproval {
  readonly tool: string;
  readonly role: Role;
  readonly requester_id: ContactId;
  readonly arguments: Buffer;
  readonly arguments_hash: Buffer;
}

/**
 * Gives an approved call to one turn, behind the fence and in the epoch it was asked for in. The same turn may take it
 * again after a crash; no other turn ever gets it.
 */
export function takeApproved(lease: Lease, id: string, turnId: TurnId): Query {
  return {
    text: `WITH ${fence}
      UPDATE approvals a SET run_turn_id = $6 FROM fence
      WHERE a.company_id = $1 AND a.id = $5 AND a.conversation_id = $2 AND a.state = 'approved' AND a.epoch = $4
        AND (a.run_turn_id IS NULL OR a.run_turn_id = $6)
      RETURNING a.tool, a.role, a.requester_id, a.arguments, a.arguments_hash`,
    values: [...fenceValues(lease), id, turnId],
  };
}

/** Requests across all tenants whose time is over, or whose conversation changed hands before anything ran. */
export function findOverdue(limit: number): Query {
  return {
    text: `SELECT a.company_id, a.id, a.conversation_id FROM approvals a
           JOIN conversations c ON c.company_id = a.company_id AND c.id = a.conversation_id
           WHERE (a.state = 'pending' OR (a.state = 'approved' AND a.run_turn_id IS NULL))
             AND ((a.state = 'pending' AND a.expires_at < clock_timestamp()) OR c.epoch <> a.epoch OR c.owner_kind <> 'bot')
           ORDER BY a.expires_at LIMIT $1`,
    values: [limit],
  };
}
