import type { ConversationId, DeliveryId, MessageId, StaffId, TenantId } from "../../core/ids.ts";
import type { Query, Sql } from "../../store/database.ts";

/** As whom a colleague speaks to the person. */
export type Identity = "named" | "role" | "anonymous";

/** What a colleague sent out of a room. */
export interface ReplyRow {
  readonly id: string;
  readonly room_id: string;
  readonly number: number;
  readonly conversation_id: ConversationId;
  readonly message_id: MessageId;
  readonly deliveries: readonly DeliveryId[];
  readonly line_id: DeliveryId;
  readonly by_staff: StaffId;
  readonly identity: Identity;
  readonly state: "held" | "sent" | "failed" | "undone";
}

const columns = `p.id, p.room_id, p.number, p.conversation_id, p.message_id, p.deliveries, p.line_id, p.by_staff, p.identity, p.state`;

/** The next number of a room's replies. */
export async function nextNumber(sql: Sql, tenantId: TenantId, roomId: string): Promise<number> {
  const [row] = await sql.query<{ replies: number }>({
    text: "UPDATE rooms SET replies = replies + 1 WHERE company_id = $1 AND id = $2 RETURNING replies",
    values: [tenantId, roomId],
  });
  if (row === undefined) throw new Error("rooms: a room that was locked is gone");
  return row.replies;
}

/**
 * Puts what a colleague says to the person in the outbox, outside of the bot's fence and held back for a moment, and in the
 * history as the colleague's.
 */
export function enqueueReply(
  tenantId: TenantId,
  reply: Omit<ReplyRow, "state" | "line_id"> & {
    readonly line_id: DeliveryId;
    readonly recipient: string;
    readonly bodies: readonly Buffer[];
    readonly content: Buffer;
    readonly holdMs: number;
    /** The colleague's message the words stand in. */
    readonly sourceId: string;
    readonly correlationId: string;
  },
): Query {
  return {
    text: `WITH conversation AS (
             UPDATE conversations SET last_seq = last_seq + 1, updated_at = now() WHERE company_id = $1 AND id = $2
             RETURNING last_seq
           ), message AS (
             INSERT INTO messages (company_id, id, conversation_id, seq, role, content, correlation_id)
             SELECT $1, $3, $2, last_seq, 'staff', $4, $5 FROM conversation ON CONFLICT DO NOTHING
           ), delivery AS (
             INSERT INTO deliveries (company_id, id, conversation_id, part, seq, kind, recipient, body, correlation_id, next_attempt_at)
             SELECT $1, d.id, $2, d.part - 1, last_seq * 1000 + d.part - 1, 'notice', $6, d.body, $5,
               clock_timestamp() + $7 * interval '1 millisecond'
             FROM conversation, unnest($8::uuid[], $9::bytea[]) WITH ORDINALITY AS d (id, body, part) ON CONFLICT DO NOTHING
           )
           INSERT INTO room_replies (company_id, id, room_id, number, conversation_id, message_id, deliveries, line_id, by_staff, identity, source_id)
           VALUES ($1, $10, $11, $12, $2, $3, $8, $13, $14, $15, $16) ON CONFLICT DO NOTHING`,
    values: [
      tenantId,
      reply.conversation_id,
      reply.message_id,
      reply.content,
      reply.correlationId,
      reply.recipient,
      reply.holdMs,
      reply.deliveries,
      reply.bodies,
      reply.id,
      reply.room_id,
      reply.number,
      reply.line_id,
      reply.by_staff,
      reply.identity,
      reply.sourceId,
    ],
  };
}

/** A reply by its number, locked; the newest one that is not taken back where no number is given. */
export async function lockReply(
  sql: Sql,
  tenantId: TenantId,
  roomId: string,
  which: {
    readonly number?: number | undefined;
    readonly by?: StaffId | undefined;
    readonly id?: string | undefined;
  },
): Promise<ReplyRow | undefined> {
  const [row] = await sql.query<ReplyRow>({
    text: `SELECT ${columns} FROM room_replies p WHERE p.company_id = $1 AND p.room_id = $2
             AND ($3::int IS NULL OR p.number = $3) AND ($4::uuid IS NULL OR p.by_staff = $4)
             AND ($3::int IS NOT NULL OR p.state <> 'undone') AND ($5::uuid IS NULL OR p.id = $5)
           ORDER BY p.number DESC LIMIT 1 FOR UPDATE`,
    values: [tenantId, roomId, which.number ?? null, which.by ?? null, which.id ?? null],
  });
  return row;
}

/** Takes a reply back of which nothing was sent yet: all of its messages, or none. True when it will not be sent. */
export async function withdrawReply(sql: Sql, tenantId: TenantId, reply: ReplyRow): Promise<boolean> {
  const held = await sql.query<{ state: string }>({
    text: "SELECT state FROM deliveries WHERE company_id = $1 AND id = ANY ($2::uuid[]) ORDER BY id FOR UPDATE",
    values: [tenantId, reply.deliveries],
  });
  if (held.length === 0 || held.some(({ state }) => state !== "pending")) return false;
  await sql.query({
    text: `WITH gone AS (
             UPDATE deliveries SET state = 'cancelled', error = 'taken back' WHERE company_id = $1 AND id = ANY ($2::uuid[])
           ), said AS (
             UPDATE messages SET state = 'deleted', deleted_at = now() WHERE company_id = $1 AND id = $3)
           UPDATE room_replies SET state = 'undone', is_told = false WHERE company_id = $1 AND id = $4`,
    values: [tenantId, reply.deliveries, reply.message_id, reply.id],
  });
  return true;
}

/** Replies of a room whose end the room has not been told, with what became of their messages. */
export function findUntold(tenantId: TenantId, roomId: string): Query {
  return {
    text: `SELECT ${columns}, s.name AS author,
             (SELECT json_agg(json_build_object('state', d.state, 'error', d.error)) FROM deliveries d
               WHERE d.company_id = $1 AND d.id = ANY (p.deliveries)) AS outcomes
           FROM room_replies p JOIN staff s ON s.company_id = $1 AND s.id = p.by_staff
           WHERE p.company_id = $1 AND p.room_id = $2 AND NOT p.is_told ORDER BY p.number FOR UPDATE OF p`,
    values: [tenantId, roomId],
  };
}

/** A reply with what became of its messages. */
export interface UntoldReply extends ReplyRow {
  readonly author: string;
  readonly outcomes: readonly { readonly state: string; readonly error: string | null }[] | null;
}

/** The room knows how a reply ended. */
export function noteTold(tenantId: TenantId, id: string, state: ReplyRow["state"]): Query {
  return {
    text: "UPDATE room_replies SET is_told = true, state = $3 WHERE company_id = $1 AND id = $2",
    values: [tenantId, id, state],
  };
}

/** A reply was changed after it was sent, so its end is told anew. */
export function noteEdited(
  tenantId: TenantId,
  reply: ReplyRow,
  deliveries: readonly DeliveryId[],
  content: Buffer,
): Query {
  return {
    text: `WITH said AS (UPDATE messages SET content = $4, edited_at = now() WHERE company_id = $1 AND id = $3)
           UPDATE room_replies SET is_told = false, deliveries = $5 WHERE company_id = $1 AND id = $2`,
    values: [tenantId, reply.id, reply.message_id, content, deliveries],
  };
}

/** A message of a colleague was changed or deleted: what was sent of it is not true any more. */
export function staleReplies(tenantId: TenantId, source: MessageId): Query {
  return {
    text: `UPDATE room_replies SET is_changed = true WHERE company_id = $1 AND source_id = $2
             AND state IN ('held', 'sent') RETURNING room_id`,
    values: [tenantId, source],
  };
}

/** A reply with its colleague's message as it is now. */
export interface ChangedReply extends ReplyRow {
  readonly author: string;
  /** What was sent. */
  readonly content: Buffer;
  readonly language: string | null;
  readonly source: Buffer;
  readonly edited_at: Date | null;
  readonly deleted_at: Date | null;
}

/** Replies of a room whose colleague's message changed since. */
export function findChanged(tenantId: TenantId, roomId: string): Query {
  return {
    text: `SELECT ${columns}, s.name AS author, coalesce(u.language, u.locale) AS language, m.content AS source, m.edited_at,
             m.deleted_at, said.content
           FROM room_replies p JOIN staff s ON s.company_id = $1 AND s.id = p.by_staff
           JOIN messages m ON m.company_id = $1 AND m.id = p.source_id
           JOIN messages said ON said.company_id = $1 AND said.id = p.message_id
           JOIN conversations c ON c.company_id = $1 AND c.id = p.conversation_id
           JOIN contacts u ON u.company_id = $1 AND u.id = c.user_id
           WHERE p.company_id = $1 AND p.room_id = $2 AND p.is_changed ORDER BY p.number FOR UPDATE OF p`,
    values: [tenantId, roomId],
  };
}

/** What was sent is what its colleague's message says. */
export function freshReply(tenantId: TenantId, id: string): Query {
  return {
    text: "UPDATE room_replies SET is_changed = false WHERE company_id = $1 AND id = $2",
    values: [tenantId, id],
  };
}
