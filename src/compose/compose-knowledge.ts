import type { KnowledgeSearch } from "../../tools/knowledge/search-knowledge.ts";
import { normalizeQuestion } from "../agent/cache/normalize-question.ts";
import type { LookUp } from "../agent/keyless/keyless-brain.ts";
import type { TenantId, TurnId } from "../core/ids.ts";
import type { Leases } from "../core/leases.ts";
import type { Log } from "../core/log.ts";
import type { Part } from "../core/part.ts";
import type { SafeFetch } from "../core/safe-fetch.ts";
import type { KnowledgeApiParts } from "../http/knowledge-api.ts";
import { loadChunkCounter } from "../knowledge/chunk/count-tokens.ts";
import { findDestination, type DestinationOf } from "../knowledge/destinations.ts";
import { createDocumentStore } from "../knowledge/document-store.ts";
import { createDocumentVersions } from "../knowledge/document-versions.ts";
import type { Closeness } from "../agent/memory.ts";
import { dot } from "../knowledge/embed/dot.ts";
import type { Embedder } from "../knowledge/embed/embedder.ts";
import type { OfflineEmbedder } from "../knowledge/embed/offline-embedder.ts";
import { keepVectors } from "../knowledge/embed/keep-vectors.ts";
import { createRemoteEmbedder, type RemoteEmbedderParts } from "../knowledge/embed/remote-embedder.ts";
import { createAskedQuestions } from "../knowledge/gaps/asked-questions.ts";
import type { Gaps } from "../knowledge/gaps/gaps.ts";
import { gatherQuestions } from "../knowledge/gaps/gather-questions.ts";
import { removePersonalData } from "../knowledge/gaps/remove-personal-data.ts";
import type { Ingest } from "../knowledge/ingest/ingest.ts";
import { createKnowledge, type Knowledge, type Passage } from "../knowledge/knowledge.ts";
import { createParser } from "../knowledge/parse/parser.ts";
import { quotePassages } from "../knowledge/quote-passages.ts";
import { findDisagreement } from "../knowledge/retrieve/find-disagreement.ts";
import { rewriteQuestion } from "../knowledge/retrieve/rewrite-question.ts";
import { createMovingRetriever, type ModelRetriever } from "../knowledge/retrieve/moving-retriever.ts";
import { createRetriever } from "../knowledge/retrieve/retriever.ts";
import { createSourceStore, type SourceStore } from "../knowledge/sources/source-store.ts";
import type { Source, Sources } from "../knowledge/sources/sources.ts";
import { parseAudience } from "../knowledge/readers.ts";
import { knownDimensions } from "../settings/embeddings.ts";
import type { KnowledgeSource } from "../settings/knowledge-sources.ts";
import type { TenantFile } from "../settings/tenant-files.ts";
import type { Database } from "../store/database.ts";
import type { FastState } from "../store/fast-state.ts";
import type { Sealer } from "../store/seal.ts";
import { tenantIdOf } from "../tenants/companies.ts";

/** A process's knowledge. */
export interface ComposedKnowledge {
  readonly search: KnowledgeSearch;
  /** What the documents say in their own words, for the brain that has no model. */
  readonly lookUp: LookUp;
  /** Of these companies those that have documents, or a source of them: they are offered the search. Grows while Baton runs. */
  companiesAmong(chosen?: ReadonlySet<TenantId>): ReadonlySet<TenantId>;
  /** Loads what takes documents in and finds them, once. */
  open(): Promise<OpenKnowledge>;
  /** A company has documents, or a source of them, by now. */
  has(tenantId: TenantId): boolean;
  /** Changes with what a company's documents say and who may read them, in this process at once and in others soon. */
  versionOf(tenantId: TenantId): string;
  /** How close in meaning texts are to a question, by Baton's own vectors. */
  readonly closeness: Closeness;
  /** Hears of changes; closes the index when it stops. */
  readonly part: Part;
  /** What its API works with. */
  readonly managed: Pick<KnowledgeApiParts, "companyOf" | "open" | "progressOf">;
  /** How far they have come. */
  readonly progress: SourceStore;
  /** Takes the operator's sources in, in the background. To be started when the doors are open: it is heavy. */
  readonly sources: Part;
}

export interface OpenKnowledge {
  readonly knowledge: Knowledge;
  readonly ingest: Ingest;
  readonly sources: Sources;
  readonly gaps: Gaps;
}

export interface KnowledgeCompositionParts {
  readonly tenants: readonly Pick<TenantFile, "slug" | "knowledge">[];
  /** Where the index is: a folder or object storage. */
  readonly uri: string;
  /** Whose vectors are used; Baton's own, which need no key, when left out. */
  readonly embeddings?: RemoteEmbedderParts | undefined;
  readonly database: Database;
  readonly sealer: Sealer;
  readonly safeFetch: SafeFetch;
  readonly fast: Pick<FastState, "publish" | "subscribe">;
  /** What only one process does at a time. */
  readonly leases: Leases;
  readonly log: Log;
}

type Asking = DestinationOf & { readonly turnId: TurnId };

// The share of a question's telling words below which its best passage is no sure answer.
const unsureBelow = 0.4;
const gapDays = 30;

/** Knowledge that costs nothing until a company has documents: the index and the vocabulary are loaded with the first question. */
export async function composeKnowledge(parts: KnowledgeCompositionParts): Promise<ComposedKnowledge> {
  const { database, sealer, log } = parts;
  const kept = createDocumentStore({ database, sealer });
  const sources = parts.tenants.flatMap(({ slug, knowledge }) =>
    knowledge.map((source): Source => ({ ...source, ...toReaders(source), tenantId: tenantIdOf(slug) })),
  );
  const companies = createGrowingSet(sources.map(({ tenantId }) => tenantId));
  const versions = await createDocumentVersions({
    documents: kept,
    tenants: parts.tenants.map(({ slug }) => tenantIdOf(slug)),
    fast: parts.fast,
    onKnown: companies.add,
    log,
  });
  const { documents } = versions;
  const slugs = new Set(parts.tenants.map(({ slug }) => slug));
  const progress = createSourceStore({ database, sealer });
  const questions = createAskedQuestions({ database, sealer });
  const parser = createParser();
  const stopping = new AbortController();
  let opening: Promise<OpenKnowledge> | undefined;
  let running: Promise<void> = Promise.resolve();

  const open = () => (opening ??= load());

  let words: Promise<OfflineEmbedder> | undefined;
  const openWords = () =>
    (words ??= import("../knowledge/embed/offline-embedder.ts").then(({ loadOfflineEmbedder }) =>
      loadOfflineEmbedder(),
    ));

  async function load(): Promise<OpenKnowledge> {
    const [
      offline,
      { createLanceIndex },
      { keepTables },
      { createIngest },
      { createSources },
      { createGaps },
    ] = await Promise.all([
      openWords(),
      import("../knowledge/index/lance-index.ts"),
      import("../knowledge/index/keep-tables.ts"),
      import("../knowledge/ingest/ingest.ts"),
      import("../knowledge/sources/sources.ts"),
      import("../knowledge/gaps/gaps.ts"),
    ]);
    const remote = parts.embeddings;
    const openModel = (embedder: Embedder): ModelRetriever => {
      const { dimensions, model } = embedder;
      const name = model === offline.model ? undefined : model;
      const index = keepTables(createLanceIndex({ uri: parts.uri, dimensions, model: name }), { log });
      return {
        index,
        retriever: createRetriever({ index, embedder: keepVectors(embedder), weigh: offline.weigh, log }),
      };
    };
    const embedder = remote === undefined ? offline : createRemoteEmbedder(remote);
    const { model } = embedder;
    const { index, retriever } = createMovingRetriever({
      model,
      current: openModel(embedder),
      modelsOf: documents.models,
      openFormer: async (former) => {
        if (former === offline.model) return openModel(offline);
        const dimensions = knownDimensions[former];
        if (remote === undefined || dimensions === undefined) return undefined;
        return openModel(createRemoteEmbedder({ ...remote, model: former, dimensions }));
      },
      log,
    });
    const knowledge = createKnowledge({ documents, index, retriever, model, log });
    const { safeFetch } = parts;
    const ingest = createIngest({ knowledge, parser, loadCounter: loadChunkCounter });
    return {
      knowledge,
      ingest,
      sources: createSources({ sources, ingest, store: progress, safeFetch, log }),
      gaps: createGaps({
        questions,
        gather: (id) => gatherQuestions({ database, sealer, questions }, id, gapDays),
        knowledge,
        ingest,
        embedder: offline,
      }),
    };
  }

  /** What a crash or a new model left outside the index first: it is asked for already. */
  async function takeIn(): Promise<void> {
    if (companies.all.size === 0) return;
    const lease = await parts.leases.hold("knowledge", stopping.signal);
    const signal = AbortSignal.any([stopping.signal, lease.lost]);
    try {
      const { knowledge, sources: all } = await open();
      for (const id of companies.all) await knowledge.repair(id, signal);
      await all.run(signal);
    } finally {
      await lease.release();
    }
  }

  async function find(text: string, where: Asking, signal: AbortSignal): Promise<Passage[]> {
    const destination = await findDestination(database, where);
    const { knowledge } = await open();
    const passages = await knowledge.search(where.tenantId, { text, destination, signal });
    noteGap(text, where, passages);
    return preferReviewed(text, passages);
  }

  /** Nobody waits for it, and losing one costs nothing. */
  function noteGap(question: string, where: Asking, passages: readonly Passage[]): void {
    const best = Math.max(0, ...passages.map(({ relevance }) => relevance));
    if (best >= unsureBelow) return;
    const { tenantId, conversationId, turnId } = where;
    const reason = passages.length === 0 ? "unanswered" : "unsure";
    questions
      .keep(tenantId, { key: [turnId, question], conversationId, question, reason })
      .catch((cause: unknown) =>
        log.warn({ err: cause, company_id: tenantId }, "a question that the documents miss was not kept"),
      );
  }

  return {
    companiesAmong: companies.among,
    managed: {
      companyOf: (slug) => (slugs.has(slug) ? tenantIdOf(slug) : undefined),
      open,
      progressOf: progress.list,
    },
    progress,
    open,
    search: {
      async search(text, context) {
        const passages = await find(text, context, context.signal);
        return { passages, disagreement: findDisagreement(passages) };
      },
    },
    closeness: async (question, texts) => {
      const [asked, ...others] = await (await openWords()).embed([question, ...texts]);
      return others.map((other) => (asked === undefined ? 0 : dot(asked, other)));
    },
    async lookUp(text, { context, history, signal }) {
      if (!companies.all.has(context.tenantId)) return undefined;
      const earlier = history.filter(({ role }) => role === "user").map(({ text: said }) => said);
      try {
        const question = rewriteQuestion(text, earlier);
        return await quotePassages(question, await find(question, context, signal), await openWords());
      } catch (cause) {
        signal.throwIfAborted();
        log.warn({ err: cause, company_id: context.tenantId }, "documents could not be searched");
        return undefined;
      }
    },
    has: (tenantId) => companies.all.has(tenantId),
    versionOf: versions.of,
    part: {
      name: "knowledge",
      start: versions.start,
      stop: async () => {
        versions.stop();
        parser.stop();
        const opened = await opening?.catch(() => undefined);
        await opened?.knowledge.stop();
      },
    },
    sources: {
      name: "documents",
      start: async () => {
        running = takeIn().catch((cause: unknown) => {
          if (!stopping.signal.aborted) log.error({ err: cause }, "documents could not be taken in");
        });
      },
      stop: async () => {
        stopping.abort();
        await running;
      },
    },
  };
}

/** What a colleague answered to this very question stands alone: what else is found is what they corrected. */
function preferReviewed(text: string, passages: Passage[]): Passage[] {
  if (passages.every(({ reviewed }) => reviewed === undefined)) return passages;
  const asked = normalizeQuestion(removePersonalData(text));
  const own = passages.filter(
    ({ reviewed }) => reviewed !== undefined && normalizeQuestion(reviewed) === asked,
  );
  return own.length > 0 ? own : passages;
}

/** What the file names was judged when it was read. */
function toReaders({ audience }: KnowledgeSource): Pick<Source, "audience"> {
  return { audience: audience.map(parseAudience).filter((group) => group !== undefined) };
}

/** A set that grows, with parts of it that grow along. */
function createGrowingSet(first: readonly TenantId[]) {
  const all = new Set(first);
  const followers: { readonly chosen: ReadonlySet<TenantId> | undefined; readonly among: Set<TenantId> }[] =
    [];
  return {
    all,
    add(id: TenantId): void {
      if (all.has(id)) return;
      all.add(id);
      for (const { chosen, among } of followers) if (chosen?.has(id) !== false) among.add(id);
    },
    among(chosen?: ReadonlySet<TenantId>): ReadonlySet<TenantId> {
      const among = new Set([...all].filter((id) => chosen?.has(id) !== false));
      followers.push({ chosen, among });
      return among;
    },
  };
}
