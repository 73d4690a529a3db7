import type { Channel } from "../../core/channel.ts";
import type { ChannelName, Envelope } from "../../core/envelope.ts";
import { PermanentError } from "../../core/errors.ts";
import { isId, type TenantId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import type { Database } from "../../store/database.ts";
import type { FastState } from "../../store/fast-state.ts";
import type { SitePage } from "../ingest/ingest.ts";
import type { Knowledge } from "../knowledge.ts";
import { documentIdOf } from "../taking-in.ts";
import { nameOfThread, readRoom } from "./room-history.ts";
import { isRoomSource, type Source } from "./source.ts";

/** The rooms whose history the operator has opened as a source; no other is ever read. */
export interface OpenRooms {
  /** The threads of a room, as `readRoom` gives them. Throws PermanentError for a room that is not the company's. */
  read(source: Source, signal: AbortSignal): AsyncGenerator<SitePage>;
  /**
   * Hears everything that happens. Of a thread in which something was deleted or changed nothing is told any more once
   * it resolves, until the next look at the room brings what still stands.
   */
  hear(envelope: Envelope): Promise<void>;
  /** Forgets what was read of rooms that are no sources any more; resolves with how many threads. */
  forgetClosed(tenantId: TenantId): Promise<number>;
  start(): Promise<void>;
  stop(): void;
}

export interface OpenRoomsParts {
  /** As they are now; the same list until something changes. */
  readonly sources: () => readonly Source[];
  readonly historyOf: (channel: ChannelName) => Channel["history"] | undefined;
  readonly list: Knowledge["list"];
  readonly remove: Knowledge["remove"];
  readonly database: Pick<Database, "statement">;
  readonly fast: Pick<FastState, "publish" | "subscribe">;
  readonly log: Log;
}

const dayMs = 86_400_000;
const topic = "knowledge-changed-thread";
// Longer than a look at a room takes.
const rememberedMs = 3_600_000;

export function createOpenRooms(parts: OpenRoomsParts): OpenRooms {
  const { sources, historyOf, list, remove, database, fast, log } = parts;
  let read:
    { readonly of: readonly Source[]; readonly rooms: ReadonlyMap<string, readonly Source[]> } | undefined;
  /** Threads that changed lately, by their document: what a look at the room had read of them before is stale. */
  const changed = new Map<string, number>();
  let unsubscribe: (() => void) | undefined;

  function noteChanged(documentId: string): void {
    const now = performance.now();
    for (const [id, at] of changed) if (now - at > rememberedMs) changed.delete(id);
    changed.set(documentId, now);
  }

  function roomsNow(): ReadonlyMap<string, readonly Source[]> {
    const of = sources();
    if (read?.of !== of) read = { of, rooms: toRooms(of) };
    return read.rooms;
  }

  async function isOwn(tenantId: TenantId, channel: string, installation: string): Promise<boolean> {
    const rows = await database.statement<{ id: string }>(tenantId, {
      text: "SELECT id FROM installations WHERE channel = $1 AND external_id = $2 AND state = 'enabled'",
      values: [channel, installation],
    });
    return rows.length > 0;
  }

  return {
    async *read(source, signal) {
      const { tenantId, name: sourceName, at, most, days } = source;
      const { channel, installation, space } = readAt(at);
      if (!(await isOwn(tenantId, channel, installation)))
        throw new PermanentError("the room's workspace is not one of the company's");
      const begun = performance.now();
      const since = new Date(days === undefined ? 0 : Date.now() - days * dayMs);
      const history = historyOf(channel);
      for await (const { name, text, done, of } of readRoom({
        history,
        installation,
        space,
        most,
        since,
        signal,
      })) {
        const id = documentIdOf(tenantId, { source: sourceName, name });
        const isStale = () => (changed.get(id) ?? 0) >= begun;
        if (isStale()) continue;
        yield { name, bytes: Buffer.from(text), done, of };
        if (isStale()) await remove(tenantId, [id]);
      }
    },

    async hear(envelope) {
      const rooms = roomsNow();
      if (rooms.size === 0 || (envelope.kind !== "delete" && envelope.kind !== "edit")) return;
      const { channel, installation, place, targetId } = envelope;
      const opened = rooms.get(`${channel}:${installation}:${place.space}`) ?? [];
      // The message may begin a thread, or stand in one.
      const names = [...new Set([place.thread, targetId])].filter((root) => root !== "").map(nameOfThread);
      for (const { tenantId, name: source } of opened) {
        const ids = names.map((name) => documentIdOf(tenantId, { source, name }));
        ids.forEach(noteChanged);
        for (const id of ids) void fast.publish(topic, id);
        const gone = await remove(tenantId, ids);
        if (gone > 0)
          log.info({ company_id: tenantId, channel }, "a thread that changed is not told any more");
      }
    },

    async forgetClosed(tenantId) {
      const open = new Set(
        sources()
          .filter((source) => source.tenantId === tenantId)
          .map(({ name }) => name),
      );
      const known = await list(tenantId);
      const closed = known.filter(({ source }) => isRoomSource(source) && !open.has(source));
      return closed.length === 0
        ? 0
        : remove(
            tenantId,
            closed.map(({ id }) => id),
          );
    },

    start: async () => {
      unsubscribe = await fast.subscribe(topic, (id) => isId(id) && noteChanged(id));
    },
    stop: () => unsubscribe?.(),
  };
}

function toRooms(sources: readonly Source[]): ReadonlyMap<string, readonly Source[]> {
  return Map.groupBy(
    sources.filter(({ kind }) => kind === "room"),
    ({ at }) => at,
  );
}

function readAt(at: string): { channel: ChannelName; installation: string; space: string } {
  const [channel, installation = "", ...space] = at.split(":");
  return { channel: channel === "discord" ? "discord" : "slack", installation, space: space.join(":") };
}
