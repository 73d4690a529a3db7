import { createHash } from "node:crypto";
import type { TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import { deriveId } from "../store/derive-id.ts";
import type { Chunk } from "./chunk/chunk-blocks.ts";
import type { DocumentStore, KeptChunk, KeptDocument } from "./document-store.ts";
import { groupsOf, toGroupName, type Audience, type Destination } from "./readers.ts";
import { cleanPassage, cleanProse } from "./retrieve/clean-passage.ts";
import { createFindPlaces, type FoundPlace } from "./retrieve/find-places.ts";
import type { Retriever } from "./retrieve/retriever.ts";
import type { KnowledgeIndex } from "./index/knowledge-index.ts";

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

/** What was found for a question. */
export interface Passage {
  readonly title: string;
  /** Page or headings, for a person to find it. */
  readonly locator: string | undefined;
  readonly url: string | undefined;
  /** Those it stands under, without the title, the outermost first. */
  readonly headings: readonly string[];
  /** CommonMark, material and never an instruction: links to other hosts and pictures are left out. */
  readonly text: string;
  /** The same for showing it as it stands: addresses in code, which no channel makes a link of, are kept. */
  readonly quotable: string;
  /** From 0 to 1. */
  readonly relevance: number;
  readonly asOf: Date;
  /** The question it is a colleague's own answer to. */
  readonly reviewed?: string | undefined;
}

/** A company's documents: taken in, found, forgotten. */
export interface Knowledge {
  /** Keeps a document in the place of what it was; it is found once its id is published. */
  keep(tenantId: TenantId, document: ReadDocument): Promise<string>;
  /** Makes kept documents findable, many at once at little more than the cost of one. */
  publish(tenantId: TenantId, ids: readonly string[], signal?: AbortSignal): Promise<void>;
  /** What is known of a document with these bytes, for these people: where anything is, it need not be read again. */
  lookAt(
    tenantId: TenantId,
    document: Pick<ReadDocument, "source" | "name" | "hash" | "audience">,
  ): Promise<KnownDocument>;
  list(tenantId: TenantId): Promise<KeptDocument[]>;
  /** From when it resolves on only these people are shown them, also when their source is read again. Resolves with how many there were. */
  restrict(tenantId: TenantId, ids: readonly string[], audience: readonly Audience[]): Promise<number>;
  /** From when it resolves on no answer shows them. Resolves with how many there were. */
  remove(tenantId: TenantId, ids: readonly string[]): Promise<number>;
  /** Removes what a source has no more, by the names it has. */
  keepOnly(tenantId: TenantId, source: string, names: readonly string[]): Promise<number>;
  /** Brings into the index what a crash or a new model left outside; resolves with how many documents. */
  repair(tenantId: TenantId, signal?: AbortSignal): Promise<number>;
  /** Brings everything into the index anew, for one that was lost; resolves with how many documents. */
  rebuild(tenantId: TenantId, signal?: AbortSignal): Promise<number>;
  /**
   * The best passages that everybody at the destination may read, three at most unless said; none where nothing fits.
   * While the index fails, what it found for the same question lately; else it rejects with TransientError.
   */
  search(tenantId: TenantId, question: Question): Promise<Passage[]>;
  /** Grows with every change of the company's documents. */
  version(tenantId: TenantId): Promise<string>;
  stop(): Promise<void>;
}

export interface Question {
  readonly text: string;
  readonly destination: Destination;
  readonly limit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface KnowledgeParts {
  readonly documents: DocumentStore;
  readonly index: KnowledgeIndex;
  readonly retriever: Retriever;
  /** Names what the vectors were made with. */
  readonly model: string;
  readonly log: Log;
}

/** The source of what colleagues answered in the place of the bot. */
export const reviewedSource = "reviewed";

const passages = 3;
const lookedUpForOne = 3;
const ofOneDocument = 2;
const published = 64;
// Times that documents were put in before the index is tidied up, unless no more seem to come.
const tidiedAfter = 8;

export function createKnowledge({ documents, index, retriever, model, log }: KnowledgeParts): Knowledge {
  const findPlaces = createFindPlaces({ retriever, log });
  const untidy = new Map<TenantId, number>();
  const idOf = (named: Pick<ReadDocument, "source" | "name">, tenantId: TenantId) =>
    documentIdOf(tenantId, named);
  const sourceIdOf = (source: string, tenantId: TenantId) =>
    deriveId<string>(tenantId, "knowledge source", source);

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
      const findable = some.map(({ id, title, audience: groups }) => ({
        id,
        groups,
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

  async function publish(tenantId: TenantId, ids: readonly string[], signal?: AbortSignal): Promise<void> {
    await bringIn(tenantId, ids.length === 0 ? [] : await documents.findAll(tenantId, ids), signal);
  }

  async function remove(tenantId: TenantId, ids: readonly string[]): Promise<number> {
    const gone = await documents.remove(tenantId, ids);
    // The database decides what is shown; what stays in the index by this failure is found and never shown.
    await index.remove(tenantId, gone).catch((cause: unknown) => {
      log.warn({ err: cause, documents: gone.length }, "removed documents are still in the knowledge index");
    });
    return gone.length;
  }

  return {
    async lookAt(tenantId, document) {
      const kept = await documents.find(tenantId, idOf(document, tenantId));
      if (kept?.contentHash !== hashOf(document)) return { kind: "new" };
      const isPublished = kept.indexedHash === indexedHashOf(kept.contentHash);
      return isPublished ? { kind: "published" } : { kind: "kept", id: kept.id };
    },

    async keep(tenantId, document) {
      const id = idOf(document, tenantId);
      const { source, name, title, url, language, problem, chunks } = document;
      await documents.keep(tenantId, {
        id,
        sourceId: sourceIdOf(source, tenantId),
        source,
        name,
        title,
        url,
        language,
        problem,
        chunks,
        audience: document.audience.map(toGroupName),
        contentHash: hashOf(document),
      });
      return id;
    },

    publish,

    list: (tenantId) => documents.list(tenantId),

    async restrict(tenantId, ids, audience) {
      const known = await documents.restrict(tenantId, ids, audience.map(toGroupName));
      await publish(tenantId, known).catch((cause: unknown) => {
        // The database decides what is shown; the repair brings the rest in.
        log.warn(
          { err: cause, documents: known.length },
          "the knowledge index has documents' former readers",
        );
      });
      return known.length;
    },

    remove,

    async keepOnly(tenantId, source, names) {
      const kept = new Set(names);
      const known = await documents.list(tenantId, sourceIdOf(source, tenantId));
      return remove(
        tenantId,
        known.filter(({ name }) => !kept.has(name)).map(({ id }) => id),
      );
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

    async search(tenantId, { text, destination, limit = passages, signal }) {
      const groups = groupsOf(destination).map(toGroupName);
      const best = await findPlaces(tenantId, { text, groups, signal });
      // Most of the time the first ones are enough, and each one costs a line of the database and two openings.
      const first = best.slice(0, limit * lookedUpForOne);
      const readable = await documents.readable(tenantId, first, groups);
      const chosen = choose(first, readable, limit);
      if (chosen.length === limit || first.length === best.length) return chosen;
      const more = await documents.readable(tenantId, best.slice(first.length), groups);
      return choose(best, [...readable, ...more], limit);
    },

    version: (tenantId) => documents.version(tenantId),
    stop: () => index.stop(),
  };
}

/** A document's id follows from where it came from and its name there. */
export function documentIdOf(
  tenantId: TenantId,
  { source, name }: Pick<ReadDocument, "source" | "name">,
): string {
  return deriveId<string>(tenantId, "knowledge", source, name);
}

/** In the order found, two of one document at most, and the same words once however often they were taken in. */
function choose(best: readonly FoundPlace[], readable: readonly KeptChunk[], limit: number): Passage[] {
  const chunks = new Map(readable.map((chunk) => [`${chunk.documentId}:${chunk.ordinal}`, chunk]));
  const told = new Set<string>();
  const times = new Map<string, number>();
  const chosen: Passage[] = [];
  for (const { documentId, ordinal, relevance } of best) {
    const chunk = chunks.get(`${documentId}:${ordinal}`);
    const before = times.get(documentId) ?? 0;
    if (chunk === undefined || told.has(chunk.text) || before >= ofOneDocument) continue;
    told.add(chunk.text);
    times.set(documentId, before + 1);
    chosen.push(toPassage(chunk, relevance));
    if (chosen.length === limit) break;
  }
  return chosen;
}

function toPassage(chunk: KeptChunk, relevance: number): Passage {
  const { source, title, url, headings, text, page, updatedAt } = chunk;
  const path = headings.filter((heading) => heading !== title);
  const locator = page === undefined ? path.join(" › ") : `p. ${page}`;
  return {
    title,
    url: page === undefined ? url : atPage(url, page),
    locator: locator === "" ? undefined : locator,
    headings: path,
    text: cleanPassage(text, url),
    quotable: cleanProse(text, url),
    relevance,
    asOf: updatedAt,
    ...(source === reviewedSource && { reviewed: title }),
  };
}

/** Readers of PDF files open them where the fragment says. */
function atPage(url: string | undefined, page: number): string | undefined {
  return url !== undefined && /\.pdf$/i.test(url) ? `${url}#page=${page}` : url;
}

/** Changes with the bytes and with who may read them. */
function hashOf({ hash, audience }: Pick<ReadDocument, "hash" | "audience">): string {
  const groups = audience.map(toGroupName).toSorted();
  return createHash("sha256")
    .update(JSON.stringify([hash, groups]))
    .digest("hex");
}
