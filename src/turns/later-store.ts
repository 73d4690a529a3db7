import { z } from "zod";
import type { ChannelName } from "../core/envelope.ts";
import type { ConversationId, TenantId } from "../core/ids.ts";
import { roles } from "../core/tool.ts";
import type { Query } from "../store/database.ts";

/** The purpose under which what is said later is sealed. */
export const laterPurpose = "later.words";

/** What is sealed there. */
export const laterContent = z.object({
  text: z.string(),
  /** Of a question: who asked, and in which role. */
  senderId: z.string().optional(),
  name: z.string().optional(),
  role: z.enum(roles).optional(),
});
export type LaterContent = z.output<typeof laterContent>;

/** Something to be said later. */
export interface LaterRow {
  readonly id: string;
  readonly conversationId: ConversationId;
  readonly kind: "question" | "reminder";
  readonly sealed: Buffer;
  readonly dueInMs: number;
  readonly throughSeq: number;
  readonly correlationId: string;
}

/** Keeps it, once for its id; no row where it is there, or `most` of its kind wait in the conversation already. */
export function insertLater(tenantId: TenantId, row: LaterRow, most: number): Query {
  return {
    text: `INSERT INTO later_words (company_id, id, conversation_id, kind, content, due_at, epoch, through_seq, correlation_id)
           SELECT $1, $2, c.id, $4, $5, clock_timestamp() + $6 * interval '1 millisecond', c.epoch, $7, $8
           FROM conversations c WHERE c.company_id = $1 AND c.id = $3
             AND (SELECT count(*) FROM later_words l WHERE l.company_id = $1 AND l.conversation_id = $3
               AND l.kind = $4 AND l.state = 'waiting') < $9
           ON CONFLICT DO NOTHING RETURNING id`,
    values: [
      tenantId,
      row.id,
      row.conversationId,
      row.kind,
      row.sealed,
      row.dueInMs,
      row.throughSeq,
      row.correlationId,
      most,
    ],
  };
}

/** Whether it is kept, in whatever state. */
export function findLater(tenantId: TenantId, id: string): Query {
  return { text: "SELECT id FROM later_words WHERE company_id = $1 AND id = $2", values: [tenantId, id] };
}

/** What is due, across all tenants. */
export function findDue(limit: number): Query {
  return {
    text: `SELECT company_id, id FROM later_words WHERE state = 'waiting' AND due_at <= clock_timestamp()
           ORDER BY due_at LIMIT $1`,
    values: [limit],
  };
}

/** Something due, with its conversation as it is now. */
export interface DueRow {
  readonly kind: "question" | "reminder";
  readonly content: Buffer;
  readonly attempts: number;
  readonly correlation_id: string | null;
  readonly conversation_id: ConversationId;
  readonly late_ms: number;
  readonly is_same_epoch: boolean;
  readonly owner_kind: string;
  readonly status: string;
  readonly channel: ChannelName;
  readonly audience: "direct" | "group" | "public" | "shared";
  readonly thread: string;
  readonly requester: string;
  readonly through_seq: string;
}

/** Locks something due, and its conversation. No row: another process told it. */
export function lockDue(tenantId: TenantId, id: string): Query {
  return {
    text: `SELECT l.kind, l.content, l.attempts, l.correlation_id, l.conversation_id, l.through_seq,
             (extract(epoch FROM clock_timestamp() - l.due_at) * 1000)::float8 AS late_ms,
             l.epoch = c.epoch AS is_same_epoch, c.owner_kind, c.status, c.channel, c.audience, c.thread,
             u.external_id AS requester
           FROM later_words l
           JOIN conversations c ON c.company_id = $1 AND c.id = l.conversation_id
           JOIN contacts u ON u.company_id = $1 AND u.id = c.user_id
           WHERE l.company_id = $1 AND l.id = $2 AND l.state = 'waiting' AND l.due_at <= clock_timestamp()
           FOR NO KEY UPDATE OF c, l`,
    values: [tenantId, id],
  };
}

/** Whether a person said something behind a place. Asked once the conversation is locked. */
export function findWordsSince(tenantId: TenantId, conversationId: ConversationId, seq: number): Query {
  return {
    text: `SELECT EXISTS (SELECT FROM messages WHERE company_id = $1 AND conversation_id = $2 AND seq > $3
             AND role IN ('user', 'staff') AND state <> 'deleted') AS moved_on`,
    values: [tenantId, conversationId, seq],
  };
}

/** Ends it. */
export function endLater(tenantId: TenantId, id: string, state: "told" | "stood down"): Query {
  return {
    text: "UPDATE later_words SET state = $3 WHERE company_id = $1 AND id = $2",
    values: [tenantId, id, state],
  };
}

/** Has it wait on. */
export function putOffLater(tenantId: TenantId, id: string, byMs: number): Query {
  return {
    text: `UPDATE later_words SET due_at = clock_timestamp() + $3 * interval '1 millisecond'
           WHERE company_id = $1 AND id = $2`,
    values: [tenantId, id, byMs],
  };
}

/** Has it wait again after a try in vain: for the next of the times, milliseconds; after the last one it is let go. */
export function tryLaterAgain(tenantId: TenantId, id: string, waitsMs: readonly number[]): Query {
  return {
    text: `UPDATE later_words SET attempts = attempts + 1,
             state = CASE WHEN attempts < cardinality($3::float8[]) THEN 'waiting' ELSE 'stood down' END,
             due_at = clock_timestamp() + coalesce(($3::float8[])[attempts + 1], 0) * interval '1 millisecond'
           WHERE company_id = $1 AND id = $2`,
    values: [tenantId, id, waitsMs],
  };
}
