import { randomUUID } from "node:crypto";
import type { NewTicket, Tickets } from "../../tools/support/create-ticket.ts";

/** Tickets in memory: the same key gives the same ticket. */
export interface MemoryTickets extends Tickets {
  readonly all: ReadonlyMap<string, NewTicket & { readonly ticketId: string; readonly number: number }>;
}

/** Starts with no tickets; numbers begin at 1. */
export function createMemoryTickets(): MemoryTickets {
  const all = new Map<string, NewTicket & { ticketId: string; number: number }>();
  return {
    all,
    async create(ticket) {
      const key = `${ticket.tenantId} ${ticket.idempotencyKey}`;
      const before = all.get(key);
      if (before !== undefined) return { ticketId: before.ticketId, number: before.number, created: false };
      const made = { ...ticket, ticketId: randomUUID(), number: all.size + 1 };
      all.set(key, made);
      return { ticketId: made.ticketId, number: made.number, created: true };
    },
  };
}
