import { createHash } from "node:crypto";
import {
  connect,
  Index,
  MatchQuery,
  type Connection,
  type Query,
  type Table,
  type VectorQuery,
} from "@lancedb/lancedb";
import { Field, FixedSizeList, Float32, Schema, Utf8 } from "apache-arrow";
import { LRUCache } from "lru-cache";
import { z } from "zod";
import { TransientError } from "../../core/errors.ts";
import { isId, type TenantId } from "../../core/ids.ts";
import type { IndexedChunk, IndexHit, IndexQuery, KnowledgeIndex } from "./knowledge-index.ts";

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

const columns = { groups: "found_by", head: "head_terms", text: "terms", vector: "vector" } as const;
const row = z.object({
  id: z.string(),
  document_id: z.string(),
  head_terms: z.string(),
  terms: z.string(),
  _score: z.number().optional(),
  _distance: z.number().optional(),
});
type Row = z.output<typeof row>;
const searched = ["id", "document_id", "head_terms", "terms"];
// Below this a scan takes no longer than a look into an index of vectors, and is exact.
const vectorIndexFrom = 5_000;
const partitionsLookedAt = 16;
// Other processes write, too: what they wrote is found after this.
const seenAfterSeconds = 1;
const readersKnownForMs = 30_000;

/** LanceDB: a table for each company, found by its id; vectors and two BM25 indexes. Opened when it is first needed. */
export function createLanceIndex({
  uri,
  dimensions,
  model,
  openTables = 50,
}: LanceIndexParts): KnowledgeIndex {
  let connecting: Promise<Connection> | undefined;
  const tables = new LRUCache<TenantId, Promise<OpenTable>>({
    max: openTables,
    dispose: (opening) => void opening.then(({ table }) => table.close()).catch(() => {}),
  });

  const nameOf = (tenantId: TenantId) => toTableName(tenantId, model);
  const connection = () => (connecting ??= connect(uri, { readConsistencyInterval: seenAfterSeconds }));

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
    count: (tenantId) => use(tenantId, "count", ({ table }) => table.countRows()),
    drop: async (tenantId) => {
      tables.delete(tenantId);
      const database = await connection();
      if ((await database.tableNames()).includes(nameOf(tenantId)))
        await database.dropTable(nameOf(tenantId));
    },
    optimize: (tenantId) =>
      use(tenantId, "tidy up", async ({ table }) => {
        await table.optimize();
        const rows = await table.countRows();
        const isIndexed = (await table.listIndices()).some((index) => index.columns.includes(columns.vector));
        if (rows < vectorIndexFrom || isIndexed) return;
        const numPartitions = Math.round(Math.sqrt(rows) / 2);
        await table.createIndex(columns.vector, {
          config: Index.ivfFlat({ distanceType: "cosine", numPartitions, maxIterations: 15 }),
        });
      }),
    stop: async () => {
      tables.clear();
      (await connecting)?.close();
      connecting = undefined;
    },
  };
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
    hits.set(found.id, { ...(hits.get(found.id) ?? toHit(found)), ...score });
  for (const found of text) add(found, { textScore: found._score ?? 0 });
  for (const found of head) add(found, { headScore: found._score ?? 0 });
  for (const found of near) add(found, { similarity: 1 - (found._distance ?? 1) });
  return [...hits.values()];
}

async function read(query: Query | VectorQuery): Promise<Row[]> {
  return z
    .array(row)
    .parse((await query.toArrow()).toArray().map((found: { toJSON(): unknown }) => found.toJSON()));
}

function toHit({ id, document_id: documentId, head_terms: headTerms, terms }: Row): IndexHit {
  return { id, documentId, headTerms, terms, textScore: 0, headScore: 0, similarity: 0 };
}

function toRow({ id, documentId, groups, headTerms, terms, vector }: IndexedChunk): Record<string, unknown> {
  return {
    id,
    document_id: documentId,
    found_by: toList(groups),
    head_terms: headTerms,
    terms,
    vector: [...vector],
  };
}

function toSchema(dimensions: number): Schema {
  const text = (name: string) => new Field(name, new Utf8(), false);
  const vector = new FixedSizeList(dimensions, new Field("item", new Float32(), true));
  return new Schema([...[...searched, columns.groups].map(text), new Field(columns.vector, vector, false)]);
}

function toTableName(tenantId: TenantId, model: string | undefined): string {
  const table = `t_${tenantId.replaceAll("-", "")}`;
  if (model === undefined) return table;
  return `${table}_${createHash("sha256").update(model).digest("hex").slice(0, 12)}`;
}

/** Groups side by side, each between bars, so that none is part of another. */
function toList(groups: readonly string[]): string {
  return `|${groups.map(toGroup).join("|")}|`;
}

function isFoundBy(groups: readonly string[]): string {
  return `(${groups.map((group) => `${columns.groups} LIKE '%|${toGroup(group)}|%'`).join(" OR ")})`;
}

function toGroup(group: string): string {
  if (!/^[a-z0-9]+$/.test(group)) throw new TypeError("knowledge index: a group is letters and digits");
  return group;
}

/** Ids only: nothing else may be written into a condition. */
function isOneOf(ids: readonly string[]): string {
  const list = ids.map((id) => {
    if (!isId(id)) throw new TypeError("knowledge index: a document's id is a UUID");
    return `'${id}'`;
  });
  return `document_id IN (${list.join(", ")})`;
}
