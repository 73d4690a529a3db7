import type { TenantId } from "../core/ids.ts";
import type { Sql } from "../store/database.ts";
import type { TenantSeal } from "../store/seal.ts";
import type { Chunk } from "./chunk/chunk-blocks.ts";

/** A document to keep; its chunks take the place of those it had. */
export interface DocumentToKeep {
  readonly id: string;
  readonly sourceId: string;
  readonly source: string;
  readonly name: string;
  readonly title: string;
  readonly url: string | undefined;
  readonly language: string | undefined;
  readonly audience: readonly string[];
  readonly chunks: readonly Chunk[];
  /** Why it could not be read. */
  readonly problem: string | undefined;
  readonly contentHash: string;
}

/** What a document's texts are sealed for. */
export const purposes = { details: "knowledge.details", content: "knowledge.chunk" } as const;

interface Writing {
  readonly tenantId: TenantId;
  readonly seal: TenantSeal;
  readonly documents: readonly DocumentToKeep[];
}

/** Writes documents, each of another id, and their chunks in the place of those they had: three statements, however many. */
export async function writeDocuments(sql: Sql, writing: Writing): Promise<void> {
  await writeDetails(sql, writing);
  await writeChunks(sql, writing);
}

/** In the order of their ids, so that two who write the same ones do not wait for each other. */
async function writeDetails(sql: Sql, { tenantId, seal, documents }: Writing): Promise<void> {
  await sql.query({
    text: `INSERT INTO knowledge_documents
             (company_id, id, source_id, details, audience, language, content_hash, problem, chunk_count)
           SELECT $1, id, source_id, details, string_to_array(audience, ' '), language, content_hash, problem,
                  chunk_count
             FROM unnest($2::uuid[], $3::uuid[], $4::bytea[], $5::text[], $6::text[], $7::text[], $8::text[], $9::int[])
                  AS new (id, source_id, details, audience, language, content_hash, problem, chunk_count)
            ORDER BY id
           ON CONFLICT (id, company_id) DO UPDATE SET details = excluded.details,
             audience = CASE WHEN knowledge_documents.audience_by_hand THEN knowledge_documents.audience
                             ELSE excluded.audience END,
             language = excluded.language, content_hash = excluded.content_hash, problem = excluded.problem,
             chunk_count = excluded.chunk_count, indexed_hash = NULL, updated_at = now()`,
    values: [
      tenantId,
      documents.map(({ id }) => id),
      documents.map(({ sourceId }) => sourceId),
      documents.map(({ source, name, title, url }) =>
        seal.seal(purposes.details, JSON.stringify({ source, name, title, url })),
      ),
      documents.map(({ audience }) => audience.join(" ")),
      documents.map(({ language }) => language ?? null),
      documents.map(({ contentHash }) => contentHash),
      documents.map(({ problem }) => problem ?? null),
      documents.map(({ chunks }) => chunks.length),
    ],
  });
}

async function writeChunks(sql: Sql, { tenantId, seal, documents }: Writing): Promise<void> {
  await sql.query({
    text: "DELETE FROM knowledge_chunks WHERE document_id = ANY($1::uuid[])",
    values: [documents.map(({ id }) => id)],
  });
  const chunks = documents.flatMap(({ id, chunks: own }) => own.map((chunk) => ({ id, ...chunk })));
  await sql.query({
    text: `INSERT INTO knowledge_chunks (company_id, document_id, ordinal, content)
           SELECT $1, document_id, ordinal, content
             FROM unnest($2::uuid[], $3::int[], $4::bytea[]) AS new (document_id, ordinal, content)`,
    values: [
      tenantId,
      chunks.map(({ id }) => id),
      chunks.map(({ ordinal }) => ordinal),
      chunks.map(({ headings, text, page }) =>
        seal.seal(purposes.content, JSON.stringify({ headings, text, page })),
      ),
    ],
  });
}
