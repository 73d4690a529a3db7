import type { DeliveryId, MessageId, TenantId } from "../../core/ids.ts";
import type { Query } from "../../store/database.ts";
import type { RoomRow } from "./room-store.ts";

/** Something the person said that the room does not show yet, or shows as it was. */
export interface Unmirrored {
  readonly id: MessageId;
  readonly seq: string;
  /** The bot answers them while they wait. */
  readonly role: "user" | "assistant";
  readonly content: Buffer;
  readonly deleted_at: Date | null;
}

/** What the person said since the room was last told, and what the bot answered them meanwhile, oldest first. */
export function findUnmirrored(tenantId: TenantId, room: RoomRow): Query {
  return {
    text: `SELECT id, seq, role, content, deleted_at FROM messages
           WHERE company_id = $1 AND conversation_id = $2 AND seq > $3 AND kind = 'message'
             AND (role = 'user' OR role = 'assistant' AND turn_id IS NOT NULL)
           ORDER BY seq LIMIT 100`,
    values: [tenantId, room.conversation_id, room.mirrored_seq],
  };
}

/** A message is in the room, in these pieces. */
export function noteMirrored(
  tenantId: TenantId,
  roomId: string,
  { id, seq }: Unmirrored,
  pieces: readonly DeliveryId[],
): Query {
  return {
    text: `WITH room AS (UPDATE rooms SET mirrored_seq = $4 WHERE company_id = $1 AND id = $2)
           INSERT INTO room_mirrors (company_id, room_id, message_id, pieces, deliveries)
           VALUES ($1, $2, $3, cardinality($5::uuid[]), $5) ON CONFLICT DO NOTHING`,
    values: [tenantId, roomId, id, seq, pieces],
  };
}

/** What a room shows of a message is not what its person says any more; in the transaction that changes the message. */
export function staleMirrors(tenantId: TenantId, id: MessageId): Query {
  return {
    text: `UPDATE room_mirrors SET is_stale = true WHERE company_id = $1 AND message_id = $2 RETURNING room_id`,
    values: [tenantId, id],
  };
}

/** Mirrored messages that changed since. */
export function findStaleMirrors(tenantId: TenantId, roomId: string): Query {
  return {
    text: `SELECT m.id, m.seq, m.role, m.content, m.deleted_at, x.pieces FROM room_mirrors x
           JOIN messages m ON m.company_id = $1 AND m.id = x.message_id
           WHERE x.company_id = $1 AND x.room_id = $2 AND x.is_stale FOR UPDATE OF x`,
    values: [tenantId, roomId],
  };
}

/** A mirrored message is as it should be, in so many pieces. */
export function freshMirror(tenantId: TenantId, roomId: string, id: MessageId, pieces: number): Query {
  return {
    text: `UPDATE room_mirrors SET is_stale = false, pieces = $4 WHERE company_id = $1 AND room_id = $2 AND message_id = $3`,
    values: [tenantId, roomId, id, pieces],
  };
}
