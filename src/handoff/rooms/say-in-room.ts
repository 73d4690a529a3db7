import type { ConversationId, TenantId } from "../../core/ids.ts";
import type { Button, Reply } from "../../core/reply.ts";
import type { Sql } from "../../store/database.ts";
import type { TenantSeal } from "../../store/seal.ts";
import type { ChannelName } from "../../core/envelope.ts";
import { noticeIdOf, toNotice, type SystemNotice } from "../notice.ts";
import { channelOf, type RoomRow } from "./room-store.ts";

/** Cuts words into those of single messages, as a platform takes them. */
export type Split = (channel: ChannelName, body: string) => readonly string[];

/** A transaction around one room. */
export interface RoomScene {
  readonly sql: Sql;
  readonly seal: TenantSeal;
  readonly split: Split;
  readonly tenantId: TenantId;
  readonly room: RoomRow;
  /** Conversations in which something is to be sent now. */
  readonly touched: Set<ConversationId>;
}

/** Puts words into a room's thread, in as many messages as they take; once for each cause. Gives how many. */
export async function sayInRoom(
  scene: RoomScene,
  cause: readonly [string, ...string[]],
  words: string,
  buttons?: readonly Button[],
): Promise<number> {
  const { sql, seal, room, tenantId } = scene;
  const place = room.room_conversation_id;
  if (place === null) throw new Error("rooms: nothing can be said in a room that has no thread yet");
  const pieces = await cut(scene, place, words);
  for (const [index, body] of pieces.entries()) {
    const isLast = index === pieces.length - 1;
    const reply: Reply = { body, ...(isLast && buttons !== undefined && { buttons }) };
    await sql.query(toNotice(seal, toRoomNotice(tenantId, room, place, { cause, index, reply })));
  }
  scene.touched.add(place);
  return pieces.length;
}

/** Words as the room's platform takes them. */
export async function cut(
  { sql, split, tenantId }: Pick<RoomScene, "sql" | "split" | "tenantId">,
  place: ConversationId,
  words: string,
): Promise<readonly string[]> {
  const channel: ChannelName | undefined = await channelOf(sql, tenantId, place);
  return channel === undefined ? [words] : split(channel, words);
}

/** The delivery of the words' `index`th message. */
export function roomNoticeId(room: Pick<RoomRow, "id">, cause: readonly string[], index: number) {
  return noticeIdOf({ kind: "room", cause: [room.id, ...cause, String(index)] });
}

function toRoomNotice(
  tenantId: TenantId,
  room: RoomRow,
  conversationId: ConversationId,
  {
    cause,
    index,
    reply,
  }: { readonly cause: readonly string[]; readonly index: number; readonly reply: Reply },
): SystemNotice {
  return {
    tenantId,
    conversationId,
    correlationId: room.correlation_id ?? "",
    kind: "room",
    cause: [room.id, ...cause, String(index)],
    recipient: "",
    reply,
  };
}
