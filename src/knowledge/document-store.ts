import { z } from "zod";
import type { TenantId } from "../core/ids.ts";
import type { Database, Sql } from "../store/database.ts";
import type { Sealer, TenantSeal } from "../store/seal.ts";
import type { Chunk } from "./chunk/chunk-blocks.ts";
import { purposes, writeDocuments, type DocumentToKeep } from "./write-documents.ts";

/** A document as it is kept, without its words. */
export interface KeptDocument {
  readonly id: string;
  readonly source: string;
  readonly name: string;
  readonly title: string;
  readonly url: string | undefined;
  /** As its source says; undefined where it does not. */
  readonly language?: string | undefined;
  readonly audience: readonly string[];
  readonly chunks: number;
  /** Why it could not be read. */
  readonly problem: string | undefined;
  readonly contentHash: string;
  /** What the index has of it; differs from what it should have until it was brought in. */
  readonly indexedHash: string | undefined;
  readonly updatedAt: Date;
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
  /** Of these documents those that are there, in no order. */
  findAll(tenantId: TenantId, ids: readonly string[]): Promise<KeptDocument[]>;
  /** All of them or none; many cost a few round trips together. */
  keep(tenantId: TenantId, documents: readonly DocumentToKeep[]): Promise<void>;
  /** Remembers what the index has of documents, but of those that, or whose readers, changed since. */
  markIndexed(
    tenantId: TenantId,
    documents: readonly Pick<KeptDocument, "id" | "contentHash" | "audience">[],
    toIndexedHash: (contentHash: string) => string,
  ): Promise<void>;
  /** From this moment on only these groups are shown them, whatever their source says. Resolves with those that were there. */
  restrict(tenantId: TenantId, ids: readonly string[], audience: readonly string[]): Promise<string[]>;
  /**
   * From this moment on the documents of these sources are shown to these groups alone, but for those restricted by hand.
   * Resolves with how many were shown to others before.
   */
  readdress(
    tenantId: TenantId,
    sources: readonly { readonly sourceId: string; readonly audience: readonly string[] }[],
  ): Promise<number>;
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
  language: string | null;
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

const documentColumns =
  "id, details, audience, language, chunk_count, problem, content_hash, indexed_hash, updated_at";
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

    findAll,

    async keep(tenantId, given) {
      const seal = await sealer.forTenant(tenantId);
      // One statement may write a row once only: of two of the same name the later one counts.
      const documents = [...new Map(given.map((document) => [document.id, document])).values()];
      await database.withTenant(tenantId, async (sql) => {
        await writeDocuments(sql, { tenantId, seal, documents });
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

    async readdress(tenantId, sources) {
      return database.withTenant(tenantId, async (sql) => {
        const rows = await sql.query<{ id: string }>({
          text: `UPDATE knowledge_documents d SET audience = string_to_array(s.audience, ' '), indexed_hash = NULL
                   FROM unnest($1::uuid[], $2::text[]) AS s (source_id, audience)
                  WHERE d.source_id = s.source_id AND NOT d.audience_by_hand
                    AND d.audience <> string_to_array(s.audience, ' ') RETURNING d.id`,
          values: [
            sources.map(({ sourceId }) => sourceId),
            sources.map(({ audience }) => audience.join(" ")),
          ],
        });
        if (rows.length > 0) await grow(sql, tenantId);
        return rows.length;
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
    language: row.language ?? undefined,
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
