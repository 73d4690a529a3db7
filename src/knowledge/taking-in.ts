import { createHash } from "node:crypto";
import type { TenantId } from "../core/ids.ts";
import { deriveId } from "../store/derive-id.ts";
import type { Chunk } from "./chunk/chunk-blocks.ts";
import type { DocumentStore, KeptDocument } from "./document-store.ts";
import type { KnowledgeIndex } from "./index/knowledge-index.ts";
import { toGroupName, type Audience } from "./readers.ts";
import type { Retriever } from "./retrieve/retriever.ts";

/** A document that was read, or why it could not be. */
export interface ReadDocument {
  /** Where it came from, and its name there: together they are its identity. */
  readonly source: string;
  readonly name: string;
  readonly title: string;
  readonly url?: string | undefined;
  readonly language?: string | undefined;
  readonly audience: readonly Audience[];
  readonly chunks: readonly Chunk[];
  readonly problem?: string | undefined;
  /** Of the bytes it was read from. */
  readonly hash: string;
}

/** `kept` are those that a crash or a new model left outside the index: to be published. */
export type KnownDocument =
  { readonly kind: "published" | "new" } | { readonly kind: "kept"; readonly id: string };

/** How documents come in: kept in the database, which is the truth, then made findable. */
export interface TakingIn {
  /** What is known of documents with these bytes, for these people, in their order: where anything is, it need not be read again. */
  lookAt(
    tenantId: TenantId,
    documents: readonly Pick<ReadDocument, "source" | "name" | "hash" | "audience">[],
  ): Promise<KnownDocument[]>;
  /**
   * Keeps documents, all or none, in the place of what they were; many at once cost little more than one. They are found
   * once their ids, which it resolves with in their order, are published.
   */
  keep(tenantId: TenantId, documents: readonly ReadDocument[]): Promise<string[]>;
  /** Makes kept documents findable, many at once at little more than the cost of one. */
  publish(tenantId: TenantId, ids: readonly string[], signal?: AbortSignal): Promise<void>;
  /** Brings into the index what a crash or a new model left outside; resolves with how many documents. */
  repair(tenantId: TenantId, signal?: AbortSignal): Promise<number>;
  /** Brings everything into the index anew, for one that was lost; resolves with how many documents. */
  rebuild(tenantId: TenantId, signal?: AbortSignal): Promise<number>;
}

export interface TakingInParts {
  readonly documents: DocumentStore;
  readonly index: KnowledgeIndex;
  readonly retriever: Retriever;
  readonly model: string;
}

const published = 64;
// Times that documents were put in before the index is tidied up, unless no more seem to come.
const tidiedAfter = 8;

export function createTakingIn({ documents, index, retriever, model }: TakingInParts): TakingIn {
  const untidy = new Map<TenantId, number>();
  const indexedHashOf = (contentHash: string) => `${model} ${contentHash}`;

  async function bringIn(
    tenantId: TenantId,
    kept: readonly KeptDocument[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    for (let from = 0; from < kept.length; from += published) {
      const some = kept.slice(from, from + published);
      const ids = some.map(({ id }) => id);
      const chunks = Map.groupBy(await documents.chunksOf(tenantId, ids), ({ documentId }) => documentId);
      const findable = some.map(({ id, title, language, audience: groups }) => ({
        id,
        groups,
        language,
        chunks: (chunks.get(id) ?? []).map(({ ordinal, headings, text }) => ({
          id: `${id}:${ordinal}`,
          title,
          headings,
          text,
        })),
      }));
      await retriever.put(tenantId, findable, signal);
      await documents.markIndexed(tenantId, some, indexedHashOf);
      untidy.set(tenantId, (untidy.get(tenantId) ?? 0) + 1);
    }
    // While many come, what is not in the indexes yet is found all the same, only more slowly.
    const puts = untidy.get(tenantId) ?? 0;
    if (puts === 0 || (puts < tidiedAfter && kept.length === published)) return;
    untidy.delete(tenantId);
    await index.optimize(tenantId);
  }

  return {
    async lookAt(tenantId, looked) {
      const ids = looked.map((document) => documentIdOf(tenantId, document));
      const kept = new Map((await documents.findAll(tenantId, ids)).map((each) => [each.id, each]));
      return looked.map((document, at) => {
        const known = kept.get(ids[at] ?? "");
        if (known?.contentHash !== hashOf(document)) return { kind: "new" };
        const isPublished = known.indexedHash === indexedHashOf(known.contentHash);
        return isPublished ? { kind: "published" } : { kind: "kept", id: known.id };
      });
    },

    async keep(tenantId, read) {
      if (read.length === 0) return [];
      const kept = read.map((document) => ({
        ...document,
        id: documentIdOf(tenantId, document),
        sourceId: sourceIdOf(tenantId, document.source),
        url: document.url,
        language: document.language,
        problem: document.problem,
        audience: document.audience.map(toGroupName),
        contentHash: hashOf(document),
      }));
      await documents.keep(tenantId, kept);
      return kept.map(({ id }) => id);
    },

    async publish(tenantId, ids, signal) {
      await bringIn(tenantId, ids.length === 0 ? [] : await documents.findAll(tenantId, ids), signal);
    },

    async repair(tenantId, signal) {
      const known = await documents.list(tenantId);
      const isMissing = (each: KeptDocument) => each.indexedHash !== indexedHashOf(each.contentHash);
      const missing = known.filter(isMissing);
      await bringIn(tenantId, missing, signal);
      return missing.length;
    },

    async rebuild(tenantId, signal) {
      const all = await documents.list(tenantId);
      await bringIn(tenantId, all, signal);
      return all.length;
    },
  };
}

/** A document's id follows from where it came from and its name there. */
export function documentIdOf(
  tenantId: TenantId,
  { source, name }: Pick<ReadDocument, "source" | "name">,
): string {
  return deriveId<string>(tenantId, "knowledge", source, name);
}

/** So does its source's. */
export function sourceIdOf(tenantId: TenantId, source: string): string {
  return deriveId<string>(tenantId, "knowledge source", source);
}

/** Changes with the bytes and with who may read them. */
function hashOf({ hash, audience }: Pick<ReadDocument, "hash" | "audience">): string {
  const groups = audience.map(toGroupName).toSorted();
  return createHash("sha256")
    .update(JSON.stringify([hash, groups]))
    .digest("hex");
}
