import type { ConversationId, TenantId } from "../../core/ids.ts";
import type { Reply } from "../../core/reply.ts";
import { fitReply } from "../../outbox/cut-reply.ts";
import type { Sql } from "../../store/database.ts";
import type { TenantSeal } from "../../store/seal.ts";
import type { ChannelName } from "../../core/envelope.ts";
import { noticeIdOf, toNotice, type SystemNotice } from "../notice.ts";
import { channelOf, type RoomRow } from "./room-store.ts";

/** Cuts a reply into those of single messages, as a platform takes them with what hangs on them. */
export type Split = (channel: ChannelName, reply: Reply) => readonly Reply[];

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
  said: string | Pick<Reply, "body" | "buttons" | "mentions">,
): Promise<number> {
  const { sql, seal, room, tenantId } = scene;
  const place = room.room_conversation_id;
  if (place === null) throw new Error("rooms: nothing can be said in a room that has no thread yet");
  const pieces = await cut(scene, place, typeof said === "string" ? { body: said } : said);
  for (const [index, reply] of pieces.entries()) {
    await sql.query(toNotice(seal, toRoomNotice(tenantId, room, place, { cause, index, reply })));
  }
  scene.touched.add(place);
  return pieces.length;
}

/** A reply as the platform takes it on which that conversation is held. */
export async function cut(
  scene: Pick<RoomScene, "sql" | "split" | "tenantId">,
  place: ConversationId,
  reply: Reply,
): Promise<readonly Reply[]> {
  return (await splitFor(scene, place))(reply);
}

/** How the platform on which that conversation is held cuts replies. */
async function splitFor(
  { sql, split, tenantId }: Pick<RoomScene, "sql" | "split" | "tenantId">,
  place: ConversationId,
): Promise<(reply: Reply) => readonly Reply[]> {
  const channel = await channelOf(sql, tenantId, place);
  return (reply) => (channel === undefined ? [reply] : split(channel, reply));
}

/**
 * Words in as many messages as stand there already: what is too long now ends early, what is short leaves marks. Each
 * fits its platform's message.
 */
export async function cutAgain(
  scene: Pick<RoomScene, "sql" | "split" | "tenantId">,
  place: ConversationId,
  { words, count }: { readonly words: string; readonly count: number },
): Promise<readonly string[]> {
  const split = await splitFor(scene, place);
  const pieces = split({ body: words }).map(({ body }) => body);
  if (pieces.length <= count) return Array.from({ length: count }, (_, index) => pieces[index] ?? "…");
  const last = fitReply({ split }, { body: pieces.slice(count - 1).join("\n\n") });
  return [...pieces.slice(0, count - 1), last.body];
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
