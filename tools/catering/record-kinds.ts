import { z } from "zod";
import { PermanentError } from "../../src/core/errors.ts";
import type { EffectTools } from "../../src/core/tenant-data.ts";
import type { ToolContext } from "../../src/core/tool.ts";
import { findProblem, selectCatering, toCatering } from "./catering-facts.ts";
import { contactName, contactPhone } from "./contact-fields.ts";
import { selectGuests } from "./get-availability.ts";

/** A record's fields as tools take and give them. */
export type Fields = Readonly<Record<string, unknown>>;

/** Something staff keep books of. */
export interface RecordKind {
  /** As in `create_lead`. */
  readonly noun: string;
  /** As in `list_leads`. */
  readonly plural: string;
  readonly table: "leads" | "customer_records" | "bookings";
  /** Which rows of the table are of this kind. */
  readonly where: string;
  readonly fields: z.ZodObject;
  /** Fields with a column of their own: its name, and how it is read. All others are sealed together. */
  readonly columns: Readonly<Record<string, { readonly name: string; readonly read: string }>>;
  /** Columns that new rows get besides, as SQL; `$2` is the row's id. */
  readonly constants: Readonly<Record<string, string>>;
  /** Throws PermanentError in words for what must not be written. `id` is the record's own. */
  check?(
    tools: EffectTools,
    written: { readonly id: string; readonly fields: Fields },
    context: ToolContext,
  ): Promise<void>;
}

const day = z.string().max(10).describe("YYYY-MM-DD");
const guests = z.int().min(1).max(1_000_000);
const note = z.string().trim().max(2_000);
const email = z
  .string()
  .trim()
  .max(200)
  .regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "Please enter a valid email address");

/** People who asked for something, and how far that is. */
export const leads: RecordKind = {
  noun: "lead",
  plural: "leads",
  table: "leads",
  where: "true",
  fields: z.strictObject({
    name: contactName,
    phone: contactPhone,
    event_date: day.optional(),
    guest_count: guests.optional(),
    message: note.optional(),
    status: z.enum(["new", "contacted", "won", "lost"]).optional(),
  }),
  columns: { status: { name: "status", read: "status" } },
  constants: { source: "'staff'" },
};

/** People the business knows. */
export const customers: RecordKind = {
  noun: "customer",
  plural: "customers",
  table: "customer_records",
  where: "true",
  fields: z.strictObject({
    name: contactName,
    phone: contactPhone.optional(),
    email: email.optional(),
    notes: note.optional(),
  }),
  columns: {},
  constants: {},
};

/** Events that are booked. No day ever gets more guests than the business can serve. */
export const eventBookings: RecordKind = {
  noun: "event_booking",
  plural: "event_bookings",
  table: "bookings",
  where: "kind = 'event'",
  fields: z.strictObject({
    name: contactName,
    phone: contactPhone.optional(),
    event_date: day,
    guest_count: guests,
    status: z.enum(["pending", "confirmed", "cancelled", "completed"]).optional(),
    total: z.number().min(0).max(10_000_000).optional().describe("US dollars"),
    notes: note.optional(),
  }),
  columns: {
    event_date: { name: "event_date", read: "event_date::text" },
    guest_count: { name: "guests", read: "guests" },
    status: { name: "status", read: "status" },
    total: { name: "amount_usd", read: "amount_usd::float8" },
  },
  constants: { kind: "'event'", code: "upper('E' || right(replace($2::uuid::text, '-', ''), 8))" },
  check: checkEvent,
};

/** Holds the business's row, so that two bookings of one moment are counted one after the other. */
async function checkEvent(
  { sql }: EffectTools,
  { id, fields }: { readonly id: string; readonly fields: Fields },
  { now }: ToolContext,
): Promise<void> {
  const { event_date: date, guest_count: count, status } = bookedFields.parse(fields);
  if (status === "cancelled" || status === "completed") return;
  const catering = toCatering(await sql.query(selectCatering(now, { lock: true })));
  const problem = findProblem({ date, guests: count }, catering);
  if (problem !== undefined) throw new PermanentError(problem);
  const [row] = await sql.query<{ guests: number }>(selectGuests(date, id));
  const left = catering.facts.capacity - (row?.guests ?? 0);
  if (count > left)
    throw new PermanentError(
      `There is room for ${Math.max(0, left)} more guests on ${date}, not for ${count}.`,
    );
}

const bookedFields = z.object({
  event_date: z.string(),
  guest_count: z.number(),
  status: z.string().optional(),
});
