import type { Attachment, ChannelName } from "../../core/envelope.ts";
import { threadIdOf } from "../../core/envelope.ts";
import { toTextLanguage } from "../../core/texts/texts.ts";
import type { ConversationId, TenantId } from "../../core/ids.ts";
import { conversationIdOf } from "../../inbox/conversation-key.ts";
import type { Reply } from "../../core/reply.ts";
import { tryOpenContent } from "../../inbox/message-content.ts";
import { sealReply } from "../../outbox/delivery.ts";
import type { Sql } from "../../store/database.ts";
import type { TenantSeal } from "../../store/seal.ts";
import { parseBrief } from "./brief.ts";
import { readMatter } from "./room-matter.ts";
import { toWaitWords } from "../waiting/wait-words.ts";
import { findWaiting } from "../waiting/waiting-store.ts";
import { correctReplies } from "./correct-replies.ts";
import { keepLeftContact } from "./left-contact.ts";
import { insertFiles } from "./room-file-store.ts";
import { findUntold, noteTold, type UntoldReply } from "./reply-store.ts";
import {
  findStaleMirrors,
  findUnmirrored,
  freshMirror,
  noteMirrored,
  type Unmirrored,
} from "./mirror-store.ts";
import {
  briefPurpose,
  channelOf,
  findStanding,
  freshCard,
  lockPerson,
  lockRoom,
  mayChange,
  restate,
  type RoomRow,
  type Standing,
} from "./room-store.ts";
import { toAnsweredMark, wordsBehindQuote, type ShowsAnswered } from "./replied-to.ts";
import { findCard, linkRoom, openThread, type StandingCard } from "./thread-store.ts";
import { suggestUnasked } from "./suggest-unasked.ts";
import {
  toCard,
  toDeleted,
  toMirrored,
  toMirroredAnswer,
  toReplyLine,
  toRoomGreeting,
  toThreadCard,
} from "./room-words.ts";
import { cutAgain, roomNoticeId, sayInRoom, type RoomScene, type Split } from "./say-in-room.ts";

/** A transaction in which a room is looked after. */
export interface Looking {
  readonly sql: Sql;
  readonly seal: TenantSeal;
  readonly split: Split;
  readonly tenantId: TenantId;
  readonly timeZone: string;
  readonly showsAnswered: ShowsAnswered;
  /** Conversations in which something is to be sent now. */
  readonly touched: Set<ConversationId>;
  /** A reply is suggested to colleagues in each new room. */
  readonly suggests: boolean;
  /** Replies that are to be suggested; added to. */
  readonly wanted: Set<string>;
}

type Scene = RoomScene & Pick<Looking, "touched" | "showsAnswered">;

/** A conversation whose bell is to be rung after the commit. */
export interface ToRing {
  readonly conversationId: ConversationId;
  readonly channel: ChannelName;
}

/**
 * Does whatever is due for a room: opens its thread once the card stands, brings what the person wrote, changed or deleted,
 * tells what became of replies, and shows on the card who has the baton. All of it once, however often it is tried.
 */
export async function lookAfter(looking: Looking, id: string): Promise<readonly ToRing[]> {
  const { sql, tenantId } = looking;
  await sql.query(lockPerson(tenantId, id));
  const found = await lockRoom(sql, tenantId, id);
  const room = found?.room_conversation_id === null ? await link(looking, found) : found;
  if (room === undefined) return [];
  const standing = await findStanding(sql, tenantId, room.conversation_id);
  if (standing === undefined) return [];
  await showCard(looking, room, standing);
  const isRelay = room.room_conversation_id !== null && room.room_conversation_id !== room.conversation_id;
  if (isRelay) {
    const scene: Scene = { ...looking, room };
    if (standing.owner_kind !== "bot" && room.state === "open") await mirror(scene, standing);
    await correctMirrors(scene);
    await correctReplies(scene);
    await tellReplies(scene);
    if (standing.owner_kind === "queue" || standing.owner_kind === "human") await suggest(looking, room);
  }
  return toRing(looking);
}

async function suggest({ sql, tenantId, suggests, wanted }: Looking, room: RoomRow): Promise<void> {
  const { room_conversation_id: desk } = room;
  if (desk === null || room.state !== "open") return;
  const id = await suggestUnasked(sql, tenantId, { room, desk, always: suggests });
  if (id !== undefined) wanted.add(id);
}

/** The thread under the card is a place of its own from now on. */
async function link(looking: Looking, room: RoomRow): Promise<RoomRow | undefined> {
  const { sql, tenantId, seal } = looking;
  const [card] = await sql.query<StandingCard>(findCard(tenantId, room));
  if (card === undefined) return undefined;
  const at = { space: card.space, thread: card.ref };
  const id = conversationIdOf(card.installation_id, at);
  const place = { ...at, audience: "group" as const };
  const threadId = threadIdOf({ channel: card.channel, installation: card.installation, place });
  await sql.query(openThread(tenantId, card, { id, threadId }));
  await sql.query(linkRoom(tenantId, room.id, id));
  const state = room.state === "opening" ? "open" : room.state;
  const linked: RoomRow = { ...room, state, room_conversation_id: id };
  const { conversation_id: conversationId } = room;
  const { brief, transcript } = await readMatter(sql, seal, { tenantId, conversationId, reason: "" });
  await sayInRoom(
    { ...looking, room: linked },
    ["greeting"],
    [toRoomGreeting(brief), transcript].join("\n\n"),
  );
  return linked;
}

async function showCard(looking: Looking, room: RoomRow, standing: Standing): Promise<void> {
  const { sql, seal, tenantId, timeZone } = looking;
  const isShared = room.room_conversation_id === room.conversation_id;
  const reply = isShared
    ? toThreadCard(standing, room.conversation_id, timeZone, await waitsOf(looking, room, standing))
    : toCard(parseBrief(seal.open(briefPurpose, room.brief)), standing, room.conversation_id, {
        timeZone,
        isLive: room.live_staff !== null,
      });
  const [isStale] = await sql.query({
    text: "SELECT 1 FROM rooms WHERE company_id = $1 AND id = $2 AND is_card_stale",
    values: [tenantId, room.id],
  });
  if (isStale === undefined) return;
  const [changed] = await sql.query(restate(tenantId, room.card_id, sealReply(seal, reply)));
  if (changed !== undefined) looking.touched.add(room.card_conversation_id);
  if (changed !== undefined || !(await mayChange(sql, tenantId, room.card_id)))
    await sql.query(freshCard(tenantId, room.id));
}

/** What whoever waits in a shared thread is told of it. */
async function waitsOf({ sql, tenantId }: Looking, room: RoomRow, standing: Standing): Promise<string> {
  if (standing.owner_kind !== "queue" || standing.status !== "escalated") return "";
  const language = toTextLanguage(standing.language);
  return toWaitWords(await findWaiting(sql, tenantId, room.conversation_id), language);
}

/** What the person wrote since the last look, and what the bot answered them meanwhile. */
async function mirror(scene: Scene, { owner_kind: owner }: Standing): Promise<void> {
  const { sql, seal, room, tenantId } = scene;
  for (const message of await sql.query<Unmirrored>(findUnmirrored(tenantId, room))) {
    const cause = ["mirror", message.id] as const;
    const count = await sayInRoom(scene, cause, await toShown(scene, message));
    const pieces = Array.from({ length: count }, (_, index) => roomNoticeId(room, cause, index));
    await sql.query(noteMirrored(tenantId, room.id, message, pieces));
    const said = message.deleted_at === null ? tryOpenContent(seal, message.content) : undefined;
    if (said === undefined || message.role === "assistant") continue;
    await carryFiles(scene, message.id, said.attachments ?? []);
    if (owner === "queue") await keepLeftContact(scene, { id: message.id, text: said.text });
  }
}

/** What they attached comes behind their words, as files. */
async function carryFiles(scene: Scene, message: string, files: readonly Attachment[]): Promise<void> {
  const { sql, seal, room, tenantId } = scene;
  const { conversation_id: from, room_conversation_id: to } = room;
  if (to === null) return;
  const way = { roomId: room.id, message, from, to, recipient: "" };
  for (const query of insertFiles(tenantId, seal, files, way)) await sql.query(query);
}

type Shown = Pick<Reply, "body" | "buttons">;

async function toShown(scene: Scene, message: Unmirrored): Promise<Shown> {
  if (message.role === "user") return { body: await wordsOf(scene, message) };
  return toMirroredAnswer(message.id, tryOpenContent(scene.seal, message.content)?.text ?? "…");
}

async function wordsOf(scene: Scene, { content, deleted_at: deletedAt }: Unmirrored): Promise<string> {
  const opened = tryOpenContent(scene.seal, content);
  if (deletedAt !== null) return toDeleted(opened?.name ?? nameOf(scene));
  if (opened === undefined) return "_A message that cannot be read._";
  const files = (opened.attachments ?? []).map(({ name, mimeType }) => `${name} (${mimeType})`);
  const answered = await toAnsweredMark(scene, scene.room.conversation_id, opened.repliesTo);
  const text = answered === undefined ? opened.text : wordsBehindQuote(opened);
  return toMirrored({ name: opened.name ?? nameOf(scene), answered, text, files });
}

/** As the card calls them. */
function nameOf({ seal, room }: Scene): string | undefined {
  return parseBrief(seal.open(briefPurpose, room.brief)).name;
}

/** What they changed or took back, or a colleague put right, stands in the room as it is now. */
async function correctMirrors(scene: Scene): Promise<void> {
  const { sql, seal, room, tenantId } = scene;
  const place = room.room_conversation_id;
  if (place === null) return;
  const stale = await sql.query<Unmirrored & { readonly pieces: number }>(
    findStaleMirrors(tenantId, room.id),
  );
  for (const message of stale) {
    const { body: words, ...attached } = await toShown(scene, message);
    const shown = await cutAgain(scene, place, { words, count: message.pieces });
    let isDone = true;
    for (const [index, body] of shown.entries()) {
      const id = roomNoticeId(room, ["mirror", message.id], index);
      const reply = { body, ...(index === shown.length - 1 && attached) };
      const [changed] = await sql.query(restate(tenantId, id, sealReply(seal, reply)));
      if (changed !== undefined) scene.touched.add(place);
      if (changed === undefined && (await mayChange(sql, tenantId, id))) isDone = false;
    }
    if (isDone) await sql.query(freshMirror(tenantId, room.id, message.id, message.pieces));
  }
}

/** What became of replies, in the lines that announced them. */
async function tellReplies({ sql, seal, room, tenantId, touched }: Scene): Promise<void> {
  for (const reply of await sql.query<UntoldReply>(findUntold(tenantId, room.id))) {
    const end = endOf(reply);
    if (end === undefined) continue;
    const words = toReplyLine(reply.number, end, end.state === "failed" ? waysTo(seal, room) : []);
    const [changed] = await sql.query(restate(tenantId, reply.line_id, sealReply(seal, { body: words })));
    if (changed !== undefined && room.room_conversation_id !== null) touched.add(room.room_conversation_id);
    if (changed !== undefined || !(await mayChange(sql, tenantId, reply.line_id)))
      await sql.query(noteTold(tenantId, reply.id, end.state));
  }
}

/** Other ways to the person that they have named. */
function waysTo(seal: TenantSeal, room: RoomRow): readonly string[] {
  const { facts } = parseBrief(seal.open(briefPurpose, room.brief));
  return facts.filter((fact) => /@|^\+?[\d\s()./-]{7,}$/u.test(fact));
}

/** Undefined while any of its messages is still on its way. */
function endOf(
  reply: UntoldReply,
): { readonly state: "sent" | "failed" | "undone"; readonly reason?: string | undefined } | undefined {
  const outcomes = reply.outcomes ?? [];
  if (reply.state === "undone") return { state: "undone" };
  if (outcomes.some(({ state }) => state === "pending" || state === "sending")) return undefined;
  const failed = outcomes.find(({ state }) => state !== "sent");
  return failed === undefined ? { state: "sent" } : { state: "failed", reason: failed.error ?? undefined };
}

async function toRing({ sql, tenantId, touched }: Looking): Promise<readonly ToRing[]> {
  const found: ToRing[] = [];
  for (const conversationId of touched) {
    const channel = await channelOf(sql, tenantId, conversationId);
    if (channel !== undefined) found.push({ conversationId, channel });
  }
  return found;
}
