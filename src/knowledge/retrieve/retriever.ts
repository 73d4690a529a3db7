import type { TenantId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import type { Chunk } from "../chunk/chunk-blocks.ts";
import type { Embedder } from "../embed/embedder.ts";
import type { WeighWord } from "../embed/offline-embedder.ts";
import type { KnowledgeIndex } from "../index/knowledge-index.ts";
import { readQuestion, readTerms } from "../text/read-terms.ts";
import { rankHits, type RankedHit } from "./rank-hits.ts";

/** A chunk with the id it is stored under, and its document's title. */
export interface TitledChunk extends Pick<Chunk, "headings" | "text"> {
  readonly id: string;
  readonly title: string;
}

/** A document as it is found. */
export interface FindableDocument {
  readonly id: string;
  /** Who may find it, as the index names them. */
  readonly groups: readonly string[];
  readonly chunks: readonly TitledChunk[];
}

/** Brings chunks into the index and finds them again. */
export interface Retriever {
  /** Makes the documents' chunks findable in the place of those they had. */
  put(tenantId: TenantId, documents: readonly FindableDocument[], signal?: AbortSignal): Promise<void>;
  /**
   * The best chunks for a question, ordered. By terms alone while the embedder fails; rejects with TransientError when
   * the index does.
   */
  find(tenantId: TenantId, question: string, options?: FindOptions): Promise<RankedHit[]>;
}

export interface FindOptions {
  /** Only what one of these groups may find; everything when left out. */
  readonly groups?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RetrieverParts {
  readonly index: KnowledgeIndex;
  readonly embedder: Embedder;
  readonly weigh: WeighWord;
  readonly log: Log;
}

// Of each kind of search. Deep enough that what is second in all of them is not lost to what is first in one.
const candidates = 50;
const batch = 64;
const longestQuestion = 2_000;

export function createRetriever({ index, embedder, weigh, log }: RetrieverParts): Retriever {
  async function embedQuestion(tenantId: TenantId, question: string, signal: AbortSignal | undefined) {
    try {
      return (await embedder.embed([question], signal, tenantId))[0];
    } catch (cause) {
      signal?.throwIfAborted();
      log.warn({ err: cause, model: embedder.model }, "a question is searched by its words alone");
      return undefined;
    }
  }

  return {
    async put(tenantId, documents, signal) {
      const chunks = documents.flatMap(({ id: documentId, groups, chunks: own }) =>
        own.map((chunk) => ({ ...chunk, documentId, groups, whole: toWhole(chunk) })),
      );
      const vectors: Float32Array[] = [];
      for (let from = 0; from < chunks.length; from += batch) {
        const texts = chunks.slice(from, from + batch).map(({ whole }) => whole);
        vectors.push(...(await embedder.embed(texts, signal, tenantId)));
      }
      const indexed = chunks.map(({ whole, ...chunk }, at) => ({
        id: chunk.id,
        documentId: chunk.documentId,
        groups: chunk.groups,
        headTerms: readTerms(toHead(chunk)).join(" "),
        terms: readTerms(whole).join(" "),
        vector: vectors[at] ?? new Float32Array(embedder.dimensions),
      }));
      await index.replace(
        tenantId,
        documents.map(({ id }) => id),
        indexed,
      );
    },

    async find(tenantId, question, { groups, signal } = {}) {
      const text = question.slice(0, longestQuestion);
      const terms = readQuestion(text);
      const vector = await embedQuestion(tenantId, text, signal);
      const hits = await index.search(tenantId, { terms, vector, groups, limit: candidates });
      return rankHits(hits, terms, weigh);
    },
  };
}

/** Title and headings; a first heading that only repeats the title counts once. */
function toHead({ title, headings }: TitledChunk): string {
  return [title, ...headings.filter((heading) => heading !== title)].join("\n");
}

function toWhole(chunk: TitledChunk): string {
  return `${toHead(chunk)}\n${chunk.text}`;
}
