import type { ConversationId, TenantId } from "../../src/core/ids.ts";
import type { EffectTools, TenantData, TenantSql } from "../../src/core/tenant-data.ts";
import { describeBooking } from "./cinema-bookings.ts";
import { toPrice } from "./show-lists.ts";

/** What became of a booking when its payment was settled. */
export type PaymentSettled =
  | { readonly kind: "confirmed"; readonly code: string }
  | { readonly kind: "payment failed"; readonly payBefore: string }
  /** The seats were given to others or cancelled meanwhile: the money goes back. */
  | { readonly kind: "too late" };

/** Tells a booking how its payment ended. Told again, it changes nothing and says nothing. */
export type SettlePayment = (payment: {
  readonly tenantId: TenantId;
  readonly paymentId: string;
  readonly outcome: "paid" | "failed";
}) => Promise<PaymentSettled>;

interface Settling {
  readonly id: string;
  readonly code: string;
  readonly status: string;
  readonly conversation_id: ConversationId | null;
  readonly amount: number;
  readonly title: string;
  readonly theater: string;
  readonly time: string;
  readonly pay_before: string;
  readonly seats: readonly string[];
}

/** Confirms bookings when they are paid, and announces it in the conversation they were made in. */
export function createSettlePayment(data: TenantData): SettlePayment {
  return ({ tenantId, paymentId, outcome }) =>
    data.once(tenantId, `payment ${paymentId} ${outcome}`, async (tools): Promise<PaymentSettled> => {
      const booking = await lockBooking(tools.sql, paymentId);
      const isOpen = booking.status === "held" || booking.status === "payment failed";
      if (outcome === "failed") return isOpen ? fail(tools, booking) : toSettled(booking);
      return isOpen ? confirm(tools, booking) : giveBack(tools, booking);
    });
}

async function lockBooking(sql: TenantSql, paymentId: string): Promise<Settling> {
  const [row] = await sql.query<Settling>({
    text: `SELECT b.id, b.code, b.status, b.conversation_id, p.amount_usd::float8 AS amount, m.title, t.name AS theater,
                  to_char(s.starts_at AT TIME ZONE z.time_zone, 'FMHH12:MI AM') AS time,
                  to_char(b.held_until AT TIME ZONE z.time_zone, 'FMHH12:MI AM') AS pay_before,
                  ARRAY(SELECT x.row_label || x.number FROM sold_seats o
                          JOIN seats x ON x.theater_id = o.theater_id AND x.id = o.seat_id
                         WHERE o.booking_id = b.id ORDER BY x.id) AS seats
             FROM payments p JOIN bookings b ON b.id = p.booking_id JOIN shows s ON s.id = b.show_id
             JOIN movies m ON m.id = s.movie_id JOIN theaters t ON t.id = s.theater_id
             JOIN businesses z ON z.kind = 'cinema'
            WHERE p.id = $1 FOR UPDATE OF b`,
    values: [paymentId],
  });
  if (row === undefined) throw new Error("payments: there is no payment to settle");
  return row;
}

async function confirm(tools: EffectTools, booking: Settling): Promise<PaymentSettled> {
  await write(tools.sql, booking, { status: "confirmed", payment: "paid" });
  await say(tools, booking, {
    topic: "booking confirmed",
    body: `Booking confirmed! ${describeBooking(booking)}. Your confirmation code is **${booking.code}**.`,
  });
  return { kind: "confirmed", code: booking.code };
}

async function fail(tools: EffectTools, booking: Settling): Promise<PaymentSettled> {
  await write(tools.sql, booking, { status: "payment failed", payment: "failed" });
  await say(tools, booking, {
    topic: "payment failed",
    body:
      `The payment of ${toPrice(booking.amount)} did not go through, so nothing was booked yet. ` +
      `Your seats are held until ${booking.pay_before}: try the payment link again, or talk to a human.`,
  });
  return { kind: "payment failed", payBefore: booking.pay_before };
}

async function giveBack(tools: EffectTools, booking: Settling): Promise<PaymentSettled> {
  if (booking.status === "confirmed") return { kind: "confirmed", code: booking.code };
  await write(tools.sql, booking, { status: booking.status, payment: "refunded" });
  await say(tools, booking, {
    topic: "payment refunded",
    body: `Your payment of ${toPrice(booking.amount)} came when the seats were no longer held, so it goes back to you.`,
  });
  return { kind: "too late" };
}

function toSettled(booking: Settling): PaymentSettled {
  return booking.status === "confirmed" ? { kind: "confirmed", code: booking.code } : { kind: "too late" };
}

async function write(
  sql: TenantSql,
  booking: Settling,
  { status, payment }: { status: string; payment: string },
): Promise<void> {
  await sql.query({
    text: `WITH b AS (UPDATE bookings SET status = $2, updated_at = now() WHERE id = $1)
           UPDATE payments SET state = $3, settled_at = now() WHERE booking_id = $1`,
    values: [booking.id, status, payment],
  });
}

async function say(
  tools: EffectTools,
  { conversation_id: conversationId }: Settling,
  { topic, body }: { topic: "booking confirmed" | "payment failed" | "payment refunded"; body: string },
): Promise<void> {
  if (conversationId === null) return;
  await tools.announce({ audience: "conversation", topic, conversationId, body });
}
