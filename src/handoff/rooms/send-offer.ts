import { beginningOf, cutToLine } from "../../core/cut-text.ts";
import type { DeliveryId, MessageId, TenantId } from "../../core/ids.ts";
import { deckButton } from "../../core/deck.ts";
import { plainText } from "../../core/plain-text.ts";
import type { Button, Reply } from "../../core/reply.ts";
import { sealReply } from "../../outbox/delivery.ts";
import type { Sql } from "../../store/database.ts";
import { restate, type RoomRow } from "./room-store.ts";
import { roomNoticeId, sayInRoom, type RoomScene } from "./say-in-room.ts";

// Behind so many remarks the line has gone out of sight, and a new one is put up.
const outOfSight = 8;
const longestQuote = 80;

/**
 * Puts a Send button under what a colleague wrote among colleagues. While nothing else of Baton's stands behind it and it
 * is in sight, the same line goes on to the next remark, so that a talk among colleagues is not twice as long.
 */
export async function offerToSend(
  scene: RoomScene,
  note: { readonly id: MessageId; readonly text: string; readonly to: string },
): Promise<void> {
  const { sql, seal, room, tenantId } = scene;
  const { body, buttons } = toOffer(note);
  const standing = await findOffer(sql, tenantId, room);
  const [moved] =
    standing === undefined
      ? []
      : await sql.query(restate(tenantId, standing, sealReply(seal, { body, buttons })));
  if (moved === undefined) await sayInRoom(scene, ["offer", note.id], { body, buttons });
  else if (room.room_conversation_id !== null) scene.touched.add(room.room_conversation_id);
  const offer = moved === undefined ? roomNoticeId(room, ["offer", note.id], 0) : standing;
  await sql.query({
    text: "UPDATE rooms SET offer_id = $3, offer_for = $4 WHERE company_id = $1 AND id = $2",
    values: [tenantId, room.id, offer, note.id],
  });
}

/**
 * Makes the line that offered to send a message tell what becomes of it. Undefined where there is none, or where it is on
 * its way at this moment.
 */
export async function takeOffer(
  { sql, seal, tenantId, room, touched }: RoomScene,
  message: string,
  reply: Reply,
): Promise<DeliveryId | undefined> {
  const [offer] = await sql.query<{ offer_id: DeliveryId }>({
    text: `UPDATE rooms r SET offer_id = NULL, offer_for = NULL FROM rooms before
           WHERE r.company_id = $1 AND r.id = $2 AND r.offer_for = $3 AND before.company_id = $1 AND before.id = r.id
           RETURNING before.offer_id`,
    values: [tenantId, room.id, message],
  });
  if (offer === undefined || room.room_conversation_id === null) return undefined;
  const [changed] = await sql.query(restate(tenantId, offer.offer_id, sealReply(seal, reply)));
  if (changed === undefined) return undefined;
  touched.add(room.room_conversation_id);
  return offer.offer_id;
}

function toOffer({
  id,
  text,
  to,
}: {
  readonly id: MessageId;
  readonly text: string;
  readonly to: string;
}): Reply & { readonly buttons: readonly Button[] } {
  const quote = plainText(cutToLine(text, longestQuote));
  const label = beginningOf(`Send to ${to}`, 40);
  const button = deckButton("send", label, { conversationId: id, style: "primary" });
  return { body: `📝 Among colleagues: “${quote}”`, buttons: [button] };
}

/** The line, if it is still the last thing Baton said in the room's thread. */
async function findOffer(
  sql: Sql,
  tenantId: TenantId,
  { id }: Pick<RoomRow, "id">,
): Promise<DeliveryId | undefined> {
  const [row] = await sql.query<{ offer_id: DeliveryId }>({
    text: `SELECT r.offer_id FROM rooms r
           JOIN deliveries d ON d.company_id = $1 AND d.id = r.offer_id
           JOIN conversations c ON c.company_id = $1 AND c.id = r.room_conversation_id
           WHERE r.company_id = $1 AND r.id = $2 AND d.seq > (c.last_seq - ${outOfSight}) * 1000
             AND NOT EXISTS (SELECT FROM deliveries l
               WHERE l.company_id = $1 AND l.conversation_id = d.conversation_id AND l.seq > d.seq)`,
    values: [tenantId, id],
  });
  return row?.offer_id;
}
