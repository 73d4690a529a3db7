import { createBookingGauges } from "../insights/bookings.ts";
import type { Metrics } from "../insights/metrics.ts";
import type { Settings } from "../settings.ts";
import type { Database } from "../store/database.ts";
import { tenantIdOf } from "../tenants/companies.ts";

/** Whoever looks at a room, or has seats held, has begun to book. */
const beginnings = ["check_seat_availability", "create_booking"];

/** Companies that sell seats have the share of conversations that came to a booking on the page of metrics. */
export function watchBookings(parts: {
  readonly settings: Pick<Settings, "tenants">;
  readonly database: Database;
  readonly metrics: Metrics;
}): void {
  const sellers = parts.settings.tenants.filter(({ demo }) => demo === "cinema");
  if (sellers.length === 0) return;
  const companies = new Map(sellers.map(({ slug }) => [slug, tenantIdOf(slug)]));
  const { database, metrics } = parts;
  for (const gauge of createBookingGauges({ database, companies, beginnings })) metrics.add(gauge);
}
