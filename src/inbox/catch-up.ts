import type { Channel } from "../core/channel.ts";
import type { Accept, ChannelName, MessageEnvelope, Place } from "../core/envelope.ts";
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
  /** Reads on in one place after a message of it; for what overtook the message that made the place known. */
  readAfter(
    channel: Channel,
    message: Pick<MessageEnvelope, "installation" | "place" | "id">,
  ): Promise<number>;
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
  /** Asked for at a time, and how many times for one place. */
  readonly messagesPerPage: number;
  readonly pagesPerPlace: number;
  /**
   * What came this shortly before may have holes, milliseconds: a platform that holds events back lets some through,
   * so that the newest known message says nothing about those before it.
   */
  readonly overlapMs: number;
}

const defaultLimits: CatchUpLimits = {
  sinceMs: 3 * 24 * 60 * 60 * 1000,
  places: 100,
  messagesPerPage: 100,
  pagesPerPlace: 10,
  overlapMs: 15 * 60 * 1000,
};

interface PlaceRow {
  installation: string;
  space: string;
  thread: string;
  audience: Place["audience"];
  /** The message to read on from: the newest from before the overlap, else the first one. */
  start: string | null;
  /** Whether `start` is from before the overlap. */
  is_sure: boolean;
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
      text: `SELECT i.external_id AS installation, c.space, c.thread, c.audience,
               coalesce(sure.external_id, first.external_id) AS start, sure.external_id IS NOT NULL AS is_sure
             FROM conversations c JOIN installations i ON i.company_id = $1 AND i.id = c.installation_id
             LEFT JOIN LATERAL (
               SELECT m.external_id FROM messages m
               WHERE m.company_id = $1 AND m.conversation_id = c.id AND m.kind = 'message' AND m.sender_id IS NOT NULL
                 AND m.external_id IS NOT NULL AND m.sent_at < now() - $5 * interval '1 millisecond'
               ORDER BY m.seq DESC LIMIT 1) sure ON true
             LEFT JOIN LATERAL (
               SELECT m.external_id FROM messages m
               WHERE m.company_id = $1 AND m.conversation_id = c.id AND m.kind = 'message' AND m.sender_id IS NOT NULL
                 AND m.external_id IS NOT NULL
               ORDER BY m.seq LIMIT 1) first ON true
             WHERE c.company_id = $1 AND c.channel = $2 AND i.state = 'enabled'
               AND c.updated_at > now() - $3 * interval '1 millisecond'
             ORDER BY c.updated_at DESC LIMIT $4`,
      values: [tenantId, channel, limits.sinceMs, limits.places, limits.overlapMs],
    });
  }

  async function readOn(channel: Channel, place: Omit<PlaceRow, "is_sure">): Promise<number> {
    const { installation, space, thread, audience, start } = place;
    if (start === null) return 0;
    let taken = 0;
    try {
      const target = { installation, place: { space, thread, audience } };
      let after = start;
      for (let page = 0; page < limits.pagesPerPlace; page += 1) {
        const envelopes = await channel.history(target, { after, limit: limits.messagesPerPage });
        for (const envelope of envelopes) if ((await accept(envelope)).kind === "accepted") taken += 1;
        // A page is cut before our own messages are left out of it, so a last page is well below the limit.
        if (envelopes.length < limits.messagesPerPage / 2) break;
        after = envelopes.at(-1)?.id ?? after;
      }
      return taken;
    } catch (cause) {
      const fields = { channel: channel.name, space, err: cause };
      // A thread that was deleted, a room the bot was removed from: nothing to read, nothing to do.
      if (cause instanceof PermanentError) log.debug(fields, "catch-up found a place gone");
      else log.warn(fields, "catch-up skipped a place");
      return taken;
    }
  }

  return {
    run,
    readAfter: (channel, { installation, place, id }) =>
      readOn(channel, { ...place, installation, start: id }),
  };
}

/** A room is read on from the newest message of any thread that is surely behind every hole. */
function roomsOf(threads: readonly PlaceRow[]): PlaceRow[] {
  const rooms = new Map<string, PlaceRow>();
  for (const row of threads) {
    if (row.thread === "" || row.start === null) continue;
    const key = `${row.installation}:${row.space}`;
    const known = rooms.get(key);
    if (known === undefined || isBetterStart(row, known)) rooms.set(key, { ...row, thread: "" });
  }
  return [...rooms.values()];
}

function isBetterStart(one: PlaceRow, other: PlaceRow): boolean {
  if (one.is_sure !== other.is_sure) return one.is_sure;
  const isLater = (one.start ?? "") > (other.start ?? "");
  return one.is_sure ? isLater : !isLater;
}
