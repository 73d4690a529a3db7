import type { KeptCall } from "../core/kept-call.ts";
import type { ContactId, ConversationId, TenantId, TurnId } from "../core/ids.ts";
import type { Lease } from "../core/lease.ts";
import type { Role } from "../core/tool.ts";
import { digestOf } from "../handoff/approval-store.ts";
import { fence, fenceValues } from "../outbox/outbox-store.ts";
import type { Query } from "../store/database.ts";
import { deriveId } from "../store/derive-id.ts";

/** The purposes under which a call's arguments and its outcome are sealed. */
export const backgroundPurposes = {
  arguments: "background.arguments",
  outcome: "background.outcome",
} as const;

/** The id of a call: begun again under the same key, it is the same call. */
export function backgroundIdOf({ tenantId, idempotencyKey }: KeptCall): string {
  return deriveId("background call", tenantId, idempotencyKey);
}

/**
 * Keeps a call while the bot has the conversation in the epoch of the turn that asks. `ours` is false when it changed
 * hands; a call that is there already, or one just like it that is not done yet, stays as it is.
 */
export function insertBackground(request: KeptCall, id: string, sealed: Buffer): Query {
  return {
    text: `WITH conversation AS (
             SELECT c.id, c.epoch, t.correlation_id FROM conversations c
             JOIN turns t ON t.company_id = $1 AND t.id = $4 AND t.conversation_id = c.id
             WHERE c.company_id = $1 AND c.id = $3 AND c.epoch = t.epoch AND c.owner_kind = 'bot'
             FOR NO KEY UPDATE OF c
           ), kept AS (
             INSERT INTO background_calls (company_id, id, conversation_id, turn_id, requester_id, role, tool, arguments,
               arguments_hash, epoch, correlation_id)
             SELECT $1, $2, id, $4, $5, $6, $7, $8, $9, epoch, correlation_id FROM conversation
             ON CONFLICT DO NOTHING RETURNING id)
           SELECT EXISTS (SELECT FROM conversation) AS ours, (SELECT correlation_id FROM conversation) AS correlation_id,
             EXISTS (SELECT FROM kept) AS kept`,
    values: [
      request.tenantId,
      id,
      request.conversationId,
      request.turnId,
      request.requester,
      request.role,
      request.tool,
      sealed,
      digestOf(request.arguments),
    ],
  };
}

/** A call nobody works on, with its conversation as it is now. */
export interface BackgroundRow {
  /** Owns the call's files, as a turn's id does. */
  readonly id: TurnId;
  readonly conversation_id: ConversationId;
  readonly turn_id: TurnId;
  readonly requester_id: ContactId;
  readonly role: Role;
  readonly tool: string;
  readonly arguments: Buffer;
  readonly state: "waiting" | "running";
  readonly attempts: number;
  readonly correlation_id: string | null;
  /** The bot has the conversation. */
  readonly is_with_bot: boolean;
  /** In the epoch the call was asked in. */
  readonly is_same_epoch: boolean;
  readonly channel: "slack" | "discord" | "teams" | "web";
  readonly asker: string;
  readonly user_id: ContactId;
  readonly time_zone: string | null;
}

const lockedColumns = `b.id, b.conversation_id, b.turn_id, b.requester_id, b.role, b.tool, b.arguments, b.state, b.attempts,
  b.correlation_id, c.owner_kind = 'bot' AS is_with_bot, c.epoch = b.epoch AS is_same_epoch, c.channel, c.user_id,
  u.external_id AS asker, u.time_zone`;
const lockedTables = `background_calls b
  JOIN conversations c ON c.company_id = $1 AND c.id = b.conversation_id
  JOIN contacts u ON u.company_id = $1 AND u.id = c.user_id`;

/** Locks a call that waits, or whose process is gone. No row: somebody works on it, or it has ended. */
export function lockUnheld(tenantId: TenantId, id: string): Query {
  return {
    text: `SELECT ${lockedColumns} FROM ${lockedTables}
           WHERE b.company_id = $1 AND b.id = $2
             AND (b.state = 'waiting' OR (b.state = 'running' AND b.held_until < clock_timestamp()))
           FOR NO KEY UPDATE OF c, b`,
    values: [tenantId, id],
  };
}

/** Locks a call this runner still holds, to end it. No row: another one took it. */
export function lockHeld(tenantId: TenantId, id: string, runner: string): Query {
  return {
    text: `SELECT ${lockedColumns} FROM ${lockedTables}
           WHERE b.company_id = $1 AND b.id = $2 AND b.state = 'running' AND b.runner = $3 FOR NO KEY UPDATE OF c, b`,
    values: [tenantId, id, runner],
  };
}

/** Takes a locked call: nobody else runs it for `ttlMs`. */
export function takeBackground(tenantId: TenantId, id: string, runner: string, ttlMs: number): Query {
  return {
    text: `UPDATE background_calls SET state = 'running', runner = $3, attempts = attempts + 1,
             held_until = clock_timestamp() + $4 * interval '1 millisecond' WHERE company_id = $1 AND id = $2`,
    values: [tenantId, id, runner, ttlMs],
  };
}

/** Keeps a call for `ttlMs` more, or gives it back with 0. No row when it is lost. */
export function holdBackground(tenantId: TenantId, id: string, runner: string, ttlMs: number): Query {
  return {
    text: `UPDATE background_calls SET held_until = clock_timestamp() + $4 * interval '1 millisecond'
           WHERE company_id = $1 AND id = $2 AND state = 'running' AND runner = $3 RETURNING id`,
    values: [tenantId, id, runner, ttlMs],
  };
}

/** How a call ended. */
export type BackgroundEnd = "done" | "failed" | "uncertain" | "stood down";

/** Ends a locked call. */
export function endBackground(
  tenantId: TenantId,
  id: string,
  end: { readonly state: BackgroundEnd; readonly outcome: Buffer },
): Query {
  return {
    text: `UPDATE background_calls SET state = $3, outcome = $4, finished_at = clock_timestamp()
           WHERE company_id = $1 AND id = $2`,
    values: [tenantId, id, end.state, end.outcome],
  };
}

/** Calls across all tenants that nobody works on, though nobody rang for them. */
export function findUnheld(limit: number, graceMs: number): Query {
  return {
    text: `SELECT company_id, id, correlation_id FROM background_calls
           WHERE state IN ('waiting', 'running') AND (
             (state = 'waiting' AND created_at < clock_timestamp() - $2 * interval '1 millisecond')
             OR (state = 'running' AND held_until < clock_timestamp()))
           ORDER BY created_at LIMIT $1`,
    values: [limit, graceMs],
  };
}

/** A call that has ended, on its way to whoever is to be told. */
export interface EndedCall {
  readonly tool: string;
  readonly arguments: Buffer;
  readonly state: BackgroundEnd;
  readonly outcome: Buffer;
}

/** Reads a call that has ended, for the turn that tells of it; behind the fence. */
export function readEnded(lease: Lease, id: string): Query {
  return {
    text: `WITH ${fence}
      SELECT b.tool, b.arguments, b.state, b.outcome FROM background_calls b, fence
      WHERE b.company_id = $1 AND b.id = $5 AND b.conversation_id = $2 AND b.outcome IS NOT NULL`,
    values: [...fenceValues(lease), id],
  };
}

/** The same for colleagues who have the conversation now: whoever has the baton. */
export function readEndedFor(tenantId: TenantId, conversationId: ConversationId, id: string): Query {
  return {
    text: `SELECT b.tool, b.arguments, b.state, b.outcome, c.user_id FROM background_calls b
           JOIN conversations c ON c.company_id = $1 AND c.id = b.conversation_id
           WHERE b.company_id = $1 AND b.id = $3 AND b.conversation_id = $2 AND b.outcome IS NOT NULL`,
    values: [tenantId, conversationId, id],
  };
}
