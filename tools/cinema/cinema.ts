import type { TenantData } from "../../src/core/tenant-data.ts";
import type { Tool } from "../../src/core/tool.ts";
import { cancelBookingTool } from "./cancel-booking.ts";
import { checkSeatAvailabilityTool } from "./check-seats.ts";
import { createCinemaShows } from "./cinema-shows.ts";
import { createBookingTool } from "./create-booking.ts";
import { getRecommendationsTool } from "./get-recommendations.ts";
import { getShowtimesTool } from "./get-showtimes.ts";
import type { PaymentDesk } from "./payment-desk.ts";
import { getBookingStatusTool, getUserBookingsTool } from "./read-bookings.ts";
import { searchMoviesTool } from "./search-movies.ts";

/** The eight tools of a cinema. */
export function createCinemaTools({
  data,
  payments,
}: {
  data: TenantData;
  payments: PaymentDesk;
}): readonly Tool[] {
  const shows = createCinemaShows(data);
  return [
    searchMoviesTool(shows),
    getShowtimesTool(shows),
    checkSeatAvailabilityTool({ data, shows }),
    createBookingTool({ data, payments }),
    cancelBookingTool({ data, payments }),
    getBookingStatusTool(data),
    getRecommendationsTool({ data, shows }),
    getUserBookingsTool({ data, shows }),
  ];
}
