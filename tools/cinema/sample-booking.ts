import type { EffectTools, TenantData } from "../../src/core/tenant-data.ts";
import type { ToolContext } from "../../src/core/tool.ts";
import { bookingCode } from "./booking-code.ts";
import { selectSeats } from "./check-seats.ts";
import type { CinemaShows, Show } from "./cinema-shows.ts";
import { addDays } from "./read-when.ts";
import type { Seat } from "./seat-map.ts";

/** The show newcomers have seats for: tonight's, or the next one once it has begun. */
const sample = { title: "Avengers", theater: "AMC Downtown", screen: "Regular", seats: [207, 208] } as const;

/**
 * In a demo cinema whoever has never booked gets a paid booking of two seats to try things on, once. The first one's is
 * XYZ789 with the seats B7 and B8.
 */
export async function ensureSampleBooking(
  { data, shows }: { data: TenantData; shows: CinemaShows },
  context: ToolContext,
): Promise<void> {
  const { tenantId, contactId, now } = context;
  const [known] = await data.statement(tenantId, {
    text: "SELECT 1 FROM bookings WHERE user_id = $1 AND kind = 'show' LIMIT 1",
    values: [contactId],
  });
  if (known !== undefined) return;
  const cinema = await shows.open(tenantId, now);
  if (!cinema.samples) return;
  const next = await shows.between(tenantId, { from: cinema.today, to: addDays(cinema.today, 1), now });
  const show = next.find(
    ({ title, theater, screen_type: screen }) =>
      title === sample.title && theater === sample.theater && screen === sample.screen,
  );
  if (show === undefined) return;
  await data.once(tenantId, `sample booking ${contactId}`, (tools) => give(tools, show, context));
}

async function give(
  { sql, seal }: EffectTools,
  show: Show,
  context: ToolContext,
): Promise<{ given: boolean }> {
  const { tenantId, contactId, conversationId, now } = context;
  const [counter] = await sql.query<{ number: number }>({
    text: `UPDATE businesses SET next_sample = next_sample + 1 WHERE kind = 'cinema' RETURNING next_sample - 1 AS number`,
  });
  const pair = choosePair(await sql.query<Seat>(selectSeats(show, now)));
  if (counter === undefined || pair === undefined) return { given: false };
  const total = show.price * pair.length;
  const code = bookingCode("sample", counter.number);
  await sql.query({
    text: `WITH booking AS (
             INSERT INTO bookings (company_id, id, user_id, conversation_id, kind, code, status, show_id, starts_at, details, amount_usd)
             VALUES ($1, gen_random_uuid(), $2, $3, 'show', $4, 'confirmed', $5, $6, $7, $8) RETURNING id),
           paid AS (
             INSERT INTO payments (company_id, booking_id, amount_usd, purpose, state, settled_at)
             SELECT $1, id, $8, $9, 'paid', now() FROM booking)
           INSERT INTO sold_seats (company_id, show_id, theater_id, seat_id, booking_id)
           SELECT $1, $5, $10, seat, booking.id FROM booking, unnest($11::int[]) AS seat`,
    values: [
      tenantId,
      contactId,
      conversationId,
      code,
      show.show_id,
      show.starts_at,
      seal.seal("booking.details", "{}"),
      total,
      `${show.title}, ${show.theater}`,
      show.theater_id,
      pair,
    ],
  });
  return { given: true };
}

/** The usual two seats, or else the first two that are free beside each other. */
function choosePair(seats: readonly Seat[]): readonly number[] | undefined {
  const free = new Set(seats.filter((seat) => seat.free).map(({ seat_id: id }) => id));
  if (sample.seats.every((id) => free.has(id))) return sample.seats;
  const left = [...free].find((id) => free.has(id + 1));
  return left === undefined ? undefined : [left, left + 1];
}
