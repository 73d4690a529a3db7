import { createHash } from "node:crypto";
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
import { z } from "zod";
import { TransientError } from "../../core/errors.ts";
import type { TenantId } from "../../core/ids.ts";
import type { IndexedChunk, IndexHit, IndexQuery, KnowledgeIndex } from "./knowledge-index.ts";
import {
  columns,
  identity,
  isFoundBy,
  isOneOf,
  read,
  toChunks,
  toHit,
  toList,
  toRow,
  toSchema,
  type Row,
} from "./lance-rows.ts";

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
const readersKnownForMs = 30_000;

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

/** Who may find a table's chunks, as far as this process knows. What it does not know yet, the caller's own check sees. */
interface ReaderLists {
  add(chunks: readonly IndexedChunk[]): void;
  /** Every chunk may be found by one of these groups: a condition would only cost time. */
  areAllAmong(groups: readonly string[]): Promise<boolean>;
}

function createReaderLists(table: Table): ReaderLists {
  let known: Promise<Set<string>> | undefined;
  let readAt = 0;
  const added = new Set<string>();

  async function readLists(): Promise<Set<string>> {
    const rows = await table.query().select([columns.groups]).toArray();
    return new Set(
      z
        .array(z.object({ [columns.groups]: z.string() }))
        .parse(rows)
        .map((each) => each[columns.groups]),
    );
  }

  return {
    add: (chunks) => {
      for (const { groups } of chunks) added.add(toList(groups));
    },
    async areAllAmong(groups) {
      if (known === undefined || performance.now() - readAt > readersKnownForMs) {
        readAt = performance.now();
        const next = readLists();
        known ??= next;
        next.then(
          () => (known = next),
          () => {},
        );
      }
      const lists = [...(await known), ...added];
      return lists.every((list) => groups.some((group) => list.includes(`|${group}|`)));
    },
  };
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
  const { terms, vector, groups, limit } = query;
  if (groups?.length === 0) return [];
  // Without terms nobody asks which of them a chunk has.
  const searched = terms.length === 0 ? identity : [...identity, columns.text];
  const isOpen = groups === undefined || (await readers.areAllAmong(groups));
  const within = <Q extends Query | VectorQuery>(found: Q): Q =>
    (isOpen ? found : found.where(isFoundBy(groups))).limit(limit) as Q;
  const match = (column: string): Promise<Row[]> =>
    terms.length === 0
      ? Promise.resolve([])
      : read(
          within(table.query().fullTextSearch(new MatchQuery(terms.join(" "), column))).select([
            ...searched,
            "_score",
          ]),
        );
  const isKnown = vector !== undefined && vector.some((value) => value !== 0);
  const [text, head, near] = await Promise.all([
    match(columns.text),
    match(columns.head),
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
    hits.set(found.id, { ...(hits.get(found.id) ?? toHit(found, terms)), ...score });
  for (const found of text) add(found, { textScore: found._score ?? 0 });
  for (const found of head) add(found, { headScore: found._score ?? 0 });
  for (const found of near) add(found, { similarity: 1 - (found._distance ?? 1) });
  return [...hits.values()];
}

function toTableName(tenantId: TenantId, model: string | undefined): string {
  const table = `t_${tenantId.replaceAll("-", "")}`;
  if (model === undefined) return table;
  return `${table}_${createHash("sha256").update(model).digest("hex").slice(0, 12)}`;
}
