import type { TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import { createSafeFetch } from "../guard/addresses/safe-fetch.ts";
import { createClosedNotice } from "../handoff/hours/closed-notice.ts";
import { createOutside, type Outside } from "../handoff/outside/outside.ts";
import { createSignedWebhook } from "../handoff/outside/signed-webhook.ts";
import { createSatisfaction, type Satisfaction } from "../handoff/satisfaction/satisfaction.ts";
import type { FollowBaton } from "../handoff/passed-baton.ts";
import type { ApprovalNews } from "../handoff/pressed.ts";
import { createSla, type Sla, type SlaPolicy } from "../handoff/sla/sla.ts";
import type { StaffRoom } from "../handoff/staff-room.ts";
import type { TicketDoorParts } from "../http/ticket-words.ts";
import type { Metrics } from "../insights/metrics.ts";
import type { Settings } from "../settings.ts";
import type { SlaFile } from "../settings/opening-hours.ts";
import type { Database } from "../store/database.ts";
import type { Sealer } from "../store/seal.ts";
import { tenantIdOf } from "../tenants/companies.ts";
import { reviveDrafts } from "../turns/revive-drafts.ts";

/** What a change of hands brings about beside its notice. */
export interface ComposedOutside {
  readonly outside: Outside;
  readonly satisfaction: Satisfaction;
  readonly sla: Sla;
  /** All that follows a change of hands, in order. */
  readonly followers: readonly FollowBaton[];
  /** A company by the name of its file, with the secrets that its systems outside share; undefined for one without. */
  readonly signersOf: TicketDoorParts["companyOf"];
}

export interface OutsideCompound {
  readonly settings: Settings;
  readonly database: Database;
  readonly sealer: Sealer;
  readonly metrics: Pick<Metrics, "outside" | "satisfaction" | "late">;
  readonly room: StaffRoom;
  readonly waitsMs: readonly number[] | undefined;
  readonly onNews: (news: ApprovalNews) => void;
  readonly log: Log;
}

/** Systems outside, the question how it was, promised times and opening hours, as companies' files have them. */
export function composeOutside(parts: OutsideCompound): ComposedOutside {
  const { settings, database, sealer, metrics, room, waitsMs, onNews, log } = parts;
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
  const sla = createSla({
    database,
    sealer,
    policies: toPolicies(settings),
    staffRoom: room,
    note: outside.note,
    count: (what) => metrics.late.inc({ what }),
    onNews,
    log,
  });
  const closed = new Map(
    settings.tenants.flatMap(({ slug, openingHours: hours, closedText }) =>
      hours === undefined ? [] : [[tenantIdOf(slug), { hours, closedText }] as const],
    ),
  );
  const followers = [
    outside.follow,
    createClosedNotice((id) => closed.get(id)),
    satisfaction.follow,
    reviveDrafts,
    sla.follow,
  ];
  const signers = new Map(
    settings.tenants.map(({ slug, webhooks = [] }) => [
      slug,
      { tenantId: tenantIdOf(slug), secrets: webhooks.map(({ secret }) => secret) },
    ]),
  );
  return { outside, satisfaction, sla, followers, signersOf: (slug) => signers.get(slug) };
}

function toPolicies({ tenants }: Settings): ReadonlyMap<TenantId, SlaPolicy> {
  return new Map(
    tenants.flatMap(({ slug, sla, openingHours: hours, timeZone = "UTC" }) =>
      sla === undefined ? [] : [[tenantIdOf(slug), { hours, timeZone, promises: toPromises(sla) }] as const],
    ),
  );
}

function toPromises(sla: SlaFile): SlaPolicy["promises"] {
  const toMs = (minutes: number | undefined) => (minutes === undefined ? undefined : minutes * 60_000);
  return Object.fromEntries(
    Object.entries(sla).map(([priority, target]) => [
      priority,
      { response: toMs(target?.firstResponseMinutes), resolution: toMs(target?.resolutionMinutes) },
    ]),
  );
}
