import { z } from "zod";
import type { BatonEvent } from "../../core/conversation.ts";
import type { ConversationId, StaffId, TenantId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import { parseJson } from "../../core/parse-json.ts";
import type { Database } from "../../store/database.ts";
import type { Handoff } from "../handoff.ts";

/** What ticket systems tell of: a colleague there took a conversation, gave it back to the bot, ended or opened it. */
const wordNames = ["ticket.assigned", "ticket.returned", "ticket.resolved", "ticket.reopened"] as const;

const words = z.object({
  type: z.enum(wordNames),
  /** When it happened there; it decides which of two is newer. */
  timestamp: z.iso.datetime({ offset: true }),
  data: z
    .object({
      conversation_id: z.uuid().optional(),
      ticket_id: z.uuid().optional(),
      /** A colleague, by the id that webhooks tell or by the name in the company's file. */
      staff: z.string().min(1).max(200),
    })
    .refine(({ conversation_id: talk, ticket_id: ticket }) => talk !== undefined || ticket !== undefined, {
      message: "must have conversation_id or ticket_id",
    }),
});
type Words = z.output<typeof words>;

/** What became of it. `unchanged`: it is so already, or cannot be. `stale`: something newer has happened since. */
export type TicketOutcome =
  | { readonly kind: "changed" | "unchanged" | "stale" }
  | { readonly kind: "refused"; readonly status: 400 | 404; readonly problem: string };

/** Hears from a company's ticket system what became of a conversation there. */
export interface TicketWords {
  /** Carries it out behind the same rules as a command; delivered twice, or late, it changes nothing more. */
  take(tenantId: TenantId, id: string, body: string): Promise<TicketOutcome>;
}

export interface TicketWordsParts {
  readonly database: Database;
  readonly handoff: Pick<Handoff, "apply">;
  readonly log: Log;
}

// Clocks of others may be ahead by so much.
const mostAheadMs = 300_000;

export function createTicketWords({ database, handoff, log }: TicketWordsParts): TicketWords {
  return {
    take: async (tenantId, id, body) => {
      const read = words.safeParse(parseJson(body));
      if (!read.success) return refused(400, z.prettifyError(read.error));
      const at = new Date(read.data.timestamp);
      const ahead = at.getTime() - Date.now();
      if (ahead > mostAheadMs) return refused(400, "its timestamp is in the future");
      const [found] = await database.statement<FoundRow>(tenantId, findNamed(tenantId, read.data.data));
      if (found === undefined) return refused(404, "there is no such conversation");
      if (found.staff_id === null) return refused(404, "there is no such colleague");
      if (found.changed_at !== null && at <= found.changed_at) return { kind: "stale" };
      const subject = { tenantId, conversationId: found.id, correlationId: id };
      const event = toEvent(read.data.type, found.staff_id, ahead > 0 ? new Date() : at);
      const changed = await handoff.apply(subject, event, { data: { webhook: id } });
      log.info(
        { ...subject, event: read.data.type, changed },
        "a ticket system told what became of a conversation",
      );
      return { kind: changed ? "changed" : "unchanged" };
    },
  };
}

interface FoundRow {
  readonly id: ConversationId;
  readonly staff_id: StaffId | null;
  readonly changed_at: Date | null;
}

/** The conversation, the colleague, and when it last changed hands. */
function findNamed(tenantId: TenantId, { conversation_id: talk, ticket_id: ticket, staff }: Words["data"]) {
  return {
    text: `SELECT c.id, (SELECT s.id FROM staff s WHERE s.company_id = $1 AND s.state = 'active'
               AND (s.id::text = $4 OR s.name = $4) ORDER BY s.id LIMIT 1) AS staff_id,
             (SELECT max(a.at) FROM audit a WHERE a.company_id = $1 AND a.conversation_id = c.id AND a.data ? 'epoch') AS changed_at
           FROM conversations c WHERE c.company_id = $1 AND c.id = coalesce($2::uuid,
             (SELECT t.conversation_id FROM tickets t WHERE t.company_id = $1 AND t.id = $3::uuid))`,
    values: [tenantId, talk ?? null, ticket ?? null, staff],
  };
}

function toEvent(name: Words["type"], by: StaffId, at: Date): BatonEvent {
  switch (name) {
    case "ticket.assigned":
      return { kind: "assign", to: by, by, at };
    case "ticket.returned":
      return { kind: "return to bot", by, at };
    case "ticket.resolved":
      return { kind: "resolve", by, reason: "resolved in the ticket system", at };
    case "ticket.reopened":
      return { kind: "reopen", by, at };
    default:
      throw new Error(`unknown words: ${String(name satisfies never)}`);
  }
}

function refused(status: 400 | 404, problem: string): TicketOutcome {
  return { kind: "refused", status, problem };
}
