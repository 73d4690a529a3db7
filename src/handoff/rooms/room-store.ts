import type { Owner } from "../../core/conversation.ts";
import type { ChannelName } from "../../core/envelope.ts";
import type { ConversationId, DeliveryId, StaffId, TenantId } from "../../core/ids.ts";
import type { Query, Sql } from "../../store/database.ts";

/** The purpose under which what a card tells is sealed. */
export const briefPurpose = "room.brief";

/** A room as it is stored. */
export interface RoomRow {
  readonly id: string;
  /** The conversation that is worked on. */
  readonly conversation_id: ConversationId;
  readonly card_conversation_id: ConversationId;
  readonly card_id: DeliveryId;
  /** Where colleagues write; null until the card stands. The conversation itself where they share its thread. */
  readonly room_conversation_id: ConversationId | null;
  readonly state: "opening" | "open" | "closed";
  readonly brief: Buffer;
  readonly mirrored_seq: string;
  readonly replies: number;
  /** Whose words in the thread go out to the person at once. */
  readonly live_staff: StaffId | null;
  readonly correlation_id: string | null;
  readonly created_at: Date;
}

const columns = `r.id, r.conversation_id, r.card_conversation_id, r.card_id, r.room_conversation_id, r.state, r.brief,
  r.mirrored_seq, r.replies, r.live_staff, r.correlation_id, r.created_at`;

/** The room whose thread a conversation is; undefined for any other conversation. */
export function findRoomAt(
  ask: Sql["query"],
  tenantId: TenantId,
  place: ConversationId,
): Promise<RoomRow | undefined> {
  return findNewest(ask, "room_conversation_id", [tenantId, place]);
}

/** The newest room of a conversation. */
export function findRoomOf(
  ask: Sql["query"],
  tenantId: TenantId,
  conversation: ConversationId,
): Promise<RoomRow | undefined> {
  return findNewest(ask, "conversation_id", [tenantId, conversation]);
}

async function findNewest(
  ask: Sql["query"],
  column: "room_conversation_id" | "conversation_id",
  values: readonly [TenantId, ConversationId],
): Promise<RoomRow | undefined> {
  const [row] = await ask<RoomRow>({
    text: `SELECT ${columns} FROM rooms r WHERE r.company_id = $1 AND r.${column} = $2
           ORDER BY r.created_at DESC LIMIT 1`,
    values: [...values],
  });
  return row;
}

/** Locks the conversation a room is about: before the room itself, as everybody does. */
export function lockPerson(tenantId: TenantId, id: string): Query {
  return {
    text: `SELECT c.id FROM rooms r JOIN conversations c ON c.company_id = $1 AND c.id = r.conversation_id
           WHERE r.company_id = $1 AND r.id = $2 FOR NO KEY UPDATE OF c`,
    values: [tenantId, id],
  };
}

/** A room by its id, locked until the transaction ends. */
export async function lockRoom(sql: Sql, tenantId: TenantId, id: string): Promise<RoomRow | undefined> {
  const [row] = await sql.query<RoomRow>({
    text: `SELECT ${columns} FROM rooms r WHERE r.company_id = $1 AND r.id = $2 FOR UPDATE`,
    values: [tenantId, id],
  });
  return row;
}

/** Opens a room, once; `mirrored_seq` begins behind everything said so far. */
export function insertRoom(
  tenantId: TenantId,
  room: {
    readonly id: string;
    readonly conversationId: ConversationId;
    readonly cardConversationId: ConversationId;
    readonly cardId: DeliveryId;
    readonly roomConversationId: ConversationId | undefined;
    readonly brief: Buffer;
    readonly correlationId: string;
  },
): Query {
  return {
    text: `INSERT INTO rooms (company_id, id, conversation_id, card_conversation_id, card_id, room_conversation_id, state,
             brief, mirrored_seq, correlation_id)
           SELECT $1, $2, $3, $4, $5, $6::uuid, CASE WHEN $6::uuid IS NULL THEN 'opening' ELSE 'open' END, $7, last_seq, $8
           FROM conversations WHERE company_id = $1 AND id = $3
           ON CONFLICT DO NOTHING`,
    values: [
      tenantId,
      room.id,
      room.conversationId,
      room.cardConversationId,
      room.cardId,
      room.roomConversationId ?? null,
      room.brief,
      room.correlationId,
    ],
  };
}

/** What the card shows is not true any more. Nobody is live but whoever has the conversation. */
export function staleCard(
  tenantId: TenantId,
  id: string,
  to: {
    readonly state?: RoomRow["state"] | undefined;
    readonly brief?: Buffer | undefined;
    readonly holder?: StaffId | undefined;
  },
): Query {
  return {
    text: `UPDATE rooms SET is_card_stale = true, brief = coalesce($4, brief),
             live_staff = CASE WHEN live_staff = $5 THEN live_staff END,
             state = CASE WHEN $3 = 'open' AND room_conversation_id IS NULL THEN 'opening' ELSE coalesce($3, state) END
           WHERE company_id = $1 AND id = $2`,
    values: [tenantId, id, to.state ?? null, to.brief ?? null, to.holder ?? null],
  };
}

/** From now on what this colleague writes goes out at once; null: nobody's does. */
export function setLive(tenantId: TenantId, id: string, staff: StaffId | null): Query {
  return {
    text: "UPDATE rooms SET live_staff = $3, is_card_stale = true WHERE company_id = $1 AND id = $2",
    values: [tenantId, id, staff],
  };
}

/** The card's text is as it should be. */
export function freshCard(tenantId: TenantId, id: string): Query {
  return {
    text: "UPDATE rooms SET is_card_stale = false WHERE company_id = $1 AND id = $2",
    values: [tenantId, id],
  };
}

/** Everything said so far is told in another way. */
export function skipToNow(tenantId: TenantId, { id, conversation_id }: RoomRow): Query {
  return {
    text: `UPDATE rooms r SET mirrored_seq = c.last_seq FROM conversations c
           WHERE r.company_id = $1 AND r.id = $2 AND c.company_id = $1 AND c.id = $3`,
    values: [tenantId, id, conversation_id],
  };
}

/** The platform a conversation stands on. */
export async function channelOf(
  sql: Sql,
  tenantId: TenantId,
  id: ConversationId,
): Promise<ChannelName | undefined> {
  const [row] = await sql.query<{ channel: ChannelName }>({
    text: "SELECT channel FROM conversations WHERE company_id = $1 AND id = $2",
    values: [tenantId, id],
  });
  return row?.channel;
}

/** Who has a conversation, as its card shows it. */
export interface Standing {
  readonly owner_kind: Owner["kind"];
  readonly owner_queue: string | null;
  readonly status: "active" | "escalated" | "snoozed" | "closed";
  readonly waiting_since: Date | null;
  readonly snoozed_until: Date | null;
  readonly holder: string | null;
  readonly since: Date | null;
  /** What the person speaks, or their platform does. */
  readonly language: string | null;
  /** The bot has answered in it. */
  readonly is_answered: boolean;
}

/** Who has a conversation and since when. */
export async function findStanding(
  sql: Sql,
  tenantId: TenantId,
  id: ConversationId,
): Promise<Standing | undefined> {
  const [row] = await sql.query<Standing>({
    text: `SELECT c.owner_kind, c.owner_queue, c.status, c.waiting_since, c.snoozed_until, s.name AS holder,
             (SELECT max(at) FROM audit a WHERE a.company_id = $1 AND a.conversation_id = $2
                AND a.data->>'to' = 'human') AS since,
             (SELECT coalesce(u.language, u.locale) FROM contacts u WHERE u.company_id = $1 AND u.id = c.user_id) AS language,
             EXISTS (SELECT FROM messages a WHERE a.company_id = $1 AND a.conversation_id = $2 AND a.role = 'assistant'
               AND a.kind = 'message' AND a.turn_id IS NOT NULL AND a.deleted_at IS NULL) AS is_answered
           FROM conversations c LEFT JOIN staff s ON s.company_id = $1 AND s.id = c.owner_staff
           WHERE c.company_id = $1 AND c.id = $2`,
    values: [tenantId, id],
  });
  return row;
}

/**
 * Says something else in the place of a message of ours: what waits is sent as this, whole, what stands is changed to
 * it. No row while it is on its way, or where it never arrived.
 */
export function restate(tenantId: TenantId, id: DeliveryId, body: Buffer): Query {
  return {
    text: `UPDATE deliveries SET body = $3, state = 'pending', attempts = 0, pieces_sent = 0, error = NULL,
             next_attempt_at = CASE WHEN state = 'sent' THEN clock_timestamp() ELSE next_attempt_at END
           WHERE company_id = $1 AND id = $2 AND (state = 'pending' OR (state = 'sent' AND ref IS NOT NULL)) RETURNING id`,
    values: [tenantId, id, body],
  };
}

/** Whether a message of ours can still become something else: it waits, is on its way, or stands. */
export async function mayChange(sql: Sql, tenantId: TenantId, id: DeliveryId): Promise<boolean> {
  const rows = await sql.query({
    text: `SELECT 1 FROM deliveries WHERE company_id = $1 AND id = $2 AND state NOT IN ('failed', 'unknown', 'cancelled')`,
    values: [tenantId, id],
  });
  return rows.length > 0;
}

/** Rooms of all companies that something is to be done about. */
export function findRoomsDue(limit: number): Query {
  return {
    text: `SELECT DISTINCT company_id, id FROM (
             SELECT r.company_id, r.id FROM rooms r
             JOIN deliveries d ON d.company_id = r.company_id AND d.id = r.card_id AND d.state = 'sent'
             WHERE r.room_conversation_id IS NULL
             UNION ALL SELECT company_id, id FROM rooms WHERE is_card_stale AND room_conversation_id IS NOT NULL
             UNION ALL SELECT company_id, room_id FROM room_mirrors WHERE is_stale
             UNION ALL SELECT company_id, room_id FROM room_replies WHERE is_changed
             UNION ALL SELECT company_id, room_id FROM room_replies p
             WHERE NOT is_told AND NOT EXISTS (SELECT FROM deliveries d
               WHERE d.company_id = p.company_id AND d.id = ANY (p.deliveries) AND d.state IN ('pending', 'sending'))) due
           LIMIT $1`,
    values: [limit],
  };
}

/** Rooms of one conversation, or with their card in it, that something may be due for. */
export function findRoomsAbout(tenantId: TenantId, conversation: ConversationId): Query {
  return {
    text: `SELECT id FROM rooms WHERE company_id = $1 AND conversation_id = $2
             AND (state <> 'closed' OR is_card_stale OR EXISTS (SELECT FROM room_replies p
               WHERE p.company_id = $1 AND p.room_id = rooms.id AND NOT p.is_told))
           UNION SELECT id FROM rooms WHERE company_id = $1 AND room_conversation_id IS NULL AND card_conversation_id = $2
           UNION SELECT r.id FROM rooms r JOIN room_replies p ON p.company_id = $1 AND p.room_id = r.id AND p.is_changed
             WHERE r.company_id = $1 AND r.room_conversation_id = $2`,
    values: [tenantId, conversation],
  };
}

/** The room is given up: its card never stood anywhere. */
export function closeRoom(tenantId: TenantId, id: string): Query {
  return {
    text: "UPDATE rooms SET state = 'closed' WHERE company_id = $1 AND id = $2",
    values: [tenantId, id],
  };
}
