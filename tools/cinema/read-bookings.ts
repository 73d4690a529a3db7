import { z } from "zod";
import type { TenantData } from "../../src/core/tenant-data.ts";
import type { Tool } from "../../src/core/tool.ts";
import { defineTool, lookUp } from "../../src/core/tool.ts";
import {
  describeBooking,
  foundBooking,
  listBookings,
  selectBooking,
  selectOwnBookings,
  toldBooking,
  toToldBooking,
  type BookingRow,
} from "./cinema-bookings.ts";
import type { CinemaShows } from "./cinema-shows.ts";
import { ensureSampleBooking } from "./sample-booking.ts";

const reading = {
  roles: ["customer", "staff", "admin"],
  ...lookUp,
} as const;

/** Where one booking stands. */
export function getBookingStatusTool(data: TenantData): Tool {
  return defineTool({
    ...reading,
    name: "get_booking_status",
    description: "Gives the state of one booking of the person in this conversation, by its code.",
    input: z.strictObject({
      booking_id: z.string().trim().min(3).max(40).describe("The booking's code, such as XYZ789"),
    }),
    output: toldBooking.extend({ summary: z.string() }),
    async run({ booking_id: code }, context) {
      const rows = await data.statement<BookingRow>(context.tenantId, selectBooking(code, context));
      const row = foundBooking(rows, code);
      return { ...toToldBooking(row, context.now), summary: describeBooking(row) };
    },
  });
}

/** All bookings of whoever asks. */
export function getUserBookingsTool({ data, shows }: { data: TenantData; shows: CinemaShows }): Tool {
  return defineTool({
    ...reading,
    name: "get_user_bookings",
    description: "Gives the bookings of the person in this conversation, the next show first.",
    input: z.strictObject({
      user_id: z.int().optional().describe("Leave out: it is the person in this conversation"),
    }),
    output: z.object({ bookings: z.array(toldBooking), list: z.string() }),
    async run(_, context) {
      const { tenantId, now } = context;
      await ensureSampleBooking({ data, shows }, context);
      const rows = await data.statement<BookingRow>(tenantId, selectOwnBookings(context));
      const bookings = rows.map((row) => toToldBooking(row, now));
      const list = listBookings(bookings);
      return { bookings, list: list === "" ? "You have no bookings." : list };
    },
  });
}
