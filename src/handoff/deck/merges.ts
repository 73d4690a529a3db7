import type { ContactId, ConversationId } from "../../core/ids.ts";
import { say } from "../../core/texts/texts.ts";
import type { Passing, Work } from "../baton-work.ts";
import { readMatter } from "../rooms/room-matter.ts";
import { toBriefLines } from "../rooms/room-words.ts";
import type { Rooms } from "../rooms/rooms.ts";
import { sayInRoom } from "../rooms/say-in-room.ts";
import type { StaffCall } from "./deck-call.ts";
import { auditCommand } from "./desk.ts";
import { refuseColleague } from "./tell-colleague.ts";

/** The command by which two requests of one person become one. */
export interface Merges {
  /** This conversation's tickets go on in another one, whose room is told of it, and the conversation is closed. */
  merge(work: Work, call: StaffCall): Promise<void>;
}

interface TicketRow {
  readonly id: string;
  readonly number: string;
  readonly status: "open" | "pending" | "solved" | "closed";
  readonly conversation_id: ConversationId | null;
  readonly user_id: ContactId | null;
}

export function createMerges({
  passing,
  rooms,
}: {
  readonly passing: Passing;
  readonly rooms: Rooms;
}): Merges {
  const refuse = (work: Work, call: StaffCall, reason: string) =>
    refuseColleague(passing, work, call, reason);

  async function merge(work: Work, call: StaffCall): Promise<void> {
    const found = await findTarget(work, call.command.argument);
    if (typeof found === "string") return refuse(work, call, found);
    const gone = await mergeTickets(work, found);
    if (gone.length === 0) return refuse(work, call, "there is no open ticket here");
    const at = call.control.created_at;
    const reason = `merged into ticket ${found.number}`;
    const event = { kind: "resolve", by: call.staff, reason, quietly: true, at } as const;
    const { epoch } = work.conversation.baton;
    await passing.pass(work, event, call.control.id, {
      words: `it goes on as #${found.number}`,
      first: say(work.conversation.language, "handoff.merged"),
    });
    if (work.conversation.baton.epoch === epoch) await work.sql.query(auditCommand(work, call));
    await tellTarget(work, call, { target: found, gone });
  }

  async function tellTarget(
    work: Work,
    call: StaffCall,
    { target, gone }: { readonly target: TicketRow; readonly gone: readonly string[] },
  ): Promise<void> {
    const { sql, seal, subject, ends } = work;
    const { tenantId } = subject;
    const id = target.conversation_id;
    const room = id === null ? undefined : await rooms.of(sql.query, tenantId, id);
    if (room === undefined || room.room_conversation_id === null) return;
    if (room.room_conversation_id === room.conversation_id) return;
    const { brief, transcript } = await readMatter(sql, seal, { ...subject, reason: "" });
    const numbers = gone.map((number) => `#${number}`).join(", ");
    const words = [`🔗 **${numbers} goes on here.**`, toBriefLines(brief), transcript].filter(
      (part) => part !== "",
    );
    const scene = { sql, seal, split: rooms.split, tenantId, room, touched: ends.touched };
    await sayInRoom(scene, ["merged", call.control.id], words.join("\n\n"));
  }

  return { merge };
}

/** The ticket that is named, or why it cannot be. */
async function findTarget(
  { sql, subject, conversation }: Work,
  argument: string | undefined,
): Promise<TicketRow | string> {
  const [, number, same] = /^#?(\d{1,15})(\s+same)?$/iu.exec(argument?.trim() ?? "") ?? [];
  if (number === undefined) return "name the ticket it goes on in, such as `!merge 12`";
  const [ticket] = await sql.query<TicketRow>({
    text: `SELECT id, number, status, conversation_id, user_id FROM tickets
           WHERE company_id = $1 AND number = $2::bigint FOR UPDATE`,
    values: [subject.tenantId, number],
  });
  if (ticket === undefined) return `there is no ticket #${number}`;
  if (ticket.conversation_id === subject.conversationId) return `#${number} is about this conversation`;
  if (ticket.status === "solved" || ticket.status === "closed") return `#${number} is closed`;
  if (ticket.user_id !== conversation.contactId && same === undefined)
    return `#${number} is somebody else's. Where both are the same person, \`!merge ${number} same\` says so`;
  return ticket;
}

/** Their numbers; the other ticket has their tags, and is as urgent as the most urgent of them. */
async function mergeTickets({ sql, subject }: Work, target: TicketRow): Promise<readonly string[]> {
  const rows = await sql.query<{ number: string }>({
    text: `WITH gone AS (
             UPDATE tickets SET status = 'closed', merged_into = $3, updated_at = now()
             WHERE company_id = $1 AND conversation_id = $2 AND status IN ('open', 'pending')
             RETURNING number, tags, priority
           ), kept AS (
             UPDATE tickets t SET updated_at = now(),
               tags = ARRAY(SELECT DISTINCT tag FROM unnest(t.tags || ARRAY(SELECT unnest(tags) FROM gone)) AS tag ORDER BY tag),
               priority = (SELECT level FROM unnest(ARRAY['urgent', 'high', 'normal', 'low']) WITH ORDINALITY AS known (level, place)
                 WHERE level = t.priority OR level IN (SELECT priority FROM gone) ORDER BY place LIMIT 1)
             WHERE t.company_id = $1 AND t.id = $3 AND EXISTS (SELECT FROM gone))
           SELECT number FROM gone ORDER BY number`,
    values: [subject.tenantId, subject.conversationId, target.id],
  });
  return rows.map(({ number }) => number);
}
