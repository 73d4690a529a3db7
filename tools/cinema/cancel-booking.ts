import { z } from "zod";
import { PermanentError } from "../../src/core/errors.ts";
import type { TenantData, TenantSql } from "../../src/core/tenant-data.ts";
import type { Tool, ToolContext } from "../../src/core/tool.ts";
import { defineTool } from "../../src/core/tool.ts";
import { foundBooking, isCancellable, selectBooking, type BookingRow } from "./cinema-bookings.ts";
import type { PaymentDesk } from "./payment-desk.ts";
import { toPrice } from "./show-lists.ts";

const refundDays = "3–5";

/** Cancels a booking and gives the money back: all of it before the show begins, and nothing is cancelled after. */
export function cancelBookingTool({ data, payments }: { data: TenantData; payments: PaymentDesk }): Tool {
  return defineTool({
    name: "cancel_booking",
    description:
      "Cancels a booking of the person in this conversation and refunds it in full, as long as the show has not begun. " +
      "Tell the refund and ask for a clear yes before you call it.",
    input: z.strictObject({
      booking_id: z.string().trim().min(3).max(40).describe("The booking's code, such as XYZ789"),
    }),
    output: z.object({
      booking_id: z.string(),
      status: z.literal("cancelled"),
      refund_amount: z.number(),
      refund_days: z.string(),
      message: z.string(),
    }),
    roles: ["customer", "staff", "admin"],
    effect: "write",
    repeatable: true,
    approval: "none",
    timeoutMs: 10_000,
    cost: 0.001,
    async run({ booking_id: code }, context) {
      const { tenantId, idempotencyKey } = context;
      const cancelled = await data.once(tenantId, `cancel_booking ${idempotencyKey}`, ({ sql }) =>
        cancel(sql, code, context),
      );
      const { id: bookingId, refund } = cancelled;
      if (refund > 0) await payments.refund({ tenantId, bookingId });
      const back =
        refund > 0
          ? ` You get ${toPrice(refund)} back within ${refundDays} days.`
          : " Nothing was paid, so nothing is refunded.";
      return {
        booking_id: cancelled.code,
        status: "cancelled" as const,
        refund_amount: refund,
        refund_days: refundDays,
        message: `Your booking is cancelled.${back}`,
      };
    },
  });
}

async function cancel(
  sql: TenantSql,
  code: string,
  context: ToolContext,
): Promise<{ id: string; code: string; refund: number }> {
  const { now } = context;
  const { text, values } = selectBooking(code, context);
  const booking = foundBooking(
    await sql.query<BookingRow>({ text: `${text} FOR UPDATE OF b`, values }),
    code,
  );
  const { id } = booking;
  if (booking.status === "cancelled") return { id, code: booking.code, refund: booking.refund ?? 0 };
  if (!isCancellable(booking, now))
    throw new PermanentError(
      booking.starts_at <= now
        ? "The show has begun, so the booking cannot be cancelled any more."
        : "This booking was not paid in time and is no longer held; there is nothing to cancel.",
    );
  const refund = booking.status === "confirmed" ? booking.total : 0;
  await sql.query({
    text: `WITH free AS (DELETE FROM sold_seats WHERE booking_id = $1)
           UPDATE bookings SET status = 'cancelled', refund_usd = $2, updated_at = $3 WHERE id = $1`,
    values: [id, refund, now],
  });
  return { id, code: booking.code, refund };
}
