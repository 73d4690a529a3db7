import { z } from "zod";
import { PermanentError } from "../../src/core/errors.ts";
import type { EffectTools, TenantData, TenantSql } from "../../src/core/tenant-data.ts";
import type { Tool, ToolContext } from "../../src/core/tool.ts";
import { defineTool } from "../../src/core/tool.ts";
import { bookingCode } from "./booking-code.ts";
import { holdIsOver, selectShow, type Show } from "./cinema-shows.ts";
import type { PaymentDesk } from "./payment-desk.ts";
import { seatLabel } from "./seat-map.ts";
import { toldShow, toPrice, toToldShow } from "./show-lists.ts";

/** Seats are held so long for the payment. */
const holdMinutes = 10;
const mostSeats = 10;
const mostUnpaid = 3;

const held = z.object({
  id: z.string(),
  code: z.string(),
  pay_before: z.string(),
  show: toldShow,
  seats: z.array(z.string()),
  total: z.number(),
});
type Held = z.output<typeof held>;

/** Holds seats for the caller and opens the payment; the payment confirms them. A seat is never sold twice. */
export function createBookingTool({ data, payments }: { data: TenantData; payments: PaymentDesk }): Tool {
  return defineTool({
    name: "create_booking",
    description:
      "Books seats of a show for the person in this conversation. Confirm the show, the seats and the total before. " +
      `It holds the seats for ${holdMinutes} minutes and gives a payment link: the booking is confirmed once it is paid.`,
    input: z.strictObject({
      show_id: z.int().min(1),
      seat_ids: z.array(z.int().min(1)).min(1).max(mostSeats).describe("From check_seat_availability"),
      user_id: z.int().optional().describe("Leave out: the booking is for the person in this conversation"),
    }),
    output: z.object({
      booking_id: z.string(),
      status: z.literal("awaiting payment"),
      show: toldShow,
      seats: z.array(z.string()),
      total: z.number(),
      payment_url: z.string(),
      pay_before: z.string(),
      message: z.string(),
    }),
    roles: ["customer", "staff", "admin"],
    effect: "write",
    repeatable: true,
    approval: "none",
    timeoutMs: 10_000,
    cost: 0.001,
    async run({ show_id: showId, seat_ids: wanted }, context) {
      const { tenantId, idempotencyKey } = context;
      const seatIds = [...new Set(wanted)].toSorted((one, other) => one - other);
      const booking = held.parse(
        await data.once(tenantId, `create_booking ${idempotencyKey}`, (tools) =>
          hold(tools, { showId, seatIds, context }),
        ),
      );
      const { id: bookingId, code, show, seats, total, pay_before } = booking;
      const purpose = `${show.title}, ${show.theater}, ${show.date} ${show.time}, ${seats.join(", ")}`;
      const { url } = await payments.open({ tenantId, bookingId, amountUsd: total, purpose });
      return {
        booking_id: code,
        status: "awaiting payment" as const,
        show,
        seats,
        total,
        payment_url: url,
        pay_before,
        message: `Seats ${seats.join(", ")} are held until ${pay_before}. Pay ${toPrice(total)} here to confirm them: ${url}`,
      };
    },
  });
}

interface Wish {
  readonly showId: number;
  /** Each once, in order. */
  readonly seatIds: readonly number[];
  readonly context: ToolContext;
}

async function hold({ sql, seal }: EffectTools, wish: Wish): Promise<Held> {
  const { showId, seatIds, context } = wish;
  const { tenantId, contactId, conversationId, now } = context;
  const [show] = await sql.query<Show>(selectShow(showId, now));
  if (show === undefined) throw new PermanentError(`There is no show with the id ${showId}.`);
  if (show.starts_at <= now) throw new PermanentError("This show has begun; it cannot be booked any more.");
  const seats = await readSeats(sql, show.theater_id, seatIds);
  // Taken first by everyone who books here, so that nobody waits in a circle.
  const number = await nextNumber(sql);
  const mine = await findOwnHold(sql, wish);
  const total = Math.round(show.price * seatIds.length * 100) / 100;
  const told = { show: toToldShow(show), seats, total };
  if (mine !== undefined) return { ...mine, ...told };
  await refuseHoarding(sql, context);
  await releaseOverdue(sql, wish);
  const [booking] = await sql.query<{ id: string; code: string; pay_before: string }>({
    text: `INSERT INTO bookings (company_id, id, user_id, conversation_id, kind, code, status, show_id, starts_at, details,
             amount_usd, held_until)
           SELECT $1, gen_random_uuid(), $2, $3, 'show', $4, 'held', s.id, s.starts_at, $6, $7, $8::timestamptz
             FROM shows s WHERE s.id = $5
           RETURNING id, code, (SELECT to_char($8::timestamptz AT TIME ZONE time_zone, 'FMHH12:MI AM')
                                  FROM businesses WHERE kind = 'cinema') AS pay_before`,
    values: [
      tenantId,
      contactId,
      conversationId,
      bookingCode("booking", number),
      showId,
      seal.seal("booking.details", "{}"),
      total,
      new Date(now.getTime() + holdMinutes * 60_000),
    ],
  });
  if (booking === undefined) throw new Error("bookings: the insert answered nothing");
  await takeSeats(sql, { tenantId, bookingId: booking.id, show, seatIds, labels: seats });
  return { ...booking, ...told };
}

/** The labels of the seats, in their order. */
async function readSeats(sql: TenantSql, theaterId: number, seatIds: readonly number[]): Promise<string[]> {
  const rows = await sql.query<{ id: number; row: string; number: number }>({
    text: "SELECT id, row_label AS row, number FROM seats WHERE theater_id = $1 AND id = ANY($2::int[]) ORDER BY id",
    values: [theaterId, seatIds],
  });
  const missing = seatIds.find((id) => rows.every((row) => row.id !== id));
  if (missing !== undefined)
    throw new PermanentError(
      `There is no seat with the id ${missing} there; check_seat_availability tells the ids.`,
    );
  return rows.map(seatLabel);
}

async function nextNumber(sql: TenantSql): Promise<number> {
  const [row] = await sql.query<{ number: number }>({
    text: `UPDATE businesses SET next_number = next_number + 1 WHERE kind = 'cinema' RETURNING next_number - 1 AS number`,
  });
  if (row === undefined) throw new PermanentError("There is no cinema here.");
  return row.number;
}

/** The same seats asked for once more are the same booking while it waits for its payment. */
async function findOwnHold(
  sql: TenantSql,
  { showId, seatIds, context: { contactId, now } }: Wish,
): Promise<{ id: string; code: string; pay_before: string } | undefined> {
  const [row] = await sql.query<{ id: string; code: string; pay_before: string }>({
    text: `SELECT b.id, b.code, to_char(b.held_until AT TIME ZONE z.time_zone, 'FMHH12:MI AM') AS pay_before
             FROM bookings b JOIN businesses z ON z.kind = 'cinema'
            WHERE b.user_id = $2 AND b.show_id = $3 AND b.status IN ('held', 'payment failed') AND b.held_until > $1
              AND ARRAY(SELECT o.seat_id FROM sold_seats o WHERE o.booking_id = b.id ORDER BY 1) = $4::int[] LIMIT 1`,
    values: [now, contactId, showId, seatIds],
  });
  return row;
}

async function refuseHoarding(sql: TenantSql, { contactId, now }: ToolContext): Promise<void> {
  const [row] = await sql.query<{ unpaid: number }>({
    text: `SELECT count(*) AS unpaid FROM bookings b
            WHERE b.user_id = $2 AND b.kind = 'show' AND b.status IN ('held', 'payment failed') AND b.held_until > $1`,
    values: [now, contactId],
  });
  if ((row?.unpaid ?? 0) >= mostUnpaid)
    throw new PermanentError(
      `${mostUnpaid} bookings are waiting for their payment. Pay or cancel one of them first.`,
    );
}

/** Seats of the show that were not paid in time are free again. */
async function releaseOverdue(sql: TenantSql, { showId, context: { now } }: Wish): Promise<void> {
  await sql.query({
    text: `WITH gone AS (
             UPDATE bookings b SET status = 'expired', updated_at = $1 WHERE b.show_id = $2 AND ${holdIsOver}
             RETURNING b.id)
           DELETE FROM sold_seats o USING gone WHERE o.booking_id = gone.id`,
    values: [now, showId],
  });
}

async function takeSeats(
  sql: TenantSql,
  parts: {
    readonly tenantId: string;
    readonly bookingId: string;
    readonly show: Show;
    readonly seatIds: readonly number[];
    readonly labels: readonly string[];
  },
): Promise<void> {
  const { tenantId, bookingId, show, seatIds, labels } = parts;
  const taken = await sql.query<{ seat_id: number }>({
    text: `INSERT INTO sold_seats (company_id, show_id, theater_id, seat_id, booking_id)
           SELECT $1, $2, $3, seat, $5 FROM unnest($4::int[]) AS seat ORDER BY seat
           ON CONFLICT DO NOTHING RETURNING seat_id`,
    values: [tenantId, show.show_id, show.theater_id, seatIds, bookingId],
  });
  const got = new Set(taken.map((row) => row.seat_id));
  const lost = labels.filter((_, index) => !got.has(seatIds[index] ?? -1));
  if (lost.length === 0) return;
  const are = lost.length === 1 ? `Seat ${lost[0]} is` : `Seats ${lost.join(", ")} are`;
  throw new PermanentError(`${are} taken. Please choose other seats.`);
}
