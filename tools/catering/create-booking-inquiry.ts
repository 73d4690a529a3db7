import { randomUUID } from "node:crypto";
import { z } from "zod";
import { PermanentError } from "../../src/core/errors.ts";
import { plainText } from "../../src/core/plain-text.ts";
import type { EffectTools, TenantData } from "../../src/core/tenant-data.ts";
import type { Tool, ToolContext } from "../../src/core/tool.ts";
import { defineTool } from "../../src/core/tool.ts";
import { findProblem, selectCatering, toCatering } from "./catering-facts.ts";
import { contactName, contactPhone } from "./contact-fields.ts";

const inquiry = z.strictObject({
  name: contactName,
  phone: contactPhone,
  event_date: z.string().max(10).optional().describe("YYYY-MM-DD"),
  guest_count: z.int().min(1).max(1_000_000),
  message: z.string().trim().max(2_000).optional().describe("Wishes, place, allergies"),
});
type Inquiry = z.output<typeof inquiry>;

/** Writes down who would like to book, and tells the staff, once. */
export function createBookingInquiryTool(data: TenantData): Tool {
  return defineTool({
    name: "create_booking_inquiry",
    description:
      "Writes down a booking inquiry, so that staff call the person back. Confirm name, phone, date and guests before.",
    input: inquiry,
    output: z.strictObject({ success: z.boolean(), lead_id: z.string(), message: z.string() }),
    roles: ["customer", "staff", "admin"],
    effect: "write",
    repeatable: true,
    approval: "none",
    timeoutMs: 10_000,
    cost: 0.001,
    run: (given, context) =>
      data.once(context.tenantId, `create_booking_inquiry ${context.idempotencyKey}`, (tools) =>
        writeDown(tools, given, context),
      ),
  });
}

async function writeDown(tools: EffectTools, given: Inquiry, context: ToolContext) {
  const { tenantId, conversationId, contactId, now } = context;
  const catering = toCatering(await tools.sql.query(selectCatering(now)));
  if (!catering.facts.inquiries_open)
    throw new PermanentError("We do not take inquiries in the chat at the moment. A human can help you.");
  const problem = findProblem({ date: given.event_date, guests: given.guest_count }, catering);
  if (problem !== undefined) throw new PermanentError(problem);
  const leadId = randomUUID();
  await tools.sql.query({
    text: `INSERT INTO leads (company_id, id, conversation_id, user_id, source, details)
           VALUES ($1, $2, $3, $4, 'ai_chat', $5)`,
    values: [
      tenantId,
      leadId,
      conversationId,
      contactId,
      tools.seal.seal("leads.details", JSON.stringify(given)),
    ],
  });
  if (catering.facts.notify_staff)
    await tools.announce({ audience: "staff", topic: "new lead", conversationId, body: tellStaff(given) });
  return {
    success: true,
    lead_id: leadId,
    message: `Thank you, ${given.name}! Your inquiry for ${given.guest_count} guests${
      given.event_date === undefined ? "" : ` on ${given.event_date}`
    } is with our team. We will call you at ${given.phone}.`,
  };
}

function tellStaff({ name, phone, event_date: date, guest_count: guests, message }: Inquiry): string {
  const lines = [
    "**New lead from the chat**",
    "",
    `- Name: ${plainText(name)}`,
    `- Phone: ${phone}`,
    `- Date: ${date ?? "not said"}`,
    `- Guests: ${guests}`,
    ...(message === undefined || message === "" ? [] : [`- Message: ${plainText(message)}`]),
  ];
  return lines.join("\n");
}
