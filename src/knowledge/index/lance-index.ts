import { availableParallelism } from "node:os";
import {
  connect,
  Index,
  MatchQuery,
  Session,
  type Connection,
  type Query,
  type Table,
  type VectorQuery,
} from "@lancedb/lancedb";
import { LRUCache } from "lru-cache";
import { TransientError } from "../../core/errors.ts";
import type { TenantId } from "../../core/ids.ts";
import {
  partsWorth,
  type IndexedChunk,
  type IndexHit,
  type IndexQuery,
  type KnowledgeIndex,
} from "./knowledge-index.ts";
import {
  columns,
  identity,
  isFoundBy,
  isOneOf,
  read,
  toChunks,
  toHit,
  toRow,
  toSchema,
  type Row,
} from "./lance-rows.ts";
import { createReaderLists, type ReaderLists } from "./reader-lists.ts";
import { toTableName } from "./table-files.ts";

/** Where the tables are and what is kept open. */
export interface LanceIndexParts {
  /** A folder, or object storage such as `s3://bucket/knowledge`. */
  readonly uri: string;
  readonly dimensions: number;
  /** Sets the tables of one model apart from those of another. */
  readonly model?: string | undefined;
  /** Tables kept open; the least recently used is closed. */
  readonly openTables?: number | undefined;
}

// With one thread for each of two processors LanceDB waits for itself for ever while it merges a large index
// (lancedb/lancedb#3568, still so in 0.31): a merge needs one more than it has writers. Read by it with its first work.
// oxlint-disable-next-line node/no-process-env -- it takes these settings from the environment only
process.env["LANCE_CPU_THREADS"] ??= String(Math.max(4, availableParallelism()));
// oxlint-disable-next-line node/no-process-env -- the same
process.env["LANCE_FTS_NUM_SHARDS"] ??= "1";

// Below this a scan takes no longer than a look into an index of vectors, and is exact.
const vectorIndexFrom = 5_000;
const partitionsLookedAt = 16;
// Other processes write, too: what they wrote is found after this.
const seenAfterSeconds = 1;
const readAtOnce = 64;
// LanceDB's own caches would take up to 7 GB.
const cachedIndexBytes = 64n * 1024n * 1024n;
const cachedMetadataBytes = 32n * 1024n * 1024n;
// A reader in another process is done with a version long before.
const versionsKeptForMs = 600_000;

/** LanceDB: a table for each company, found by its id; vectors and two BM25 indexes. Opened when it is first needed. */
export function createLanceIndex({
  uri,
  dimensions,
  model,
  openTables = 200,
}: LanceIndexParts): KnowledgeIndex {
  let connecting: Promise<Connection> | undefined;
  // One after the other, for the same reason.
  let tidying: Promise<unknown> = Promise.resolve();
  const tables = new LRUCache<TenantId, Promise<OpenTable>>({
    max: openTables,
    dispose: (opening) => void opening.then(({ table }) => table.close()).catch(() => {}),
  });

  const nameOf = (tenantId: TenantId) => toTableName(tenantId, model);
  const connection = () =>
    (connecting ??= connect(
      uri,
      { readConsistencyInterval: seenAfterSeconds },
      new Session(cachedIndexBytes, cachedMetadataBytes),
    ));

  function open(tenantId: TenantId): Promise<OpenTable> {
    const known = tables.get(tenantId);
    if (known !== undefined) return known;
    const opening = openTable(tenantId);
    tables.set(tenantId, opening);
    opening.catch(() => tables.delete(tenantId));
    return opening;
  }

  async function openTable(tenantId: TenantId): Promise<OpenTable> {
    const database = await connection();
    const name = nameOf(tenantId);
    const table = await database.createEmptyTable(name, toSchema(dimensions), {
      mode: "create",
      existOk: true,
    });
    const indexed = new Set((await table.listIndices()).flatMap((index) => index.columns));
    for (const column of [columns.text, columns.head])
      if (!indexed.has(column)) await table.createIndex(column, { config: readyTerms() });
    return { table, readers: createReaderLists(table) };
  }

  async function use<T>(
    tenantId: TenantId,
    tried: string,
    work: (open: OpenTable) => Promise<T>,
  ): Promise<T> {
    try {
      return await work(await open(tenantId));
    } catch (cause) {
      tables.delete(tenantId);
      throw new TransientError(`knowledge index: could not ${tried}`, { cause });
    }
  }

  async function* scan(tenantId: TenantId): AsyncIterable<readonly IndexedChunk[]> {
    const { table } = await use(tenantId, "open a table", (opened) => Promise.resolve(opened));
    try {
      // Whoever asks what the table is at elsewhere must not be given less than that.
      await table.checkoutLatest();
      for await (const batch of table.query().select([...identity, ...Object.values(columns)]))
        for (let from = 0; from < batch.numRows; from += readAtOnce)
          yield toChunks(batch.slice(from, from + readAtOnce));
    } catch (cause) {
      throw new TransientError("knowledge index: could not read a table", { cause });
    }
  }

  return {
    replace: (tenantId, documentIds, chunks) =>
      use(tenantId, "take documents in", async ({ table, readers }) => {
        readers.add(chunks);
        if (documentIds.length > 0) await table.delete(isOneOf(documentIds));
        if (chunks.length > 0) await table.add(chunks.map(toRow));
      }),
    remove: (tenantId, documentIds) =>
      use(tenantId, "forget a document", async ({ table }) => {
        if (documentIds.length > 0) await table.delete(isOneOf(documentIds));
      }),
    search: (tenantId, query) => use(tenantId, "search", (opened) => searchTable(opened, query)),
    version: (tenantId) =>
      use(tenantId, "tell what it is at", async ({ table }) => String(await table.version())),
    scan,
    count: (tenantId) => use(tenantId, "count", ({ table }) => table.countRows()),
    drop: async (tenantId) => {
      tables.delete(tenantId);
      const database = await connection();
      // Not looked for in the list of tables first: not every object storage lists them.
      await database.dropTable(nameOf(tenantId)).catch((cause: unknown) => {
        if (!/was not found/.test(String(cause))) throw cause;
      });
    },
    dropFormer: async (tenantId) => {
      const database = await connection();
      const all = toTableName(tenantId, undefined);
      for (const name of await database.tableNames())
        if (name !== nameOf(tenantId) && (name === all || name.startsWith(`${all}_`)))
          await database.dropTable(name);
    },
    optimize(tenantId) {
      const tidied = tidying.then(() => use(tenantId, "tidy up", ({ table }) => tidyUp(table)));
      tidying = tidied.catch(() => {});
      return tidied;
    },
    stop: async () => {
      tables.clear();
      (await connecting)?.close();
      connecting = undefined;
    },
  };
}

async function tidyUp(table: Table): Promise<void> {
  await table.optimize({ cleanupOlderThan: new Date(Date.now() - versionsKeptForMs) });
  const rows = await table.countRows();
  const isIndexed = (await table.listIndices()).some((index) => index.columns.includes(columns.vector));
  if (rows < vectorIndexFrom || isIndexed) return;
  const numPartitions = Math.round(Math.sqrt(rows) / 2);
  await table.createIndex(columns.vector, {
    config: Index.ivfFlat({ distanceType: "cosine", numPartitions, maxIterations: 15 }),
  });
}

interface OpenTable {
  readonly table: Table;
  readonly readers: ReaderLists;
}

/** The terms come ready: nothing is left for a tokenizer to decide. One description serves one index only. */
function readyTerms(): Index {
  return Index.fts({
    baseTokenizer: "whitespace",
    lowercase: false,
    stem: false,
    removeStopWords: false,
    asciiFolding: false,
    withPosition: false,
  });
}

/** All kinds of search side by side, joined by chunk. */
async function searchTable({ table, readers }: OpenTable, query: IndexQuery): Promise<IndexHit[]> {
  const { terms, parts = [], vector, groups, limit } = query;
  const asked = [...terms, ...parts];
  if (groups?.length === 0) return [];
  // Without terms nobody asks which of them a chunk has.
  const searched = asked.length === 0 ? identity : [...identity, columns.text];
  const isOpen = groups === undefined || (await readers.areAllAmong(groups));
  const within = <Q extends Query | VectorQuery>(found: Q): Q =>
    (isOpen ? found : found.where(isFoundBy(groups))).limit(limit) as Q;
  const match = (column: string, sought: readonly string[]): Promise<Row[]> =>
    sought.length === 0
      ? Promise.resolve([])
      : read(
          within(table.query().fullTextSearch(new MatchQuery(sought.join(" "), column))).select([
            ...searched,
            "_score",
          ]),
        );
  const isKnown = vector !== undefined && vector.some((value) => value !== 0);
  // A query's own boost is not heeded, so what counts for less is searched beside.
  const [text, head, textParts, headParts, near] = await Promise.all([
    match(columns.text, terms),
    match(columns.head, terms),
    match(columns.text, parts),
    match(columns.head, parts),
    isKnown
      ? read(
          within(table.query().nearestTo(vector))
            .distanceType("cosine")
            .nprobes(partitionsLookedAt)
            .select([...searched, "_distance"]),
        )
      : [],
  ]);
  const hits = new Map<string, IndexHit>();
  const add = (found: Row, score: Partial<IndexHit>) =>
    hits.set(found.id, { ...(hits.get(found.id) ?? toHit(found, asked)), ...score });
  for (const found of text) add(found, { textScore: found._score ?? 0 });
  for (const found of head) add(found, { headScore: found._score ?? 0 });
  for (const [kind, rows] of [
    ["textScore", textParts],
    ["headScore", headParts],
  ] as const)
    for (const found of rows)
      add(found, { [kind]: (hits.get(found.id)?.[kind] ?? 0) + partsWorth * (found._score ?? 0) });
  for (const found of near) add(found, { similarity: 1 - (found._distance ?? 1) });
  return [...hits.values()];
}
