import { LRUCache } from "lru-cache";
import type { InstallationRecord, Installations } from "../core/channel.ts";
import type { ChannelName } from "../core/envelope.ts";
import { isId, parseId, type InstallationId, type TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { Database, Query } from "../store/database.ts";
import { deriveId } from "../store/derive-id.ts";
import type { FastState } from "../store/fast-state.ts";
import type { Sealer } from "../store/seal.ts";

/** Which tenant a platform's workspace belongs to. */
export interface Route {
  readonly tenantId: TenantId;
  readonly installationId: InstallationId;
}

/** All installations of all channels: who owns a workspace, and its credentials for the channel alone. */
export interface InstallationDirectory {
  /** Undefined for a workspace nobody installed, or that was removed. Cached for a minute. */
  route(channel: ChannelName, externalId: string): Promise<Route | undefined>;
  /** The part of the directory one channel may see. */
  forChannel(channel: ChannelName): Installations;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface InstallationParts {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly fast: FastState;
  /** Whose a workspace is that installs itself and names no tenant. */
  readonly ownerOf: (channel: ChannelName, externalId: string) => TenantId;
  readonly log: Log;
}

interface Known {
  readonly route: Route | undefined;
  record: InstallationRecord | undefined;
}

const changedTopic = "installations:changed";
const purpose = "installation.credentials";
// Changes are announced, so this only bounds how long a lost announcement matters.
const cacheTtlMs = 60_000;

/** An installation's id follows from whose it is and the platform's workspace id. */
export function installationIdOf(
  tenantId: TenantId,
  channel: ChannelName,
  externalId: string,
): InstallationId {
  return deriveId<InstallationId>("installation", tenantId, channel, externalId);
}

export function createInstallations(parts: InstallationParts): InstallationDirectory {
  const { database, sealer, fast, ownerOf, log } = parts;
  const known = new LRUCache<string, Known>({ max: 10_000, ttl: cacheTtlMs });
  let changes = 0;
  let unsubscribe = () => {};

  async function look(channel: ChannelName, externalId: string): Promise<Known> {
    const key = `${channel}:${externalId}`;
    const hit = known.get(key);
    if (hit !== undefined) return hit;
    const asked = changes;
    const rows = await database.acrossTenants((sql) =>
      sql.query<{ company_id: TenantId; id: InstallationId }>({
        text: "SELECT company_id, id FROM installations WHERE channel = $1 AND external_id = $2 AND state = 'enabled'",
        values: [channel, externalId],
      }),
    );
    const row = rows[0];
    const found: Known = {
      route: row && { tenantId: row.company_id, installationId: row.id },
      record: undefined,
    };
    // What was read before a change must not outlive it: a workspace nobody had would have nobody for a minute.
    if (asked === changes) known.set(key, found);
    return found;
  }

  async function find(channel: ChannelName, externalId: string): Promise<InstallationRecord | undefined> {
    const entry = await look(channel, externalId);
    if (entry.route === undefined) return undefined;
    entry.record ??= await readRecord(entry.route, externalId);
    return entry.record;
  }

  async function readRecord(route: Route, externalId: string): Promise<InstallationRecord | undefined> {
    const [row] = await database.statement<{ name: string; credentials: Buffer | null }>(route.tenantId, {
      text: "SELECT name, credentials FROM installations WHERE company_id = $1 AND id = $2",
      values: [route.tenantId, route.installationId],
    });
    if (row === undefined) return undefined;
    const seal = await sealer.forTenant(route.tenantId);
    const credentials: unknown =
      row.credentials === null ? undefined : JSON.parse(seal.open(purpose, row.credentials));
    return { externalId, name: row.name, credentials };
  }

  async function list(channel: ChannelName): Promise<readonly InstallationRecord[]> {
    const rows = await database.acrossTenants((sql) =>
      sql.query<{ external_id: string }>({
        text: "SELECT external_id FROM installations WHERE channel = $1 AND state = 'enabled' ORDER BY external_id",
        values: [channel],
      }),
    );
    const records = await Promise.all(rows.map((row) => find(channel, row.external_id)));
    return records.filter((record) => record !== undefined);
  }

  async function save(channel: ChannelName, record: InstallationRecord, tenant: TenantId): Promise<void> {
    const owner = (await ownerOfRow(channel, record.externalId)) ?? tenant;
    const id = installationIdOf(owner, channel, record.externalId);
    const seal = await sealer.forTenant(owner);
    const credentials = seal.seal(purpose, JSON.stringify(record.credentials ?? null));
    const upsert: Query = {
      text: `INSERT INTO installations (company_id, id, channel, external_id, name, credentials)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (channel, external_id) DO UPDATE SET name = excluded.name,
               credentials = excluded.credentials, state = 'enabled', updated_at = now()`,
      values: [owner, id, channel, record.externalId, record.name, credentials],
    };
    await database.statement(owner, upsert, { retries: 2 });
    await forget(channel, record.externalId);
    log.info({ channel, installation: record.externalId, tenantId: owner }, "installation saved");
  }

  /** A workspace keeps the tenant it first came to, also while it is removed: its conversations are that tenant's. */
  async function ownerOfRow(channel: ChannelName, externalId: string): Promise<TenantId | undefined> {
    const rows = await database.acrossTenants((sql) =>
      sql.query<{ company_id: TenantId }>({
        text: "SELECT company_id FROM installations WHERE channel = $1 AND external_id = $2",
        values: [channel, externalId],
      }),
    );
    return rows[0]?.company_id;
  }

  async function remove(channel: ChannelName, externalId: string): Promise<void> {
    const { route } = await look(channel, externalId);
    if (route === undefined) return;
    await database.statement(route.tenantId, {
      text: `UPDATE installations SET state = 'removed', credentials = NULL, updated_at = now()
             WHERE company_id = $1 AND id = $2`,
      values: [route.tenantId, route.installationId],
    });
    await forget(channel, externalId);
    log.warn({ channel, installation: externalId, tenantId: route.tenantId }, "installation removed");
  }

  async function forget(channel: ChannelName, externalId: string): Promise<void> {
    const key = `${channel}:${externalId}`;
    drop(key);
    await fast.publish(changedTopic, key);
  }

  function drop(key: string): void {
    changes += 1;
    known.delete(key);
  }

  return {
    route: async (channel, externalId) => (await look(channel, externalId)).route,
    forChannel: (channel) => ({
      find: (externalId) => find(channel, externalId),
      list: () => list(channel),
      save: (record, tenant) =>
        save(channel, record, isId(tenant) ? parseId<TenantId>(tenant) : ownerOf(channel, record.externalId)),
      remove: (externalId) => remove(channel, externalId),
    }),
    start: async () => {
      unsubscribe = await fast.subscribe(changedTopic, drop);
    },
    stop: async () => unsubscribe(),
  };
}
