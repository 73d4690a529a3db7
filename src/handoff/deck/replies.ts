import type { Attachment, ChannelName, RepliedTo } from "../../core/envelope.ts";
import { isId, type DeliveryId, type MessageId, type StaffId } from "../../core/ids.ts";
import { fileMark } from "../../core/reply.ts";
import { sealContent, tryOpenContent } from "../../inbox/message-content.ts";
import { sealReply } from "../../outbox/delivery.ts";
import { deriveId } from "../../store/derive-id.ts";
import type { Passing, Work } from "../baton-work.ts";
import { toRefusalReply } from "../notices.ts";
import type { Promises } from "../promises/promises.ts";
import {
  enqueueReply,
  lockReply,
  nextNumber,
  noteEdited,
  withdrawReply,
  type Identity,
  type ReplyRow,
} from "../rooms/reply-store.ts";
import { insertFiles } from "../rooms/room-file-store.ts";
import { findAnswered, quoting, stillAnswered, toAnswers, wordsBehindQuotes } from "../rooms/replied-to.ts";
import { parseBrief } from "../rooms/brief.ts";
import { briefPurpose, channelOf, restate } from "../rooms/room-store.ts";
import { offerToSend, takeOffer } from "../rooms/send-offer.ts";
import { toHeldLine, toPublicWords } from "../rooms/room-words.ts";
import type { Rooms } from "../rooms/rooms.ts";
import { roomNoticeId, sayInRoom } from "../rooms/say-in-room.ts";
import { auditCommand } from "./desk.ts";
import type { StaffCall } from "./deck-call.ts";
import { staffNameOf } from "./staff-name.ts";

/** Commands by which colleagues speak to the person out of a room. */
export interface Replies {
  send(work: Work, call: StaffCall, as: { readonly identity: Identity | undefined }): Promise<void>;
  /** Sends what was written among colleagues: the message that was reacted to, or the colleague's last one. */
  sendNote(work: Work, call: StaffCall): Promise<void>;
  /** Sends these words as they are; `note` is the message they were written in, where it was none of a command's. */
  sendWords(work: Work, call: StaffCall, words: Words): Promise<void>;
  /** Puts a Send button under what was written among colleagues. */
  offer(work: Work, call: StaffCall): Promise<void>;
  snippet(work: Work, call: StaffCall): Promise<void>;
  edit(work: Work, call: StaffCall): Promise<void>;
  /** Takes back what has not gone out yet. */
  undo(work: Work, call: StaffCall): Promise<void>;
}

interface Words {
  readonly text: string;
  readonly identity?: Identity | undefined;
  readonly note?: string | undefined;
  /** What goes with them. */
  readonly files?: readonly Attachment[] | undefined;
  /** The message in the room's thread they answer. */
  readonly repliesTo?: RepliedTo | undefined;
}

export interface RepliesParts {
  readonly passing: Passing;
  readonly rooms: Rooms;
  readonly promises: Pick<Promises, "hear" | "forget">;
  readonly holdMs: number;
}

export function createReplies({ passing, rooms, promises, holdMs }: RepliesParts): Replies {
  const { pass, answer } = passing;

  const refuse = (work: Work, { command, control }: StaffCall, reason: string) =>
    answer(work, toRefusalReply(command.name, reason), control.id);

  async function send(
    work: Work,
    call: StaffCall,
    { identity }: { readonly identity: Identity | undefined },
  ): Promise<void> {
    const text = call.command.argument?.trim() ?? "";
    const { attachments: files = [], repliesTo } = call.content;
    if (text === "" && files.length === 0) return refuse(work, call, "write what you want to say behind it");
    await sendWords(work, call, { text, identity, files, repliesTo });
  }

  async function sendWords(
    work: Work,
    call: StaffCall,
    { text: words, identity: wanted, note, files = [], repliesTo }: Words,
  ): Promise<void> {
    const { sql, seal, subject, room, conversation } = work;
    if (room === undefined || room.room_conversation_id === null)
      return refuse(work, call, "here they read what you write: just write it");
    const { control, staff } = call;
    const { tenantId, conversationId, correlationId } = subject;
    const text = words === "" ? fileMark : words;
    const number = await nextNumber(sql, tenantId, room.id);
    const identity = wanted ?? rooms.policyOf(tenantId).identity;
    const answered = await findAnswered({ sql, seal, tenantId }, room, repliesTo);
    const said = toPublicWords(identity, await staffNameOf(work, staff), text, conversation.language);
    const replies = await toReplies(work, said, answered);
    const { epoch } = conversation.baton;
    // Whoever speaks to the person has the conversation, and the person waits no longer.
    const takes = { kind: "staff reply", by: staff, at: control.created_at } as const;
    await pass(work, takes, control.id, {
      data: { command: call.command.name, message: control.id, number, identity },
    });
    const cause: [string, string] = ["reply", control.id];
    const id = deriveId("room reply", room.id, control.id);
    const messageId = deriveId<MessageId>("room reply message", room.id, control.id);
    const scene = { sql, seal, split: rooms.split, tenantId, room, touched: work.ends.touched };
    const line = toHeldLine({ id, number, holdMs });
    const offer = note === undefined ? undefined : await takeOffer(scene, note, line);
    await sql.query(
      enqueueReply(tenantId, {
        id,
        room_id: room.id,
        number,
        conversation_id: conversationId,
        message_id: messageId,
        deliveries: replies.map((_, index) => deliveryOf(room.id, control.id, index)),
        bodies: replies.map((reply) => sealReply(seal, reply)),
        line_id: offer ?? roomNoticeId(room, cause, 0),
        by_staff: staff,
        identity,
        recipient: conversation.requesterId,
        content: sealContent(seal, { text, repliesTo: answered }),
        holdMs,
        sourceId: note ?? control.id,
        correlationId,
      }),
    );
    if (offer === undefined) await sayInRoom(scene, cause, line);
    work.ends.touched.add(conversationId);
    // Taking the conversation over has left the row already.
    if (work.conversation.baton.epoch === epoch)
      await sql.query(auditCommand(work, call, { number, identity }));
    await hear(work, call, { messageId, staff, text });
    const way = { roomId: room.id, message: control.id, from: work.desk, to: conversationId, replyId: id };
    for (const query of insertFiles(tenantId, seal, files, { ...way, recipient: conversation.requesterId }))
      await sql.query(query);
  }

  /** Keeps what the words promise. */
  async function hear(
    work: Work,
    { control }: StaffCall,
    said: { readonly messageId: MessageId; readonly staff: StaffId; readonly text: string },
  ): Promise<void> {
    const { tenantId, conversationId } = work.subject;
    const words = { tenantId, conversationId, at: control.created_at, ...said };
    const body = await promises.hear(work.sql, work.seal, words);
    if (body !== "") await answer(work, { body }, `${control.id} promise`);
  }

  async function sendNote(work: Work, call: StaffCall): Promise<void> {
    const found = await findNote(work, call);
    if (found === undefined) return refuse(work, call, "there is no message of yours to send");
    await sendWords(work, call, found);
  }

  async function offer(work: Work, { control, content }: StaffCall): Promise<void> {
    const { sql, seal, subject, room } = work;
    const text =
      wordsBehindQuotes(content).trim() ||
      (content.attachments ?? []).map(({ name: file }) => file).join(", ");
    if (room === undefined || room.room_conversation_id === null || text === "") return;
    const { name = "them" } = parseBrief(seal.open(briefPurpose, room.brief));
    const { tenantId } = subject;
    const scene = { sql, seal, split: rooms.split, tenantId, room, touched: work.ends.touched };
    await offerToSend(scene, { id: control.id, text, to: name.split(" ")[0] ?? name });
  }

  async function snippet(work: Work, call: StaffCall): Promise<void> {
    const { snippets } = rooms.policyOf(work.subject.tenantId);
    const name = call.command.argument?.trim().toLowerCase() ?? "";
    const text = snippets.get(name);
    if (text !== undefined) return sendWords(work, call, { text });
    const known = [...snippets.keys()].map((one) => `\`${one}\``).join(", ");
    await refuse(work, call, known === "" ? "the company has no snippets" : `it is one of ${known}`);
  }

  async function edit(work: Work, call: StaffCall): Promise<void> {
    const { sql, seal, subject, room } = work;
    const [, number = "", text = ""] = /^#?(\d{1,6})\s+(\S[^]*)$/u.exec(call.command.argument ?? "") ?? [];
    if (text === "")
      return refuse(work, call, "name the number and the new words, such as `!edit 3 Sorry, 5 pm`");
    const reply = room && (await lockReply(sql, subject.tenantId, room.id, { number: Number(number) }));
    if (room === undefined || reply === undefined) return refuse(work, call, `there is no #${number}`);
    if (reply.state === "undone" || reply.state === "failed")
      return refuse(work, call, `#${number} never reached them`);
    const answered = await findSaidAnswered(work, reply);
    const author = await staffNameOf(work, reply.by_staff);
    const words = toPublicWords(reply.identity, author, text, work.conversation.language);
    const pieces = await toReplies(work, words, answered);
    if (pieces.length !== reply.deliveries.length)
      return refuse(work, call, `that takes another number of messages than #${number}: send a new one`);
    if (!(await areChangeable(work, reply)))
      return refuse(work, call, `#${number} is on its way at this moment: try again`);
    for (const [index, piece] of pieces.entries()) {
      const id = reply.deliveries[index];
      if (id !== undefined) await sql.query(restate(subject.tenantId, id, sealReply(seal, piece)));
    }
    const content = sealContent(seal, { text, repliesTo: answered });
    await sql.query(noteEdited(subject.tenantId, reply, reply.deliveries, content));
    await sql.query(auditCommand(work, call, { number: reply.number }));
    work.ends.touched.add(subject.conversationId);
    work.ends.rooms.add(subject.conversationId);
    await answer(work, { body: `✏️ **#${reply.number}** is changed.` }, call.control.id);
    await promises.forget(sql, subject.tenantId, reply.message_id);
    await hear(work, call, { messageId: reply.message_id, staff: reply.by_staff, text });
  }

  async function undo(work: Work, call: StaffCall): Promise<void> {
    const { sql, subject, room } = work;
    const named = call.content.action?.value;
    const id = named !== subject.conversationId && isId(named) ? named : undefined;
    const reply = room && (await lockReply(sql, subject.tenantId, room.id, { by: call.staff, id }));
    if (reply === undefined) return refuse(work, call, "you have sent nothing");
    if (reply.state !== "held" || !(await withdrawReply(sql, subject.tenantId, reply))) {
      const { number } = reply;
      return refuse(work, call, `#${number} has gone out already. \`!edit ${number} …\` changes it`);
    }
    await promises.forget(sql, subject.tenantId, reply.message_id);
    await sql.query(auditCommand(work, call, { number: reply.number }));
    work.ends.rooms.add(subject.conversationId);
  }

  /** Cut as the person's platform takes them, and an answer to what they wrote as it shows one. */
  async function toReplies({ sql, subject }: Work, words: string, answered: RepliedTo | undefined) {
    const channel: ChannelName | undefined = await channelOf(sql, subject.tenantId, subject.conversationId);
    const isShown = rooms.showsAnswered(channel);
    const whole = { body: quoting(words, answered, isShown) };
    const pieces = channel === undefined ? [whole] : rooms.split(channel, whole);
    return toAnswers(
      pieces.map(({ body }) => body),
      answered,
      isShown,
    );
  }

  return { send, sendNote, sendWords, offer, snippet, edit, undo };
}

/** What a reply answered when it was sent. */
async function findSaidAnswered({ sql, seal, subject }: Work, reply: ReplyRow) {
  const [said] = await sql.query<{ content: Buffer }>({
    text: "SELECT content FROM messages WHERE company_id = $1 AND id = $2",
    values: [subject.tenantId, reply.message_id],
  });
  const answered = said && tryOpenContent(seal, said.content)?.repliesTo;
  return stillAnswered({ sql, tenantId: subject.tenantId }, subject.conversationId, answered);
}

function deliveryOf(roomId: string, controlId: string, index: number): DeliveryId {
  return deriveId<DeliveryId>("room reply", roomId, controlId, String(index));
}

/** Only words of colleagues, written in this room, that are no command and went out in no other way. */
async function findNote(work: Work, { control, content }: StaffCall): Promise<Words | undefined> {
  const named = content.fields?.["message"] ?? content.action?.value;
  const chosen = isId(named) && named !== work.subject.conversationId ? named : undefined;
  const [row] = await work.sql.query<{ id: string; content: Buffer }>({
    text: `SELECT id, content FROM messages WHERE company_id = $1 AND conversation_id = $2 AND role = 'staff' AND kind = 'message'
             AND deleted_at IS NULL AND state IN ('settled', 'ignored') AND coalesce(reason, '') NOT LIKE 'command %'
             AND CASE WHEN $3::uuid IS NULL THEN sender_id = $4 ELSE id = $3 END
           ORDER BY seq DESC LIMIT 1`,
    values: [work.subject.tenantId, work.desk, chosen ?? null, control.sender_id],
  });
  const opened = row && tryOpenContent(work.seal, row.content);
  const text = opened === undefined ? "" : wordsBehindQuotes(opened).trim();
  const { attachments: files = [], repliesTo } = opened ?? {};
  if (row === undefined || (text === "" && files.length === 0)) return undefined;
  return { text, note: row.id, files, repliesTo };
}

async function areChangeable({ sql, subject }: Work, { deliveries }: ReplyRow): Promise<boolean> {
  const rows = await sql.query<{ state: string }>({
    text: "SELECT state FROM deliveries WHERE company_id = $1 AND id = ANY ($2::uuid[]) ORDER BY id FOR UPDATE",
    values: [subject.tenantId, deliveries],
  });
  return (
    rows.length === deliveries.length && rows.every(({ state }) => state === "pending" || state === "sent")
  );
}
