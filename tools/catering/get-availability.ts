import { z } from "zod";
import { PermanentError } from "../../src/core/errors.ts";
import type { TenantData, TenantQuery } from "../../src/core/tenant-data.ts";
import type { Tool } from "../../src/core/tool.ts";
import { defineTool, lookUp } from "../../src/core/tool.ts";
import { findProblem, selectCatering, toCatering } from "./catering-facts.ts";

/** Guests of all events of a day that are not cancelled; without one event, where its id is given. */
export function selectGuests(date: string, except?: string): TenantQuery {
  return {
    text: `SELECT coalesce(sum(guests), 0)::int AS guests FROM bookings
            WHERE kind = 'event' AND event_date = $1::date AND status IN ('pending', 'confirmed')
              AND id IS DISTINCT FROM $2::uuid`,
    values: [date, except ?? null],
  };
}

/** Whether a group can come on a day: the capacity minus who is booked, the last guest included. */
export function getAvailabilityTool(data: TenantData): Tool {
  return defineTool({
    name: "get_availability",
    description: "Tells whether a day still has room for a group, and for how many guests. Never guess it.",
    input: z.strictObject({
      date: z.string().max(10).describe("YYYY-MM-DD"),
      guest_count: z.int().min(1).max(1_000_000).optional(),
    }),
    output: z.strictObject({ available: z.boolean(), remaining_capacity: z.int() }),
    roles: ["customer", "staff", "admin"],
    ...lookUp,
    async run({ date, guest_count: guests }, { tenantId, now }) {
      const catering = toCatering(await data.statement(tenantId, selectCatering(now)));
      const problem = findProblem({ date, guests }, catering);
      if (problem !== undefined) throw new PermanentError(problem);
      const [row] = await data.statement<{ guests: number }>(tenantId, selectGuests(date));
      const remaining = Math.max(0, catering.facts.capacity - (row?.guests ?? 0));
      return {
        available: remaining >= (guests ?? catering.facts.min_guests),
        remaining_capacity: remaining,
      };
    },
  });
}
