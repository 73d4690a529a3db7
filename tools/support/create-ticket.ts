import { z } from "zod";
import type { ContactId, ConversationId, TenantId } from "../../src/core/ids.ts";
import type { Tool } from "../../src/core/tool.ts";
import { defineTool } from "../../src/core/tool.ts";

const priority = z.enum(["low", "normal", "high", "urgent"]);

/** A ticket to be made. */
export interface NewTicket {
  readonly tenantId: TenantId;
  readonly conversationId: ConversationId;
  readonly contactId: ContactId;
  readonly subject: string;
  readonly description: string;
  readonly priority: z.output<typeof priority>;
  /** A second creation with the same key gives the first ticket, `created: false`. */
  readonly idempotencyKey: string;
}

/** Where tickets are kept. */
export interface Tickets {
  create(
    ticket: NewTicket,
  ): Promise<{ readonly ticketId: string; readonly number: number; readonly created: boolean }>;
}

/** Opens a ticket for the staff, at most one for each call whatever crashes in between. */
export function createTicketTool(tickets: Tickets): Tool {
  return defineTool({
    name: "create_ticket",
    description:
      "Opens a support ticket for the person in this conversation, so that staff take care of it. " +
      "Use it when the person asks for it or when you cannot help. Tell the person the ticket's number.",
    input: z.strictObject({
      subject: z.string().trim().min(3).max(200).describe("What it is about, in a few words"),
      description: z.string().trim().min(1).max(4000).describe("What the person needs, with all facts"),
      priority: priority.optional().describe("normal unless the person's case is special"),
    }),
    output: z.object({ ticketId: z.string(), number: z.int(), created: z.boolean() }),
    roles: ["customer", "staff", "admin"],
    effect: "write",
    repeatable: true,
    approval: "none",
    timeoutMs: 10_000,
    cost: 0,
    run({ subject, description, priority: given }, context) {
      const { tenantId, conversationId, contactId, idempotencyKey } = context;
      return tickets.create({
        tenantId,
        conversationId,
        contactId,
        subject,
        description,
        priority: given ?? "normal",
        idempotencyKey,
      });
    },
  });
}
