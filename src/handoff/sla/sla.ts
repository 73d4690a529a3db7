import { randomUUID } from "node:crypto";
import { addBusinessTime, businessTimeBetween, type OpeningHours } from "../../core/business-time.ts";
import type { Baton } from "../../core/conversation.ts";
import { deckButton } from "../../core/deck.ts";
import type { ConversationId, TenantId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import type { Reply } from "../../core/reply.ts";
import type { Database, Sql } from "../../store/database.ts";
import type { Sealer, TenantSeal } from "../../store/seal.ts";
import { plainName } from "../approval-card.ts";
import type { OutsideNews } from "../outside/outside-store.ts";
import type { FollowBaton } from "../passed-baton.ts";
import type { ApprovalNews } from "../pressed.ts";
import { toMoment } from "../../core/wall-clock.ts";
import type { PostedInRoom, StaffRoom } from "../staff-room.ts";
import type { TicketRequest } from "../tickets.ts";
import {
  countBreach,
  findPaused,
  findSlaDue,
  findUnset,
  pauseSla,
  resumeSla,
  setDue,
  settleSla,
  type PausedRow,
  type SettledRow,
  type SlaDueRow,
  type SlaPart,
  type UnsetRow,
} from "./sla-store.ts";

/** What a company promises for its tickets. */
export interface SlaPolicy {
  /** Always there when left out. */
  readonly hours: OpeningHours | undefined;
  readonly timeZone: string;
  /** How soon, in milliseconds in which the company is there, by priority. */
  readonly promises: Readonly<
    Partial<Record<TicketRequest["priority"], Readonly<Partial<Record<SlaPart, number | undefined>>>>>
  >;
}

/** Works out by when tickets are to be answered and solved, and says once when one was not. */
export interface Sla {
  /** One look. Resolves with how much was due. */
  sweep(): Promise<number>;
  /** The clocks stand still while a conversation sleeps. */
  readonly follow: FollowBaton;
}

export interface SlaParts {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly policies: ReadonlyMap<TenantId, SlaPolicy>;
  readonly staffRoom: Pick<StaffRoom, "post">;
  /** Keeps what systems outside are to be told, in the same transaction. */
  readonly note: (sql: Sql, news: OutsideNews) => Promise<void>;
  readonly count: (part: SlaPart) => void;
  readonly onNews: (news: ApprovalNews) => void;
  readonly log: Log;
}

const dueAtOnce = 100;

export function createSla(parts: SlaParts): Sla {
  const { database, sealer, policies, staffRoom, note, count, onNews, log } = parts;
  const tenants = [...policies.keys()];

  async function sweep(): Promise<number> {
    if (tenants.length === 0) return 0;
    const [unset, due] = await database.acrossTenants(async (sql) => [
      await sql.query<UnsetRow>(findUnset(tenants, dueAtOnce)),
      await sql.query<SlaDueRow>(findSlaDue(dueAtOnce)),
    ]);
    for (const row of unset) await alone(row, () => promise(row));
    for (const row of due) await alone(row, () => settle(row));
    return unset.length + due.length;
  }

  /** One ticket that cannot be helped now does not keep the others waiting. */
  async function alone({ id }: { readonly id: string }, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (cause) {
      log.warn({ ticketId: id, err: cause }, "swept past a ticket");
    }
  }

  async function promise(row: UnsetRow): Promise<void> {
    const policy = policies.get(row.company_id);
    const promises = policy?.promises[row.priority];
    const dueIn = (ms: number | undefined) =>
      ms === undefined ? undefined : addBusinessTime(row.created_at, ms + row.sla_shift_ms, policy?.hours);
    const due = { response: dueIn(promises?.response), resolution: dueIn(promises?.resolution) };
    await database.statement(row.company_id, setDue(row, due));
  }

  async function settle(due: SlaDueRow): Promise<void> {
    const tenantId = due.company_id;
    const seal = await sealer.forTenant(tenantId);
    const { isBreached, posted } = await database.withTenant(tenantId, async (sql) => {
      const [ticket] = await sql.query<SettledRow>(settleSla(due));
      if (ticket?.state !== "breached") return { isBreached: false, posted: undefined };
      return { isBreached: true, posted: await tell(sql, seal, due, ticket) };
    });
    if (isBreached) count(due.part);
    if (posted !== undefined) onNews({ ...posted, correlationId: randomUUID() });
  }

  /** In the transaction that finds it out, so it is told once. */
  async function tell(
    sql: Sql,
    seal: TenantSeal,
    { company_id: tenantId, id, part }: SlaDueRow,
    ticket: SettledRow,
  ): Promise<PostedInRoom | undefined> {
    const { conversation_id: conversationId, due_at: at, priority } = ticket;
    const data = {
      what: part === "response" ? "first_response" : "resolution",
      due_at: at.toISOString(),
      priority,
    };
    const cause = `${id} ${part}`;
    log.info({ tenantId, conversationId, ticketId: id, ...data }, "a ticket was not dealt with in time");
    await sql.query(countBreach(tenantId, conversationId, { ticket: id, ...data }));
    await note(sql, {
      tenantId,
      conversationId,
      name: "sla.breached",
      cause,
      at,
      data: { ...data, ticket_id: id },
    });
    const replies = [toLine(part, ticket, policies.get(tenantId)?.timeZone ?? "UTC")];
    return staffRoom.post(sql, seal, { tenantId, replies, cause: `late ${cause}`, correlationId: "" });
  }

  const follow: FollowBaton = async (
    sql,
    _seal,
    { tenantId, conversationId, event, before, conversation },
  ) => {
    if (!policies.has(tenantId)) return;
    const [stood, stands] = [standsStill(before), standsStill(conversation.baton)];
    if (!stood && stands) await sql.query(pauseSla(tenantId, conversationId, event.at));
    if (stood && !stands) await resume(sql, tenantId, conversationId, event.at);
  };

  async function resume(
    sql: Sql,
    tenantId: TenantId,
    conversationId: ConversationId,
    at: Date,
  ): Promise<void> {
    const hours = policies.get(tenantId)?.hours;
    for (const row of await sql.query<PausedRow>(findPaused(tenantId, conversationId))) {
      const { sla_paused_at: since } = row;
      const left = (due: Date | null) =>
        due === null || due <= since
          ? due
          : addBusinessTime(at, businessTimeBetween(since, due, hours), hours);
      const to = { response: left(row.response_due_at), resolution: left(row.resolution_due_at) };
      const sleptMs = businessTimeBetween(since, at, hours);
      await sql.query(resumeSla(tenantId, row.id, { ...to, sleptMs }));
    }
  }

  return { sweep, follow };
}

/** While a conversation sleeps, or the bot has it again, nobody is late: a ticket from before counts on when people have it. */
function standsStill({ status, owner }: Baton): boolean {
  return status === "snoozed" || (status !== "closed" && owner.kind === "bot");
}

function toLine(part: SlaPart, ticket: SettledRow, timeZone: string): Reply {
  const { number, priority, queue, due_at: at, conversation_id: conversationId } = ticket;
  const what = part === "response" ? "has had no answer from a colleague" : "is not solved";
  return {
    body: `⏱ **Late:** ticket #${number} (${priority}, ${plainName(queue.replaceAll("_", " "))}) ${what}; that was due on ${toMoment(at, timeZone)}.`,
    buttons: [deckButton("claim", "Claim", { conversationId, style: "primary" })],
  };
}
