import type { ConversationId, TenantId } from "../../core/ids.ts";
import type { Query } from "../../store/database.ts";
import type { TicketRequest } from "../tickets.ts";

/** What a ticket promises. */
export type SlaPart = "response" | "resolution";

/** A ticket whose times are not worked out, or for another priority. */
export interface UnsetRow {
  readonly company_id: TenantId;
  readonly id: string;
  readonly priority: TicketRequest["priority"];
  readonly created_at: Date;
  /** So much of its time it slept, milliseconds in which the company is there. */
  readonly sla_shift_ms: number;
}

/** Open tickets of companies that promise something, whose times are to be worked out. */
export function findUnset(tenants: readonly TenantId[], most: number): Query {
  return {
    text: `SELECT company_id, id, priority, created_at, sla_shift_ms::float8 FROM tickets
           WHERE company_id = ANY ($1::uuid[]) AND status IN ('open', 'pending') AND conversation_id IS NOT NULL
             AND sla_priority IS DISTINCT FROM priority
           LIMIT $2`,
    values: [tenants, most],
  };
}

/** Keeps the times, unless the priority has changed again. What is decided stays decided. */
export function setDue(
  { company_id: tenantId, id, priority }: UnsetRow,
  due: Readonly<Record<SlaPart, Date | undefined>>,
): Query {
  return {
    text: `UPDATE tickets SET sla_priority = $3,
             response_due_at = CASE WHEN response_state IS NULL THEN $4 ELSE response_due_at END,
             resolution_due_at = CASE WHEN resolution_state IS NULL THEN $5 ELSE resolution_due_at END
           WHERE company_id = $1 AND id = $2 AND priority = $3`,
    values: [tenantId, id, priority, due.response ?? null, due.resolution ?? null],
  };
}

/** A promise whose time has come. */
export interface SlaDueRow {
  readonly company_id: TenantId;
  readonly id: string;
  readonly part: SlaPart;
}

/** Promises whose time has come and of which nobody has said whether they were kept, across all companies. */
export function findSlaDue(most: number): Query {
  return {
    text: `(SELECT company_id, id, 'response' AS part FROM tickets
            WHERE sla_paused_at IS NULL AND response_state IS NULL AND response_due_at <= clock_timestamp() LIMIT $1)
           UNION ALL
           (SELECT company_id, id, 'resolution' FROM tickets
            WHERE sla_paused_at IS NULL AND resolution_state IS NULL AND resolution_due_at <= clock_timestamp() LIMIT $1)`,
    values: [most],
  };
}

/** A ticket as its promise was found. */
export interface SettledRow {
  readonly state: "met" | "breached";
  readonly number: string;
  readonly priority: TicketRequest["priority"];
  readonly queue: string;
  readonly due_at: Date;
  readonly conversation_id: ConversationId;
}

// Words to the person: not a command, and not what was said among colleagues or taken back.
const firstWords = `SELECT min(m.created_at) FROM messages m WHERE m.company_id = $1 AND m.conversation_id = t.conversation_id
  AND m.role = 'staff' AND m.kind = 'message' AND m.state <> 'deleted' AND m.created_at >= t.created_at
  AND (m.reason IS NULL OR m.reason = 'a colleague spoke')`;

/**
 * Decides once whether a promise was kept: an answer by a colleague's first words to the person or the end of the ticket,
 * a solution by the end of the ticket. No row where it is decided already.
 */
export function settleSla({ company_id: tenantId, id, part }: SlaDueRow): Query {
  const solved = "CASE WHEN t.status IN ('solved', 'closed') THEN t.updated_at END";
  const done = part === "response" ? `least((${firstWords}), ${solved})` : solved;
  return {
    text: `UPDATE tickets t SET ${part}_state = CASE WHEN ${done} <= ${part}_due_at THEN 'met' ELSE 'breached' END
           WHERE t.company_id = $1 AND t.id = $2 AND t.sla_paused_at IS NULL AND t.${part}_state IS NULL
             AND t.${part}_due_at <= clock_timestamp()
           RETURNING ${part}_state AS state, number, priority, queue, ${part}_due_at AS due_at, conversation_id`,
    values: [tenantId, id],
  };
}

/** The clocks of a conversation's tickets stand still from this moment on. */
export function pauseSla(tenantId: TenantId, conversationId: ConversationId, at: Date): Query {
  return {
    text: `UPDATE tickets SET sla_paused_at = $3 WHERE company_id = $1 AND conversation_id = $2
             AND status IN ('open', 'pending') AND sla_paused_at IS NULL`,
    values: [tenantId, conversationId, at],
  };
}

/** A ticket whose clocks stand still. */
export interface PausedRow {
  readonly id: string;
  readonly sla_paused_at: Date;
  readonly response_due_at: Date | null;
  readonly resolution_due_at: Date | null;
}

/** The tickets of a conversation whose clocks stand still, locked. */
export function findPaused(tenantId: TenantId, conversationId: ConversationId): Query {
  return {
    text: `SELECT id, sla_paused_at, response_due_at, resolution_due_at FROM tickets
           WHERE company_id = $1 AND conversation_id = $2 AND sla_paused_at IS NOT NULL FOR UPDATE`,
    values: [tenantId, conversationId],
  };
}

/** The clocks go on, with what was left when they were stopped. */
export function resumeSla(
  tenantId: TenantId,
  id: string,
  to: Readonly<Record<SlaPart, Date | null>> & { readonly sleptMs: number },
): Query {
  return {
    text: `UPDATE tickets SET sla_paused_at = NULL, sla_shift_ms = sla_shift_ms + $5,
             response_due_at = CASE WHEN response_state IS NULL THEN $3 ELSE response_due_at END,
             resolution_due_at = CASE WHEN resolution_state IS NULL THEN $4 ELSE resolution_due_at END
           WHERE company_id = $1 AND id = $2`,
    values: [tenantId, id, to.response, to.resolution, Math.round(to.sleptMs)],
  };
}

/** The event of a promise that was not kept, for the counters. */
export function countBreach(tenantId: TenantId, conversationId: ConversationId, data: object): Query {
  return {
    text: "INSERT INTO events (company_id, event_type, session_id, data) VALUES ($1, 'sla', $2, $3)",
    values: [tenantId, conversationId, JSON.stringify(data)],
  };
}
