import type { Log } from "../core/log.ts";
import { createSafeFetch } from "../guard/addresses/safe-fetch.ts";
import { createOutside, type Outside } from "../handoff/outside/outside.ts";
import { createSignedWebhook } from "../handoff/outside/signed-webhook.ts";
import { createSatisfaction, type Satisfaction } from "../handoff/satisfaction/satisfaction.ts";
import type { Metrics } from "../insights/metrics.ts";
import type { Settings } from "../settings.ts";
import type { Database } from "../store/database.ts";
import { tenantIdOf } from "../tenants/companies.ts";

/** What a change of hands brings about beside its notice. */
export interface ComposedOutside {
  readonly outside: Outside;
  readonly satisfaction: Satisfaction;
}

/** Tells the systems that companies' files name, and asks people what the help was like. */
export function composeOutside({
  settings,
  database,
  metrics,
  waitsMs,
  log,
}: {
  readonly settings: Settings;
  readonly database: Database;
  readonly metrics: Pick<Metrics, "outside" | "satisfaction">;
  readonly waitsMs: readonly number[] | undefined;
  readonly log: Log;
}): ComposedOutside {
  const safeFetch = createSafeFetch({ allowedOrigins: settings.tools.allowedOrigins, log });
  const systems = new Map(
    settings.tenants.map(({ slug, webhooks = [] }) => [
      tenantIdOf(slug),
      webhooks.map((address) => createSignedWebhook(address, { safeFetch })),
    ]),
  );
  const outside = createOutside({
    database,
    systemsOf: (tenantId) => systems.get(tenantId) ?? [],
    waitsMs,
    count: (outcome) => metrics.outside.inc({ outcome }),
    log,
  });
  const unasked = new Set(
    settings.tenants.flatMap(({ slug, askSatisfaction = true }) =>
      askSatisfaction ? [] : [tenantIdOf(slug)],
    ),
  );
  const satisfaction = createSatisfaction({
    isAsked: (tenantId) => !unasked.has(tenantId),
    note: outside.note,
    count: (thumb) => metrics.satisfaction.inc({ thumb }),
  });
  return { outside, satisfaction };
}
