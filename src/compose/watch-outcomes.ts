import type { Metrics } from "../insights/metrics.ts";
import { createOutcomeGauges } from "../insights/outcomes.ts";
import type { Settings } from "../settings.ts";
import type { Database } from "../store/database.ts";
import { tenantIdOf } from "../tenants/companies.ts";

/** How many conversations needed no colleague, and how many went to people, stands on the page of metrics. */
export function watchOutcomes(parts: {
  readonly settings: Pick<Settings, "tenants">;
  readonly database: Database;
  readonly metrics: Metrics;
}): void {
  const { settings, database, metrics } = parts;
  const companies = new Map(settings.tenants.map(({ slug }) => [slug, tenantIdOf(slug)]));
  for (const gauge of createOutcomeGauges({ database, companies })) metrics.add(gauge);
}
