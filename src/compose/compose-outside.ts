import type { TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import { createSafeFetch } from "../guard/addresses/safe-fetch.ts";
import { createOutside, type Outside } from "../handoff/outside/outside.ts";
import { createSignedWebhook } from "../handoff/outside/signed-webhook.ts";
import type { Metrics } from "../insights/metrics.ts";
import type { Settings } from "../settings.ts";
import type { Database } from "../store/database.ts";
import { tenantIdOf } from "../tenants/companies.ts";

/** Tells the systems that companies' files name. */
export function composeOutside({
  settings,
  database,
  metrics,
  waitsMs,
  log,
}: {
  readonly settings: Settings;
  readonly database: Database;
  readonly metrics: Pick<Metrics, "outside">;
  readonly waitsMs: readonly number[] | undefined;
  readonly log: Log;
}): Outside {
  const safeFetch = createSafeFetch({ allowedOrigins: settings.tools.allowedOrigins, log });
  const systems = new Map(
    settings.tenants.map(({ slug, webhooks = [] }) => [
      tenantIdOf(slug),
      webhooks.map((address) => createSignedWebhook(address, { safeFetch })),
    ]),
  );
  return createOutside({
    database,
    systemsOf: (tenantId: TenantId) => systems.get(tenantId) ?? [],
    waitsMs,
    count: (outcome) => metrics.outside.inc({ outcome }),
    log,
  });
}
