import { createChannels } from "../../channels/registry.ts";
import type { TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import { createWebDoor } from "../core/web-door.ts";
import { createFormDesk } from "../handoff/deck/form-desk.ts";
import { createTranscript } from "../inbox/transcript.ts";
import { createMetrics } from "../insights/metrics.ts";
import { createFileTickets } from "../outbox/file-tickets.ts";
import { createOutbox } from "../outbox/outbox.ts";
import { createReplyFiles } from "../outbox/reply-files.ts";
import { createQueue, type Queue } from "../queue/queue.ts";
import type { Settings } from "../settings.ts";
import type { Database } from "../store/database.ts";
import { createLeases } from "../store/leases.ts";
import { createSealer } from "../store/seal.ts";
import type { Store } from "../store/store.ts";
import { createTenantData } from "../store/tenant-data.ts";
import { createCompanies, dataKeysIn, tenantIdOf } from "../tenants/companies.ts";
import { createInstallations } from "../tenants/installations.ts";
import type { Pace } from "./pace.ts";
import { ownerIn, prepareTenant } from "./prepare-tenants.ts";
import { createPriorities, putLowLast } from "./put-low-last.ts";

/** Lends the database and the queue to something in between, for a look or a fault. */
export interface Lend {
  database(database: Database): Database;
  queue(queue: Queue): Queue;
}

interface GroundParts {
  readonly settings: Settings;
  readonly store: Store;
  readonly pace: Pace;
  readonly lend?: Lend | undefined;
  /** Told once the data of a business left something to be said. */
  readonly onAnnounced: (tenantId: TenantId) => void;
  readonly log: Log;
}

/** What every room stands on: the stores under their keys, the companies with their data, the channels and the way out. */
export async function composeGround({ settings, store, pace, lend, onAnnounced, log }: GroundParts) {
  const { fast } = store;
  const database = lend?.database(store.database) ?? store.database;
  const doorsDatabase = lend?.database(store.doors) ?? store.doors;
  const metrics = createMetrics();
  const sealer = createSealer({
    masterKey: store.masterKey,
    previousMasterKey: store.previousMasterKey,
    ...dataKeysIn(database),
  });
  const ownQueue = createQueue({
    backend:
      settings.redis.url === undefined
        ? { kind: "postgres", url: store.ownerUrl }
        : { kind: "redis", url: settings.redis.url },
    log,
  });
  const priorityOf = createPriorities(settings.tenants);
  const queue = putLowLast(lend?.queue(ownQueue) ?? ownQueue, priorityOf);
  const companies = createCompanies({ database, fast });
  const data = createTenantData({ database, sealer, onAnnounced });
  for (const tenant of settings.tenants) await prepareTenant({ database, data, companies }, tenant);
  const installations = createInstallations({ database, sealer, fast, ownerOf: ownerIn(settings), log });
  const webDoor = createWebDoor();
  const masterKeys = [store.masterKey, store.previousMasterKey].filter((key) => key !== undefined);
  const files = createReplyFiles({
    database,
    sealer,
    tickets: createFileTickets({ masterKeys }),
    publicUrl: settings.http.publicUrl,
  });
  const staffRooms = new Map(settings.tenants.map(({ slug, staffRoom }) => [tenantIdOf(slug), staffRoom]));
  const staffRoomOf = (tenantId: TenantId) => staffRooms.get(tenantId);
  const leases = createLeases({ database: doorsDatabase, log, ttlMs: pace.channelLeaseMs });
  const channels = createChannels(settings.channels, {
    installationsOf: installations.forChannel,
    transcript: createTranscript({ database, sealer, installations, fast }),
    webDoor,
    leases,
    openTicket: files.open,
    formsOf: (channel) =>
      createFormDesk({ channel, database: doorsDatabase, installations, staffRoomOf, sealer, log }),
    log,
  });
  const outbox = createOutbox({
    database,
    channels,
    files,
    retry: pace.delivery,
    count: (outcome, channel) => metrics.deliveries.inc({ channel, outcome }),
    log,
  });
  return {
    database,
    doorsDatabase,
    metrics,
    sealer,
    queue,
    priorityOf,
    companies,
    data,
    installations,
    webDoor,
    masterKeys,
    files,
    leases,
    channels,
    outbox,
  };
}

/** See {@link composeGround}. */
export type Ground = Awaited<ReturnType<typeof composeGround>>;
