import { toolOutcome } from "../agent/run-tool.ts";
import type { CarriedOut } from "../core/approval.ts";
import { arrivedAction } from "../core/background.ts";
import {
  parseId,
  type ContactId,
  type ConversationId,
  type MessageId,
  type TenantId,
  type TurnId,
} from "../core/ids.ts";
import type { Journal, StepOutcome } from "../core/journal.ts";
import type { Lease } from "../core/lease.ts";
import { cutForCard, fencedForCard } from "../handoff/approval-card.ts";
import { insertNote } from "../handoff/approval-store.ts";
import type { PostedInRoom, StaffRoom } from "../handoff/staff-room.ts";
import { insertTicket } from "../handoff/tickets.ts";
import { sealContent } from "../inbox/message-content.ts";
import type { Database, Query, Sql } from "../store/database.ts";
import { deriveId } from "../store/derive-id.ts";
import type { TenantSeal } from "../store/seal.ts";
import {
  backgroundPurposes,
  readEnded,
  readEndedFor,
  type BackgroundEnd,
  type BackgroundRow,
  type EndedCall,
} from "./background-store.ts";
import type { OpenMessage } from "./claim.ts";

/** Where colleagues see what calls gave that nobody else was told of. */
type StaffPost = Pick<StaffRoom, "post">;

/** Baton's own note that a call in the background has ended; nobody outside can write one. */
export function isArrivedNote({ role, action }: Pick<OpenMessage, "role" | "action">): boolean {
  return role === "system" && action?.name === arrivedAction;
}

/**
 * Tells of a call's end, in the transaction that ends it: where the bot has the conversation a note for its next turn,
 * else the colleagues who have it now. Gives the room whose bell is to be rung.
 */
export async function tellOfEnd(
  sql: Sql,
  seal: TenantSeal,
  ended: {
    readonly tenantId: TenantId;
    readonly room: StaffPost;
    readonly row: BackgroundRow;
    readonly state: BackgroundEnd;
    readonly outcome: StepOutcome;
  },
): Promise<PostedInRoom | undefined> {
  const { tenantId, room, row, state, outcome } = ended;
  const { id, tool, conversation_id: conversationId, user_id: contactId } = row;
  if (!row.is_with_bot) {
    const { text } = toolOutcome.parse(outcome.output);
    const correlationId = row.correlation_id ?? "";
    const why = "taken over";
    const told = { tenantId, conversationId, contactId, id, tool, state, text, why, correlationId } as const;
    return tellStaff(sql, seal, room, told);
  }
  const action = { name: arrivedAction, value: id };
  await sql.query(
    insertNote(tenantId, {
      conversationId,
      id: deriveId<MessageId>("background note", conversationId, id),
      senderId: row.asker,
      content: sealContent(seal, { text: "", action, role: row.role }),
      correlationId: row.correlation_id ?? "",
    }),
  );
  return undefined;
}

/** The turn that tells of calls that have ended. */
export interface ArrivedCallTurn {
  readonly lease: Lease;
  readonly seal: TenantSeal;
  readonly journal: Journal;
  readonly notes: readonly OpenMessage[];
}

/**
 * What calls in the background gave, each journaled as a step of the turn that tells of it. `needs a person` when one
 * may have happened and nobody knows.
 */
export async function readArrived(
  { database }: { readonly database: Database },
  { lease, seal, journal, notes }: ArrivedCallTurn,
): Promise<readonly CarriedOut[] | "needs a person"> {
  const done: CarriedOut[] = [];
  for (const note of notes) {
    const id = note.action?.value ?? "";
    const [row] = await database.statement<EndedCall>(lease.tenantId, readEnded(lease, id), {
      durable: false,
    });
    if (row === undefined) {
      lease.check();
      continue; // erased meanwhile
    }
    const text = seal.open(backgroundPurposes.arguments, row.arguments);
    const step = await journal.step(
      { key: `background:${id}`, kind: "tool", name: row.tool, input: JSON.parse(text), repeatable: true },
      async () => toStep(seal, row),
    );
    const outcome = toolOutcome.parse(step.output);
    if (outcome.kind === "uncertain") return "needs a person";
    const ok = outcome.kind === "result";
    done.push({ how: "background", tool: row.tool, arguments: text, ok, text: outcome.text });
  }
  return done;
}

/** The calls whose files hang on the answer that tells of them: each keeps its own, as a turn does. */
export function toArrivedIds(notes: readonly OpenMessage[]): readonly TurnId[] {
  return notes.filter(isArrivedNote).map(({ action }) => parseId<TurnId>(action?.value));
}

/** No turn will tell it to the person, for this reason: what the call gave is told to colleagues. */
export async function leaveToStaff(
  { database, room, onPosted }: LeavingParts,
  { lease, seal }: { readonly lease: Lease; readonly seal: TenantSeal },
  notes: readonly OpenMessage[],
  why: keyof typeof notTold = "taken over",
): Promise<void> {
  const { tenantId, conversationId } = lease;
  for (const note of notes.filter(isArrivedNote)) {
    const id = note.action?.value ?? "";
    const { correlationId } = note;
    const posted = await database.withTenant(tenantId, async (sql) => {
      const [row] = await sql.query<EndedCall & { readonly user_id: ContactId }>(
        readEndedFor(tenantId, conversationId, id),
      );
      if (row === undefined) return undefined;
      const { text } = toolOutcome.parse(toStep(seal, row).output);
      const { user_id: contactId, tool, state } = row;
      const told = { tenantId, conversationId, contactId, id, tool, state, text, why, correlationId };
      return tellStaff(sql, seal, room, told);
    });
    if (posted !== undefined) onPosted({ ...posted, correlationId });
  }
}

interface LeavingParts {
  readonly database: Database;
  readonly room: StaffPost;
  readonly onPosted: (posted: PostedInRoom & { readonly correlationId: string }) => void;
}

function toStep(seal: TenantSeal, { outcome }: EndedCall): StepOutcome {
  return JSON.parse(seal.open(backgroundPurposes.outcome, outcome)) as StepOutcome;
}

const subjects: Readonly<Record<BackgroundEnd, (tool: string) => string>> = {
  done: (tool) => `${tool} is done`,
  failed: (tool) => `${tool} failed`,
  uncertain: (tool) => `${tool} may have been done: please look before repeating it`,
  "stood down": (tool) => `${tool} was not begun`,
};

interface ToldToStaff {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly contactId: ContactId;
  readonly id: string;
  readonly tool: string;
  readonly state: BackgroundEnd;
  readonly text: string;
  readonly why: keyof typeof notTold;
  readonly correlationId: string;
}

const notTold = {
  "taken over":
    "It was asked for before a colleague took the conversation over. The person has not been told.",
  "given up": "The answer that was to tell of it broke too often. The person has not been told.",
} as const;

/** A ticket, and the same in the staff room where there is one; each once for a call. */
async function tellStaff(
  sql: Sql,
  seal: TenantSeal,
  room: StaffPost,
  told: ToldToStaff,
): Promise<PostedInRoom | undefined> {
  const { tenantId, id, tool, state, text, why, correlationId } = told;
  await sql.query(toTicket(seal, told));
  const head = `**${subjects[state](`\`${tool}\``)}.** ${notTold[why]}`;
  const replies = cutForCard(text).map((piece, index) => ({
    body: [...(index === 0 ? [head] : []), fencedForCard(piece, "text")].join("\n\n"),
  }));
  return room.post(sql, seal, { tenantId, replies, cause: id, correlationId });
}

function toTicket(seal: TenantSeal, told: ToldToStaff): Query {
  const { tenantId, conversationId, contactId, id, tool, state, text, why } = told;
  return insertTicket(seal, {
    tenantId,
    conversationId,
    contactId,
    subject: subjects[state](tool),
    description: `${notTold[why]}\n\n${text}`,
    priority: state === "uncertain" ? "high" : "normal",
    idempotencyKey: `background:${id}`,
  });
}
