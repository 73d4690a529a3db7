import { z } from "zod";
import { PermanentError } from "../../src/core/errors.ts";
import { plainText } from "../../src/core/plain-text.ts";
import type { TenantQuery } from "../../src/core/tenant-data.ts";
import type { ToolContext } from "../../src/core/tool.ts";
import { toPrice } from "./show-lists.ts";

/** A booking of seats as the database knows it. */
export interface BookingRow {
  readonly id: string;
  readonly code: string;
  readonly status: "held" | "payment failed" | "confirmed" | "expired" | "cancelled";
  /** The seats were not paid in time. */
  readonly over: boolean;
  readonly show_id: number;
  readonly title: string;
  readonly theater: string;
  readonly screen_type: string;
  readonly date: string;
  readonly time: string;
  readonly starts_at: Date;
  /** Labels in the order of the room; none once they were given back. */
  readonly seats: readonly string[];
  readonly total: number;
  readonly refund: number | null;
  /** The clock's time until which unpaid seats are held. */
  readonly pay_before: string | null;
}

const statuses = ["awaiting payment", "payment failed", "confirmed", "expired", "cancelled"] as const;

/** What tools tell of a booking. */
export const toldBooking = z.object({
  booking_id: z.string(),
  status: z.enum(statuses),
  show_id: z.int(),
  title: z.string(),
  theater: z.string(),
  screen_type: z.string(),
  date: z.string(),
  time: z.string(),
  seats: z.array(z.string()),
  total: z.number(),
  /** It can be cancelled now. */
  cancellable: z.boolean(),
  refund_amount: z.number().optional(),
});
type ToldBooking = z.output<typeof toldBooking>;

/** Columns of a BookingRow; `$1` is now. */
const bookingColumns = `
  b.id, b.code, b.status, coalesce(b.held_until <= $1, false) AND b.status IN ('held', 'payment failed') AS over,
  s.id AS show_id, m.title, t.name AS theater, s.screen_type, s.day::text AS date, s.starts_at,
  to_char(s.starts_at AT TIME ZONE z.time_zone, 'FMHH12:MI AM') AS time,
  to_char(b.held_until AT TIME ZONE z.time_zone, 'FMHH12:MI AM') AS pay_before,
  b.amount_usd::float8 AS total, b.refund_usd::float8 AS refund,
  ARRAY(SELECT x.row_label || x.number FROM sold_seats o JOIN seats x ON x.theater_id = o.theater_id AND x.id = o.seat_id
         WHERE o.booking_id = b.id ORDER BY x.id) AS seats`;
const bookingTables = `bookings b JOIN shows s ON s.id = b.show_id JOIN movies m ON m.id = s.movie_id
  JOIN theaters t ON t.id = s.theater_id JOIN businesses z ON z.kind = 'cinema'`;

/** One booking by its code: the caller's own; any of the company's for staff. */
export function selectBooking(code: string, { contactId, role, now }: ToolContext): TenantQuery {
  return {
    text: `SELECT ${bookingColumns} FROM ${bookingTables}
            WHERE b.kind = 'show' AND b.code = $2 AND (b.user_id = $3 OR $4)`,
    values: [now, code.trim().toUpperCase(), contactId, role === "staff" || role === "admin"],
  };
}

/** The caller's bookings, the next ones first, then the newest of the past; 20 at most. */
export function selectOwnBookings({ contactId, now }: ToolContext): TenantQuery {
  return {
    text: `SELECT ${bookingColumns} FROM ${bookingTables} WHERE b.kind = 'show' AND b.user_id = $2
            ORDER BY s.starts_at < $1, abs(extract(epoch FROM s.starts_at - $1)) LIMIT 20`,
    values: [now, contactId],
  };
}

/** Throws PermanentError, the same for a booking of somebody else and for one that never was. */
export function foundBooking(rows: readonly BookingRow[], code: string): BookingRow {
  const [row] = rows;
  if (row === undefined) throw new PermanentError(`I found no booking with the code ${code.trim()}.`);
  return row;
}

export function toToldBooking(row: BookingRow, now: Date): ToldBooking {
  const { code, show_id, title, theater, screen_type, date, time, total, refund } = row;
  return {
    booking_id: code,
    status: toStatus(row),
    show_id,
    title,
    theater,
    screen_type,
    date,
    time,
    seats: [...row.seats],
    total,
    cancellable: isCancellable(row, now),
    ...(refund !== null && { refund_amount: refund }),
  };
}

function toStatus({ status, over }: BookingRow): (typeof statuses)[number] {
  if (over) return "expired";
  return status === "held" ? "awaiting payment" : status;
}

/** Until the show begins, and once only. */
export function isCancellable({ status, over, starts_at: at }: BookingRow, now: Date): boolean {
  return !over && status !== "cancelled" && status !== "expired" && at > now;
}

/** A booking in one line of CommonMark: **Avengers**: AMC Downtown, 8:00 PM, seats B7, B8. */
export function describeBooking(booking: Pick<BookingRow, "title" | "theater" | "time" | "seats">): string {
  const { title, theater, time, seats } = booking;
  const where = seats.length === 0 ? "" : `, ${seats.length === 1 ? "seat" : "seats"} ${seats.join(", ")}`;
  return `**${plainText(title)}**: ${plainText(theater)}, ${time}${where}`;
}

/** Bookings as a numbered CommonMark list with their state and code. */
export function listBookings(bookings: readonly ToldBooking[]): string {
  return bookings
    .map(
      (one, index) =>
        `${index + 1}. ${describeBooking(one)} on ${one.date}, ${toPrice(one.total)} (${capital(one.status)}, ${one.booking_id})`,
    )
    .join("\n");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
