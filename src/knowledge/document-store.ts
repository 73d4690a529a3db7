import { z } from "zod";
import type { TenantId } from "../core/ids.ts";
import type { Database, Sql } from "../store/database.ts";
import type { Sealer, TenantSeal } from "../store/seal.ts";
import type { Chunk } from "./chunk/chunk-blocks.ts";

/** A document as it is kept, without its words. */
export interface KeptDocument {
  readonly id: string;
  readonly source: string;
  readonly name: string;
  readonly title: string;
  readonly url: string | undefined;
  readonly audience: readonly string[];
  readonly chunks: number;
  /** Why it could not be read. */
  readonly problem: string | undefined;
  readonly contentHash: string;
  /** What the index has of it; differs from what it should have until it was brought in. */
  readonly indexedHash: string | undefined;
  readonly updatedAt: Date;
}

/** A document to keep; its chunks take the place of those it had. */
export interface DocumentToKeep extends Pick<
  KeptDocument,
  "id" | "source" | "name" | "title" | "url" | "audience" | "problem" | "contentHash"
> {
  readonly sourceId: string;
  readonly language: string | undefined;
  readonly chunks: readonly Chunk[];
}

/** A chunk with where it stands. */
export interface KeptChunk extends Pick<Chunk, "ordinal" | "headings" | "text" | "page"> {
  readonly documentId: string;
  readonly source: string;
  readonly title: string;
  readonly url: string | undefined;
  readonly updatedAt: Date;
}

/** The truth about documents: who may read them, what they say, and that they are gone. */
export interface DocumentStore {
  list(tenantId: TenantId, sourceId?: string): Promise<KeptDocument[]>;
  find(tenantId: TenantId, id: string): Promise<KeptDocument | undefined>;
  /** Of these documents those that are there, in no order. */
  findAll(tenantId: TenantId, ids: readonly string[]): Promise<KeptDocument[]>;
  keep(tenantId: TenantId, document: DocumentToKeep): Promise<void>;
  /** Remembers what the index has of documents, but of those that, or whose readers, changed since. */
  markIndexed(
    tenantId: TenantId,
    documents: readonly Pick<KeptDocument, "id" | "contentHash" | "audience">[],
    toIndexedHash: (contentHash: string) => string,
  ): Promise<void>;
  /** From this moment on only these groups are shown them, whatever their source says. Resolves with those that were there. */
  restrict(tenantId: TenantId, ids: readonly string[], audience: readonly string[]): Promise<string[]>;
  /** From this moment on nothing shows them. Resolves with those that were there. */
  remove(tenantId: TenantId, ids: readonly string[]): Promise<string[]>;
  /** Of all these documents, each one's in their order. */
  chunksOf(tenantId: TenantId, ids: readonly string[]): Promise<KeptChunk[]>;
  /** Of these chunks those that are there still and that one of the groups may read; in no order. */
  readable(
    tenantId: TenantId,
    chunks: readonly { readonly documentId: string; readonly ordinal: number }[],
    groups: readonly string[],
  ): Promise<KeptChunk[]>;
  /** The models that documents are findable with now. */
  models(tenantId: TenantId): Promise<string[]>;
  /** Grows with every change. */
  version(tenantId: TenantId): Promise<string>;
}

const purposes = { details: "knowledge.details", content: "knowledge.chunk" } as const;
const details = z.object({
  source: z.string(),
  name: z.string(),
  title: z.string(),
  url: z.string().optional(),
});
const content = z.object({ headings: z.array(z.string()), text: z.string(), page: z.int().optional() });

interface DocumentRow {
  id: string;
  details: Buffer;
  audience: string[];
  chunk_count: number;
  problem: string | null;
  content_hash: string;
  indexed_hash: string | null;
  updated_at: Date;
}

interface ChunkRow {
  document_id: string;
  ordinal: number;
  content: Buffer;
  details: Buffer;
  updated_at: Date;
}

const documentColumns = "id, details, audience, chunk_count, problem, content_hash, indexed_hash, updated_at";
const chunkColumns = "c.document_id, c.ordinal, c.content, d.details, d.updated_at";

export function createDocumentStore(parts: {
  readonly database: Database;
  readonly sealer: Sealer;
}): DocumentStore {
  const { database, sealer } = parts;
  async function findAll(tenantId: TenantId, ids: readonly string[]): Promise<KeptDocument[]> {
    const seal = await sealer.forTenant(tenantId);
    const rows = await database.statement<DocumentRow>(tenantId, {
      text: `SELECT ${documentColumns} FROM knowledge_documents WHERE id = ANY($1::uuid[])`,
      values: [ids],
    });
    return rows.map((row) => toDocument(row, seal));
  }

  return {
    async list(tenantId, sourceId) {
      const seal = await sealer.forTenant(tenantId);
      const rows = await database.statement<DocumentRow>(tenantId, {
        text: `SELECT ${documentColumns} FROM knowledge_documents
                WHERE $1::uuid IS NULL OR source_id = $1 ORDER BY created_at, id`,
        values: [sourceId ?? null],
      });
      return rows.map((row) => toDocument(row, seal));
    },

    find: async (tenantId, id) => (await findAll(tenantId, [id]))[0],
    findAll,

    async keep(tenantId, document) {
      const seal = await sealer.forTenant(tenantId);
      await database.withTenant(tenantId, async (sql) => {
        await writeDocument(sql, { tenantId, seal, document });
        await writeChunks(sql, { tenantId, seal, document });
        await grow(sql, tenantId);
      });
    },

    async markIndexed(tenantId, marked, toIndexedHash) {
      await database.statement(tenantId, {
        text: `UPDATE knowledge_documents d SET indexed_hash = new.indexed_hash
                 FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[])
                      AS new (id, content_hash, audience, indexed_hash)
                WHERE d.id = new.id AND d.content_hash = new.content_hash
                  AND array_to_string(d.audience, ' ') = new.audience`,
        values: [
          marked.map(({ id }) => id),
          marked.map(({ contentHash }) => contentHash),
          marked.map(({ audience }) => audience.join(" ")),
          marked.map(({ contentHash }) => toIndexedHash(contentHash)),
        ],
      });
    },

    async restrict(tenantId, ids, audience) {
      return database.withTenant(tenantId, async (sql) => {
        const rows = await sql.query<{ id: string }>({
          text: `UPDATE knowledge_documents SET audience = $2, audience_by_hand = true, indexed_hash = NULL
                  WHERE id = ANY($1::uuid[]) RETURNING id`,
          values: [ids, audience],
        });
        if (rows.length > 0) await grow(sql, tenantId);
        return rows.map(({ id }) => id);
      });
    },

    async remove(tenantId, ids) {
      return database.withTenant(tenantId, async (sql) => {
        const rows = await sql.query<{ id: string }>({
          text: "DELETE FROM knowledge_documents WHERE id = ANY($1::uuid[]) RETURNING id",
          values: [ids],
        });
        if (rows.length > 0) await grow(sql, tenantId);
        return rows.map(({ id }) => id);
      });
    },

    async chunksOf(tenantId, ids) {
      const seal = await sealer.forTenant(tenantId);
      const rows = await database.statement<ChunkRow>(tenantId, {
        text: `SELECT ${chunkColumns} FROM knowledge_chunks c JOIN knowledge_documents d ON d.id = c.document_id
                WHERE c.document_id = ANY($1::uuid[]) ORDER BY c.document_id, c.ordinal`,
        values: [ids],
      });
      return rows.map((row) => toChunk(row, seal));
    },

    async readable(tenantId, chunks, groups) {
      if (chunks.length === 0 || groups.length === 0) return [];
      const seal = await sealer.forTenant(tenantId);
      const rows = await database.statement<ChunkRow>(tenantId, {
        text: `SELECT ${chunkColumns}
                 FROM unnest($1::uuid[], $2::int[]) AS asked (document_id, ordinal)
                 JOIN knowledge_chunks c USING (document_id, ordinal)
                 JOIN knowledge_documents d ON d.id = c.document_id
                WHERE d.audience && $3::text[]`,
        values: [chunks.map(({ documentId }) => documentId), chunks.map(({ ordinal }) => ordinal), groups],
      });
      return rows.map((row) => toChunk(row, seal));
    },

    async models(tenantId) {
      const rows = await database.statement<{ model: string }>(tenantId, {
        text: `SELECT DISTINCT split_part(indexed_hash, ' ', 1) AS model FROM knowledge_documents
                WHERE indexed_hash IS NOT NULL`,
      });
      return rows.map(({ model }) => model);
    },

    async version(tenantId) {
      const [row] = await database.statement<{ version: string }>(tenantId, {
        text: "SELECT version::text FROM knowledge_versions",
      });
      return row?.version ?? "0";
    },
  };
}

interface Writing {
  readonly tenantId: TenantId;
  readonly seal: TenantSeal;
  readonly document: DocumentToKeep;
}

async function writeDocument(sql: Sql, { tenantId, seal, document }: Writing): Promise<void> {
  const { id, sourceId, source, name, title, url, audience, language, contentHash, problem, chunks } =
    document;
  await sql.query({
    text: `INSERT INTO knowledge_documents
             (company_id, id, source_id, details, audience, language, content_hash, problem, chunk_count)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           ON CONFLICT (id, company_id) DO UPDATE SET details = excluded.details,
             audience = CASE WHEN knowledge_documents.audience_by_hand THEN knowledge_documents.audience
                             ELSE excluded.audience END,
             language = excluded.language, content_hash = excluded.content_hash, problem = excluded.problem,
             chunk_count = excluded.chunk_count, indexed_hash = NULL, updated_at = now()`,
    values: [
      tenantId,
      id,
      sourceId,
      seal.seal(purposes.details, JSON.stringify({ source, name, title, url })),
      audience,
      language ?? null,
      contentHash,
      problem ?? null,
      chunks.length,
    ],
  });
}

async function writeChunks(sql: Sql, { tenantId, seal, document }: Writing): Promise<void> {
  await sql.query({ text: "DELETE FROM knowledge_chunks WHERE document_id = $1", values: [document.id] });
  await sql.query({
    text: `INSERT INTO knowledge_chunks (company_id, document_id, ordinal, content)
           SELECT $1, $2, ordinal, content FROM unnest($3::int[], $4::bytea[]) AS new (ordinal, content)`,
    values: [
      tenantId,
      document.id,
      document.chunks.map(({ ordinal }) => ordinal),
      document.chunks.map(({ headings, text, page }) =>
        seal.seal(purposes.content, JSON.stringify({ headings, text, page })),
      ),
    ],
  });
}

async function grow(sql: Sql, tenantId: TenantId): Promise<void> {
  await sql.query({
    text: `INSERT INTO knowledge_versions (company_id) VALUES ($1)
           ON CONFLICT (company_id) DO UPDATE SET version = knowledge_versions.version + 1`,
    values: [tenantId],
  });
}

function toDocument(row: DocumentRow, seal: TenantSeal): KeptDocument {
  const { source, name, title, url } = details.parse(JSON.parse(seal.open(purposes.details, row.details)));
  return {
    id: row.id,
    source,
    name,
    title,
    url,
    audience: row.audience,
    chunks: row.chunk_count,
    problem: row.problem ?? undefined,
    contentHash: row.content_hash,
    indexedHash: row.indexed_hash ?? undefined,
    updatedAt: row.updated_at,
  };
}

function toChunk(row: ChunkRow, seal: TenantSeal): KeptChunk {
  const { source, title, url } = details.parse(JSON.parse(seal.open(purposes.details, row.details)));
  const { headings, text, page } = content.parse(JSON.parse(seal.open(purposes.content, row.content)));
  const { document_id: documentId, ordinal, updated_at: updatedAt } = row;
  return { documentId, ordinal, headings, text, page, source, title, url, updatedAt };
}
