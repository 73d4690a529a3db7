import type { Channel } from "../core/channel.ts";
import type { Accept, ChannelName, Place } from "../core/envelope.ts";
import { PermanentError } from "../core/errors.ts";
import type { TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { Database } from "../store/database.ts";

/** Fetches what was said while nobody listened. */
export interface CatchUp {
  /**
   * Reads on, in every place the bot has lately talked in, from the last message it knows, and takes the rest in.
   * What is known already is a duplicate and changes nothing. Resolves with how many were new; never rejects.
   */
  run(channel: Channel, signal: AbortSignal): Promise<number>;
}

export interface CatchUpParts {
  readonly database: Database;
  readonly accept: Accept;
  readonly log: Log;
  readonly limits?: CatchUpLimits | undefined;
}

/** Bounds of one run, so that a long absence does not become a flood. */
export interface CatchUpLimits {
  /** Places talked in within this long, milliseconds. */
  readonly sinceMs: number;
  readonly places: number;
  readonly messagesPerPlace: number;
}

const defaultLimits: CatchUpLimits = { sinceMs: 3 * 24 * 60 * 60 * 1000, places: 100, messagesPerPlace: 100 };

interface PlaceRow {
  installation: string;
  space: string;
  thread: string;
  audience: Place["audience"];
  last: string | null;
}

export function createCatchUp({ database, accept, log, limits = defaultLimits }: CatchUpParts): CatchUp {
  async function run(channel: Channel, signal: AbortSignal): Promise<number> {
    let taken = 0;
    try {
      for (const place of await placesOf(channel.name)) {
        if (signal.aborted) break;
        taken += await readOn(channel, place);
      }
    } catch (cause) {
      log.warn({ channel: channel.name, err: cause }, "catch-up ended early");
    }
    if (taken > 0)
      log.info({ channel: channel.name, messages: taken }, "caught up with what was said meanwhile");
    return taken;
  }

  /** Threads, and the rooms they are in: a new mention begins a thread of its own. */
  async function placesOf(channel: ChannelName): Promise<readonly PlaceRow[]> {
    const tenants = await database.acrossTenants((sql) =>
      sql.query<{ company_id: TenantId }>({
        text: "SELECT DISTINCT company_id FROM installations WHERE channel = $1 AND state = 'enabled'",
        values: [channel],
      }),
    );
    const places = await Promise.all(tenants.map(({ company_id }) => placesOfTenant(channel, company_id)));
    const threads = places.flat();
    return [...roomsOf(threads), ...threads];
  }

  function placesOfTenant(channel: ChannelName, tenantId: TenantId): Promise<PlaceRow[]> {
    return database.statement<PlaceRow>(tenantId, {
      text: `SELECT i.external_id AS installation, c.space, c.thread, c.audience, c.last_external_id AS last
             FROM conversations c JOIN installations i ON i.company_id = $1 AND i.id = c.installation_id
             WHERE c.company_id = $1 AND c.channel = $2 AND i.state = 'enabled'
               AND c.updated_at > now() - $3 * interval '1 millisecond'
             ORDER BY c.updated_at DESC LIMIT $4`,
      values: [tenantId, channel, limits.sinceMs, limits.places],
    });
  }

  async function readOn(channel: Channel, place: PlaceRow): Promise<number> {
    const { installation, space, thread, audience, last } = place;
    if (last === null) return 0;
    try {
      const target = { installation, place: { space, thread, audience } };
      const envelopes = await channel.history(target, { after: last, limit: limits.messagesPerPlace });
      let taken = 0;
      for (const envelope of envelopes) if ((await accept(envelope)).kind === "accepted") taken += 1;
      return taken;
    } catch (cause) {
      const fields = { channel: channel.name, space, err: cause };
      // A thread that was deleted, a room the bot was removed from: nothing to read, nothing to do.
      if (cause instanceof PermanentError) log.debug(fields, "catch-up found a place gone");
      else log.warn(fields, "catch-up skipped a place");
      return 0;
    }
  }

  return { run };
}

function roomsOf(threads: readonly PlaceRow[]): PlaceRow[] {
  const rooms = new Map<string, PlaceRow>();
  for (const row of threads) {
    if (row.thread === "") continue;
    const key = `${row.installation}:${row.space}`;
    const newest = [rooms.get(key)?.last ?? "", row.last ?? ""].toSorted().at(-1) ?? null;
    rooms.set(key, { ...row, thread: "", last: newest });
  }
  return [...rooms.values()];
}
