import { z } from "zod";
import type { TenantId } from "../../src/core/ids.ts";
import type { TenantData, TenantQuery } from "../../src/core/tenant-data.ts";
import type { Tool } from "../../src/core/tool.ts";
import { defineTool, lookUp } from "../../src/core/tool.ts";
import { holdIsOver, type CinemaShows, type Show } from "./cinema-shows.ts";
import { drawSeatMap, seatLabel, type Seat } from "./seat-map.ts";
import { toldShow, toToldShow } from "./show-lists.ts";

/** Every seat of a show's room, front to back, with whether it can be had now. */
export function selectSeats(show: Pick<Show, "show_id" | "theater_id">, now: Date): TenantQuery {
  return {
    text: `SELECT x.id AS seat_id, x.row_label AS row, x.number,
                  (o.seat_id IS NULL OR ${holdIsOver} IS TRUE) AS free
             FROM seats x LEFT JOIN sold_seats o ON o.show_id = $2 AND o.seat_id = x.id
             LEFT JOIN bookings b ON b.id = o.booking_id
            WHERE x.theater_id = $3 ORDER BY x.id`,
    values: [now, show.show_id, show.theater_id],
  };
}

/** Shows which seats of a show are free, as a map and as ids to book. */
export function checkSeatAvailabilityTool(parts: { data: TenantData; shows: CinemaShows }): Tool {
  const readSeats = (tenantId: TenantId, show: Show, now: Date) =>
    parts.data.statement<Seat>(tenantId, selectSeats(show, now));
  return defineTool({
    name: "check_seat_availability",
    description:
      "Gives the free seats of a show and a seat map. Show the person the map as it is and ask which seats they want; " +
      "create_booking takes the seat_id that belongs to each label.",
    input: z.strictObject({ show_id: z.int().min(1).describe("From search_movies or get_showtimes") }),
    output: z.object({
      show: toldShow,
      seats: z.array(z.object({ seat_id: z.int(), label: z.string() })),
      map: z.string(),
    }),
    roles: ["customer", "staff", "admin"],
    ...lookUp,
    async run({ show_id: showId }, { tenantId, now }) {
      const show = await parts.shows.one(tenantId, showId, now);
      const seats = await readSeats(tenantId, show, now);
      return {
        show: toToldShow(show),
        seats: seats
          .filter(({ free }) => free)
          .map((seat) => ({ seat_id: seat.seat_id, label: seatLabel(seat) })),
        map: drawSeatMap(seats),
      };
    },
  });
}
