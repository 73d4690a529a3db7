import { LRUCache } from "lru-cache";
import type { TenantId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import type { LoadLimits } from "./gather-table.ts";
import type { IndexQuery, KnowledgeIndex } from "./knowledge-index.ts";
import { loadTable, type LoadedTable, type LoadTable } from "./loaded-table.ts";

export interface KeepTablesOptions {
  /** What all tables may take; the least recently asked goes. */
  readonly bytes?: number | undefined;
  /** A table that changed is read again once it stayed the same for so long. */
  readonly calmMs?: number | undefined;
  /** Reads a table where this process should not; all its chunks are read here when left out. */
  readonly load?: LoadTable | undefined;
  readonly log: Log;
}

/** What is known of one company's table. */
interface Known {
  version: string;
  /** When it was first seen at this version. */
  since: number;
  /** Another version was seen before: it may be changing still. */
  isChanging: boolean;
  loaded: { readonly version: string; readonly table: LoadedTable } | undefined;
  isTooLarge: boolean;
  isLoading: boolean;
}

const usualBytes = 192 * 1024 * 1024;
const usualCalmMs = 2_000;
// Comparing a million numbers takes half a millisecond in which nothing else happens.
const vectorNumbers = 12_000_000;
const bytesUnloaded = 200;

/**
 * The same index, with the tables that are asked in the memory of this process: a question costs milliseconds instead of
 * tens of them. A table is used only while the index is at the version it was read at; until it is read, and while it
 * changes, the index itself is asked. Where the index fails, what was read of it answers.
 */
export function keepTables(
  index: KnowledgeIndex,
  { bytes = usualBytes, calmMs = usualCalmMs, load: loadElsewhere, log }: KeepTablesOptions,
): KnowledgeIndex {
  const tables = new LRUCache<TenantId, Known>({
    maxSize: bytes,
    sizeCalculation: ({ loaded }) => Math.min(bytes, bytesUnloaded + (loaded?.table.bytes ?? 0)),
  });
  const timers = new Set<NodeJS.Timeout>();
  let last: Promise<void> = Promise.resolve();
  let isStopped = false;

  /** One after the other: reading takes a core. */
  function loadSoon(tenantId: TenantId, known: Known): void {
    if (known.isLoading || known.isTooLarge || isStopped) return;
    known.isLoading = true;
    const wait = known.isChanging ? calmMs : 0;
    const timer = setTimeout(() => {
      timers.delete(timer);
      last = last.then(() => load(tenantId, known)).finally(() => (known.isLoading = false));
    }, wait);
    timer.unref();
    timers.add(timer);
  }

  async function load(tenantId: TenantId, known: Known): Promise<void> {
    if (isStopped || tables.peek(tenantId) !== known) return;
    try {
      const version = await index.version(tenantId);
      if (known.isChanging && !see(known, version)) return;
      const table = await (loadElsewhere ?? loadHere)(tenantId, { bytes, vectorNumbers });
      known.isTooLarge = table === undefined;
      // What changed while it was read is in it in part only.
      if (table === undefined || (await index.version(tenantId)) !== version) return;
      known.loaded = { version, table };
      known.isChanging = false;
      // What is put in the place of itself keeps the size it had.
      tables.delete(tenantId);
      tables.set(tenantId, known);
    } catch (cause) {
      if (!isStopped)
        log.warn({ err: cause, company_id: tenantId }, "a knowledge table was not kept in memory");
    }
  }

  async function loadHere(tenantId: TenantId, limits: LoadLimits): Promise<LoadedTable | undefined> {
    const chunks = whileWanted(index.scan(tenantId));
    return loadTable({ rows: await index.count(tenantId), chunks }, limits);
  }

  async function* whileWanted<T>(chunks: AsyncIterable<T>): AsyncIterable<T> {
    for await (const some of chunks) {
      if (isStopped) return;
      yield some;
    }
  }

  /** Notes the version; tells whether it was the same for long enough. */
  function see(known: Known, version: string): boolean {
    if (known.version === version) return performance.now() - known.since >= calmMs;
    known.version = version;
    known.since = performance.now();
    known.isChanging = true;
    return false;
  }

  async function loadedTable(tenantId: TenantId): Promise<LoadedTable | undefined> {
    const known = tables.get(tenantId);
    const version = await index.version(tenantId).catch((cause: unknown) => {
      if (known?.loaded === undefined) throw cause;
      return known.loaded.version;
    });
    if (known?.loaded?.version === version) return known.loaded.table;
    const noted = known ?? startKnowing(tenantId, version);
    see(noted, version);
    loadSoon(tenantId, noted);
    return undefined;
  }

  function startKnowing(tenantId: TenantId, version: string): Known {
    const known: Known = {
      version,
      since: performance.now(),
      isChanging: false,
      loaded: undefined,
      isTooLarge: false,
      isLoading: false,
    };
    tables.set(tenantId, known);
    return known;
  }

  async function searchTable(table: LoadedTable, tenantId: TenantId, query: IndexQuery) {
    const isLookedUp = !table.hasVectors && query.vector !== undefined;
    return table.search(query, isLookedUp ? await index.search(tenantId, { ...query, terms: [] }) : []);
  }

  return {
    ...index,
    async search(tenantId, query) {
      const table = await loadedTable(tenantId);
      return table === undefined ? index.search(tenantId, query) : searchTable(table, tenantId, query);
    },
    async drop(tenantId) {
      tables.delete(tenantId);
      await index.drop(tenantId);
    },
    async stop() {
      isStopped = true;
      for (const timer of timers) clearTimeout(timer);
      tables.clear();
      // What reads a table elsewhere ends with it.
      await Promise.all([last, index.stop()]);
    },
  };
}
