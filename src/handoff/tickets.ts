import { defaultQueue } from "../core/baton-event.ts";
import type { ContactId, ConversationId, TenantId } from "../core/ids.ts";
import type { Database, Query } from "../store/database.ts";
import { deriveId } from "../store/derive-id.ts";
import type { Sealer, TenantSeal } from "../store/seal.ts";

/** A work item for people. The same key again gives the first ticket back. */
export interface TicketRequest {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly contactId: ContactId;
  readonly subject: string;
  readonly description: string;
  readonly priority: "low" | "normal" | "high" | "urgent";
  /** Whose work it is; the usual queue's when left out. */
  readonly queue?: string | undefined;
  readonly idempotencyKey: string;
}

export interface TicketCreated {
  readonly ticketId: string;
  readonly number: number;
  /** False when an earlier call with this key made it. */
  readonly created: boolean;
}

export interface Tickets {
  create(request: TicketRequest): Promise<TicketCreated>;
}

/** Tickets in PostgreSQL; subject and description are sealed. */
export function createTickets({ database, sealer }: { database: Database; sealer: Sealer }): Tickets {
  return {
    create: async (request) => {
      const seal = await sealer.forTenant(request.tenantId);
      const [row] = await database.statement<{ id: string; number: string; created: boolean }>(
        request.tenantId,
        insertTicket(seal, request),
      );
      if (row === undefined) throw new Error("tickets: the insert answered nothing");
      return { ticketId: row.id, number: Number(row.number), created: row.created };
    },
  };
}

/** Inserts a ticket once per key and gives it back; for a transaction that changes more. */
export function insertTicket(seal: TenantSeal, request: TicketRequest): Query {
  const { tenantId, conversationId, contactId, subject, description, priority, idempotencyKey } = request;
  const { queue = defaultQueue } = request;
  return {
    text: `WITH made AS (
             INSERT INTO tickets (company_id, id, conversation_id, user_id, subject, description, priority, idempotency_key, queue)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (company_id, idempotency_key) DO NOTHING
             RETURNING id, number)
           SELECT id, number, true AS created FROM made
           UNION ALL SELECT id, number, false FROM tickets WHERE company_id = $1 AND idempotency_key = $8
           LIMIT 1`,
    values: [
      tenantId,
      deriveId("ticket", tenantId, idempotencyKey),
      conversationId,
      contactId,
      seal.seal("ticket.subject", subject),
      seal.seal("ticket.description", description),
      priority,
      idempotencyKey,
      queue,
    ],
  };
}

/**
 * Who asks for a person again, while the ticket of their first asking is not solved, goes on in it: in this queue, and no
 * less urgent than before. No row where there is none.
 */
export function goOnInTicket(
  tenantId: TenantId,
  conversationId: ConversationId,
  { queue, priority }: Required<Pick<TicketRequest, "queue" | "priority">>,
): Query {
  return {
    text: `UPDATE tickets SET queue = $3, priority = CASE WHEN $4 = 'urgent' THEN $4 ELSE priority END, updated_at = now()
           WHERE company_id = $1 AND conversation_id = $2 AND status IN ('open', 'pending')
             AND idempotency_key LIKE 'handoff:%' RETURNING id`,
    values: [tenantId, conversationId, queue, priority],
  };
}

/** A conversation's tickets are done: it has ended, or its person does not wait on. */
export function solveTickets(tenantId: TenantId, conversationId: ConversationId): Query {
  return {
    text: `UPDATE tickets SET status = 'solved', updated_at = now() WHERE company_id = $1 AND conversation_id = $2
             AND status IN ('open', 'pending') AND idempotency_key LIKE 'handoff:%'`,
    values: [tenantId, conversationId],
  };
}

/** A conversation that is open again has its newest ticket again, unless that goes on in another one. No row for none. */
export function reopenTicket(tenantId: TenantId, conversationId: ConversationId): Query {
  return {
    text: `UPDATE tickets SET status = 'open', updated_at = now() WHERE company_id = $1 AND status IN ('solved', 'closed') AND id = (
             SELECT id FROM tickets WHERE company_id = $1 AND conversation_id = $2 AND idempotency_key LIKE 'handoff:%'
               AND merged_into IS NULL ORDER BY number DESC LIMIT 1) RETURNING id`,
    values: [tenantId, conversationId],
  };
}

/** Changes a conversation's open tickets: how urgent they are, or a tag more. */
export function markTickets(
  tenantId: TenantId,
  conversationId: ConversationId,
  mark: {
    readonly priority?: TicketRequest["priority"] | undefined;
    readonly tag?: string | undefined;
    readonly queue?: string | undefined;
  },
): Query {
  return {
    text: `UPDATE tickets SET priority = coalesce($3, priority), queue = coalesce($5, queue), updated_at = now(),
             tags = CASE WHEN $4::text IS NULL OR $4 = ANY (tags) THEN tags ELSE tags || $4 END
           WHERE company_id = $1 AND conversation_id = $2 AND status IN ('open', 'pending') RETURNING id`,
    values: [tenantId, conversationId, mark.priority ?? null, mark.tag ?? null, mark.queue ?? null],
  };
}
