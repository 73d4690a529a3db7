import { isId, type StaffId } from "../../core/ids.ts";
import { plainText } from "../../core/plain-text.ts";
import type { Query } from "../../store/database.ts";
import { plainName } from "../approval-card.ts";
import type { Passing, Work } from "../baton-work.ts";
import { readMatter } from "../rooms/room-matter.ts";
import { findStanding } from "../rooms/room-store.ts";
import { toBriefLines, toStandingLine } from "../rooms/room-words.ts";
import type { Rooms } from "../rooms/rooms.ts";
import { markTickets, type TicketRequest } from "../tickets.ts";
import type { StaffCall } from "./deck-call.ts";
import { staffNameOf } from "./staff-name.ts";
import { suggestionIdOf, wantSuggestion } from "./suggestion-store.ts";
import { refuseColleague, tellColleague } from "./tell-colleague.ts";
import { tellOfThreadNote } from "./thread-note.ts";

/** Commands that pass no baton and say nothing to the person. */
export interface Desk {
  findColleague(
    work: Work,
    name: string | undefined,
  ): Promise<
    { readonly kind: "found"; readonly id: StaffId } | { readonly kind: "refused"; readonly reason: string }
  >;
  note(work: Work, call: StaffCall): Promise<void>;
  priority(work: Work, call: StaffCall): Promise<void>;
  tag(work: Work, call: StaffCall): Promise<void>;
  summary(work: Work, call: StaffCall): Promise<void>;
  who(work: Work, call: StaffCall): Promise<void>;
  /** Has a reply suggested, which only colleagues see; see `Suggestions`. */
  draft(work: Work, call: StaffCall): Promise<void>;
}

const priorities = [
  "low",
  "normal",
  "high",
  "urgent",
] as const satisfies readonly TicketRequest["priority"][];

export function createDesk({ passing, rooms }: { readonly passing: Passing; readonly rooms: Rooms }): Desk {
  const tell = (work: Work, call: StaffCall, body: string) => tellColleague(passing, work, call, { body });
  const refuse = (work: Work, call: StaffCall, reason: string) =>
    refuseColleague(passing, work, call, reason);

  /** What was written into a form stands in no thread: colleagues read it among themselves, and nobody else anywhere. */
  async function tellWritten(work: Work, call: StaffCall, note: string): Promise<void> {
    const line = `📝 **${plainName(await staffNameOf(work, call.staff))} noted:** ${plainText(note)}`;
    if (work.room !== undefined) return tell(work, call, line);
    const cause = `note ${call.control.id}`;
    const isTold = await tellOfThreadNote(work, rooms, { line, cause });
    const where = isTold
      ? "Colleagues read it in the staff room, and in `!summary`."
      : "It is kept: colleagues see it in `!summary`, and when they help the same person again.";
    await tell(work, call, `${line}\n\n${where}`);
  }

  return {
    findColleague,
    note: async (work, call) => {
      const { argument } = call.command;
      if (argument === undefined)
        return refuse(work, call, "write the note behind it, such as `!note she called`");
      await work.sql.query(auditCommand(work, call));
      if (call.control.kind === "action") return tellWritten(work, call, argument);
      const isShared = work.room === undefined;
      await tell(work, call, isShared ? "Noted. Everybody in this thread can read it." : "📝 Noted.");
    },
    priority: async (work, call) => {
      const wanted = call.command.argument?.trim().toLowerCase() ?? "high";
      const priority = priorities.find((known) => known === wanted);
      if (priority === undefined) return refuse(work, call, `it is one of ${priorities.join(", ")}`);
      const { tenantId, conversationId } = work.subject;
      const marked = await work.sql.query(markTickets(tenantId, conversationId, { priority }));
      if (marked.length === 0) return refuse(work, call, "there is no open ticket");
      await work.sql.query(auditCommand(work, call, { priority }));
      await tell(work, call, `🚩 The priority is **${priority}**.`);
    },
    tag: async (work, call) => {
      const tag = call.command.argument?.trim().toLowerCase().replaceAll(/\s+/gu, "-");
      if (tag === undefined || !/^[\p{L}\p{N}_-]{1,40}$/u.test(tag))
        return refuse(work, call, "name one tag, such as `!tag refund`");
      const { tenantId, conversationId } = work.subject;
      const marked = await work.sql.query(markTickets(tenantId, conversationId, { tag }));
      if (marked.length === 0) return refuse(work, call, "there is no open ticket");
      await work.sql.query(auditCommand(work, call));
      await tell(work, call, `🏷 Tagged **${plainText(tag)}**.`);
    },
    summary: async (work, call) => {
      const { sql, seal, subject } = work;
      const { brief, transcript } = await readMatter(sql, seal, { ...subject, reason: "" });
      await sql.query(auditCommand(work, call));
      await tell(work, call, [toBriefLines(brief), transcript].filter((part) => part !== "").join("\n\n"));
    },
    who: async (work, call) => {
      const standing = await findStanding(work.sql, work.subject.tenantId, work.subject.conversationId);
      const { timeZone } = rooms.policyOf(work.subject.tenantId);
      await work.sql.query(auditCommand(work, call));
      const who = standing === undefined ? "Nobody." : toStandingLine(standing, timeZone);
      await tell(work, call, [who, ...(await ticketsOf(work))].join(" "));
    },
    draft: async (work, call) => {
      const { sql, subject, desk, conversation, room, ends } = work;
      const isShared = room === undefined && conversation.audience !== "direct";
      const { id: controlId, sender_id: sender } = call.control;
      const onlyFor = isShared ? sender : undefined;
      const wanted = { ...subject, deskId: desk, controlId, onlyFor };
      await sql.query(wantSuggestion(subject.tenantId, wanted));
      await sql.query(auditCommand(work, call));
      ends.suggestions.add(suggestionIdOf(controlId));
    },
  };
}

/** Its open tickets: their numbers, how urgent they are and what they are tagged with. */
async function ticketsOf({ sql, subject }: Work): Promise<readonly string[]> {
  const rows = await sql.query<{ number: string; priority: string; tags: string[] }>({
    text: `SELECT number, priority, tags FROM tickets WHERE company_id = $1 AND conversation_id = $2
             AND status IN ('open', 'pending') ORDER BY number LIMIT 5`,
    values: [subject.tenantId, subject.conversationId],
  });
  return rows.map(
    ({ number, priority, tags }) => `Ticket #${number}: ${[priority, ...tags].map(plainText).join(", ")}.`,
  );
}

/** One colleague whose name begins like this. */
async function findColleague(
  { sql, subject }: Work,
  name: string | undefined,
): ReturnType<Desk["findColleague"]> {
  const wanted = name?.trim().replace(/^@/u, "").toLowerCase() ?? "";
  if (isId(wanted)) return findChosen({ sql, subject }, wanted);
  if (wanted === "") return { kind: "refused", reason: "name a colleague, such as `!assign Mia`" };
  const found = await sql.query<{ id: StaffId; name: string }>({
    text: `SELECT id, name FROM staff WHERE company_id = $1 AND state = 'active' AND starts_with(lower(name), $2)
           ORDER BY lower(name) = $2 DESC, name LIMIT 3`,
    values: [subject.tenantId, wanted],
  });
  const [first, second] = found;
  if (first === undefined) return { kind: "refused", reason: "no colleague is called that" };
  const isCalled = (one: typeof first) => one.name.toLowerCase() === wanted;
  if (second !== undefined && (!isCalled(first) || isCalled(second)))
    return { kind: "refused", reason: "more than one colleague is called that" };
  return { kind: "found", id: first.id };
}

/** Whoever was chosen from a list, which may be older than their leaving. */
async function findChosen(
  { sql, subject }: Pick<Work, "sql" | "subject">,
  id: string,
): ReturnType<Desk["findColleague"]> {
  const [found] = await sql.query<{ id: StaffId }>({
    text: "SELECT id FROM staff WHERE company_id = $1 AND id = $2 AND state = 'active'",
    values: [subject.tenantId, id],
  });
  const reason = "whom you chose is no colleague any more: choose somebody else";
  return found === undefined ? { kind: "refused", reason } : { kind: "found", id: found.id };
}

/** The one audit row of a command that passes no baton. What was written stays in its sealed message. */
export function auditCommand(
  { subject }: Work,
  { command, control, staff }: StaffCall,
  data: Readonly<Record<string, unknown>> = {},
): Query {
  return {
    text: `INSERT INTO audit (company_id, conversation_id, actor, action, data, correlation_id, at)
           VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    values: [
      subject.tenantId,
      subject.conversationId,
      staff,
      `command ${command.name}`,
      JSON.stringify({ message: control.id, ...data }),
      subject.correlationId,
      control.created_at,
    ],
  };
}
