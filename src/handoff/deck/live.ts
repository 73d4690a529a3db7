import type { Passing, Work } from "../baton-work.ts";
import { parseBrief } from "../rooms/brief.ts";
import type { Promises } from "../promises/promises.ts";
import { briefPurpose, findStanding, lockRoom, setLive } from "../rooms/room-store.ts";
import { wordsBehindQuotes } from "../rooms/replied-to.ts";
import { toLiveLine } from "../rooms/room-words.ts";
import { auditCommand } from "./desk.ts";
import type { StaffCall } from "./deck-call.ts";
import type { Replies } from "./replies.ts";
import { refuseColleague, tellColleague } from "./tell-colleague.ts";

/** A colleague whose words in a room reach the person as they are written. */
export interface Live {
  /** Turns it on or off, for whoever has the conversation; on takes it. */
  turn(work: Work, call: StaffCall): Promise<void>;
  /**
   * Takes in what a colleague wrote without a command. Where the person reads along that takes the conversation over; in a
   * room it is sent where they are live, and else offered to. Gives what became of it.
   */
  hear(work: Work, call: Omit<StaffCall, "command">): Promise<string | undefined>;
}

const staysInside = /^\s*\/\//u;

export function createLive({
  passing,
  replies,
  promises,
}: {
  readonly passing: Passing;
  readonly promises: Pick<Promises, "hear">;
  readonly replies: Pick<Replies, "sendWords" | "offer">;
}): Live {
  const refuse = (work: Work, call: StaffCall, reason: string) =>
    refuseColleague(passing, work, call, reason);

  async function turn(work: Work, call: StaffCall): Promise<void> {
    const { sql, seal, subject } = work;
    const room = work.room && (await lockRoom(sql, subject.tenantId, work.room.id));
    if (room === undefined || room.room_conversation_id === null)
      return refuse(work, call, "here they read what you write anyway");
    const said = call.command.argument?.trim().toLowerCase();
    const isOn = said === undefined ? room.live_staff !== call.staff : !/^(off|stop|end|no)$/u.test(said);
    const { epoch } = work.conversation.baton;
    if (isOn && !(await takes(work, call))) return;
    await sql.query(setLive(subject.tenantId, room.id, isOn ? call.staff : null));
    // Taking the conversation has left the row already.
    if (work.conversation.baton.epoch === epoch) await sql.query(auditCommand(work, call, { live: isOn }));
    work.ends.rooms.add(subject.conversationId);
    const standing = await findStanding(sql, subject.tenantId, subject.conversationId);
    const { name } = parseBrief(seal.open(briefPurpose, room.brief));
    const body = isOn
      ? toLiveLine(standing?.holder ?? undefined, name)
      : "⚪️ Not live any more: what you write here stays among colleagues.";
    await tellColleague(passing, work, call, { body });
  }

  /** Only whoever has the conversation is live in it; a refusal says who has it. */
  async function takes(work: Work, { command, control, staff }: StaffCall): Promise<boolean> {
    const { owner } = work.conversation.baton;
    if (owner.kind === "human" && owner.staff === staff) return true;
    const claim = { kind: "claim", by: staff, at: control.created_at } as const;
    await passing.pass(work, claim, `${control.id} live`, {
      command: command.name,
      data: { command: command.name, message: control.id, live: true },
    });
    const now = work.conversation.baton.owner;
    return now.kind === "human" && now.staff === staff;
  }

  async function hear(work: Work, said: Omit<StaffCall, "command">): Promise<string | undefined> {
    if (work.room === undefined) return hearInThread(work, said);
    const { sql, subject } = work;
    const call: StaffCall = { ...said, command: { name: "reply" } };
    const { attachments: files = [], repliesTo } = said.content;
    const text = wordsBehindQuotes(said.content);
    const isSomething = text.trim() !== "" || files.length > 0;
    const { owner } = work.conversation.baton;
    const room = work.room && (await lockRoom(sql, subject.tenantId, work.room.id));
    const has = owner.kind === "human" && owner.staff === said.staff;
    if (has && room?.live_staff === said.staff && isSomething && !staysInside.test(text)) {
      await replies.sendWords(work, call, { text, files, repliesTo });
      return "command reply, live";
    }
    // Whoever has the conversation speaks to the person; what the others write is advice.
    if (has || owner.kind !== "human") await replies.offer(work, call);
    return "said among colleagues";
  }

  /** They speak to the person themselves. */
  async function hearInThread(work: Work, said: Omit<StaffCall, "command">): Promise<undefined> {
    const { control, content, staff } = said;
    const { sql, seal, subject } = work;
    const at = control.created_at;
    await passing.pass(work, { kind: "staff reply", by: staff, at }, control.id);
    const { tenantId, conversationId } = subject;
    const { text } = content;
    const words = { tenantId, conversationId, messageId: control.id, staff, text, at };
    const body = await promises.hear(sql, seal, words);
    if (body !== "")
      await passing.answer(work, { body, onlyFor: control.sender_id }, `${control.id} promise`);
  }

  return { turn, hear };
}
