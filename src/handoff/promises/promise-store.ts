import type { ConversationId, MessageId, StaffId, TenantId } from "../../core/ids.ts";
import type { Query } from "../../store/database.ts";

/** The purpose under which the words of a promise are sealed. */
export const promisePurpose = "promise.words";

/** A promise as it is kept, with the name of whose it is. */
export interface PromiseRow {
  readonly id: string;
  readonly conversation_id: ConversationId;
  readonly words: Buffer;
  readonly due_at: Date;
  readonly owner: string;
}

/** Keeps a promise, once; a repeated message keeps nothing twice. */
export function insertPromise(
  tenantId: TenantId,
  promise: {
    readonly id: string;
    readonly conversationId: ConversationId;
    readonly messageId: MessageId;
    readonly staff: StaffId;
    readonly words: Buffer;
    readonly dueAt: Date;
  },
): Query {
  const { id, conversationId, messageId, staff, words, dueAt } = promise;
  return {
    text: `INSERT INTO promises (company_id, id, conversation_id, message_id, by_staff, words, due_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING id`,
    values: [tenantId, id, conversationId, messageId, staff, words, dueAt],
  };
}

/** What was said in a message that was taken back, or says something else now, is promised no more. */
export function forgetPromises(tenantId: TenantId, messageId: MessageId): Query {
  return {
    text: "DELETE FROM promises WHERE company_id = $1 AND message_id = $2",
    values: [tenantId, messageId],
  };
}

/** Open promises of a conversation that nobody who was to resolve it was asked about yet. From then on they were. */
export function askAbout(tenantId: TenantId, conversationId: ConversationId): Query {
  return {
    text: `WITH asked AS (
             UPDATE promises SET asked_at = clock_timestamp()
             WHERE company_id = $1 AND conversation_id = $2 AND state = 'open' AND asked_at IS NULL
             RETURNING id, conversation_id, words, due_at, by_staff)
           SELECT a.id, a.conversation_id, a.words, a.due_at, s.name AS owner FROM asked a
           JOIN staff s ON s.company_id = $1 AND s.id = a.by_staff ORDER BY a.due_at`,
    values: [tenantId, conversationId],
  };
}

/** A conversation that ended has no open promises. */
export function dropPromises(tenantId: TenantId, conversationId: ConversationId): Query {
  return {
    text: "UPDATE promises SET state = 'dropped' WHERE company_id = $1 AND conversation_id = $2 AND state = 'open'",
    values: [tenantId, conversationId],
  };
}

/** A colleague says what became of a promise; no row where somebody has said so before. */
export function settlePromise(tenantId: TenantId, id: string, state: "kept" | "dropped"): Query {
  return {
    text: `UPDATE promises SET state = $3 WHERE company_id = $1 AND id = $2 AND state = 'open' RETURNING id`,
    values: [tenantId, id, state],
  };
}

/** A colleague wants another day for it: it is reminded of again. */
export function putOffPromise(tenantId: TenantId, id: string, dueAt: Date): Query {
  return {
    text: `UPDATE promises SET due_at = $3, reminded_at = NULL, asked_at = NULL
           WHERE company_id = $1 AND id = $2 AND state = 'open' RETURNING id`,
    values: [tenantId, id, dueAt],
  };
}

/** Open promises of all companies whose time has come and that nobody was reminded of. */
export function findPromisesDue(most: number): Query {
  return {
    text: `SELECT company_id, id, conversation_id FROM promises
           WHERE state = 'open' AND reminded_at IS NULL AND due_at <= clock_timestamp() LIMIT $1`,
    values: [most],
  };
}

/** Takes the reminder of one promise: no row where another process has. */
export function takeReminder(tenantId: TenantId, id: string): Query {
  return {
    text: `WITH due AS (
             UPDATE promises SET reminded_at = clock_timestamp()
             WHERE company_id = $1 AND id = $2 AND state = 'open' AND reminded_at IS NULL AND due_at <= clock_timestamp()
             RETURNING id, conversation_id, words, due_at, by_staff)
           SELECT d.id, d.conversation_id, d.words, d.due_at, s.name AS owner FROM due d
           JOIN staff s ON s.company_id = $1 AND s.id = d.by_staff`,
    values: [tenantId, id],
  };
}
