import type { KnowledgeSearch } from "../../tools/knowledge/search-knowledge.ts";
import type { LookUp } from "../agent/keyless/keyless-brain.ts";
import type { Channel } from "../core/channel.ts";
import type { Accept, ChannelName } from "../core/envelope.ts";
import type { TenantId, TurnId } from "../core/ids.ts";
import type { Leases } from "../core/leases.ts";
import type { Log } from "../core/log.ts";
import type { Part } from "../core/part.ts";
import type { SafeFetch } from "../core/safe-fetch.ts";
import type { KnowledgeApiParts } from "../http/knowledge-api.ts";
import { findDestination, type DestinationOf } from "../knowledge/destinations.ts";
import { createDocumentStore } from "../knowledge/document-store.ts";
import { createDocumentVersions } from "../knowledge/document-versions.ts";
import type { Closeness } from "../agent/memory.ts";
import { dot } from "../knowledge/embed/dot.ts";
import type { OfflineEmbedder } from "../knowledge/embed/offline-embedder.ts";
import type { RemoteEmbedderParts } from "../knowledge/embed/remote-embedder.ts";
import { createAskedQuestions } from "../knowledge/gaps/asked-questions.ts";
import type { Passage } from "../knowledge/knowledge.ts";
import { createParser } from "../knowledge/parse/parser.ts";
import { quotePassages } from "../knowledge/quote-passages.ts";
import { findDisagreement } from "../knowledge/retrieve/find-disagreement.ts";
import { rewriteQuestion } from "../knowledge/retrieve/rewrite-question.ts";
import { createSourceStore, type SourceStore } from "../knowledge/sources/source-store.ts";
import { createOpenRooms } from "../knowledge/sources/open-rooms.ts";
import type { Source } from "../knowledge/sources/source.ts";
import { parseAudience } from "../knowledge/readers.ts";
import type { KnowledgeSource } from "../settings/knowledge-sources.ts";
import type { TenantFile } from "../settings/tenant-files.ts";
import type { Database } from "../store/database.ts";
import type { FastState } from "../store/fast-state.ts";
import type { Sealer } from "../store/seal.ts";
import { tenantIdOf } from "../tenants/companies.ts";
import { createGrowingSet } from "./growing-set.ts";
import { openKnowledge, type OpenKnowledge } from "./open-knowledge.ts";
import { preferReviewed } from "./prefer-reviewed.ts";

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
  /** The same door, where what happens in rooms that are sources is heard as well. */
  overhear(accept: Accept): Accept;
  /** What its API works with. */
  readonly managed: Pick<KnowledgeApiParts, "companyOf" | "open" | "progressOf">;
  /** How far they have come. */
  readonly progress: SourceStore;
  /** Takes the operator's sources in, in the background. To be started when the doors are open: it is heavy. */
  readonly sources: Part;
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
  /** Whose rooms may be sources. */
  readonly channels?: ReadonlyMap<ChannelName, Pick<Channel, "history">> | undefined;
  /** What only one process does at a time. */
  readonly leases: Leases;
  readonly log: Log;
}

type Asking = DestinationOf & { readonly turnId: TurnId };

// The share of a question's telling words below which its best passage is no sure answer.
const unsureBelow = 0.4;

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

  let words: Promise<OfflineEmbedder> | undefined;
  const openWords = () =>
    (words ??= import("../knowledge/embed/offline-embedder.ts").then(({ loadOfflineEmbedder }) =>
      loadOfflineEmbedder(),
    ));
  const rooms = createOpenRooms({
    sources,
    historyOf: (name) => {
      const channel = parts.channels?.get(name);
      return channel && ((...asked) => channel.history(...asked));
    },
    list: documents.list,
    // A process that only takes messages in need not load the index: the database decides what is told.
    remove: async (tenantId, ids) =>
      opening === undefined
        ? (await documents.remove(tenantId, ids)).length
        : (await opening).knowledge.remove(tenantId, ids),
    database,
    fast: parts.fast,
    log,
  });
  const open = () =>
    (opening ??= openWords().then((offline) =>
      openKnowledge({
        ...parts,
        companies: companies.all,
        sources,
        offline,
        documents,
        questions,
        parser,
        store: progress,
        rooms,
      }),
    ));

  /** What a crash or a new model left outside the index first: it is asked for already. */
  async function takeIn(): Promise<void> {
    if (companies.all.size === 0) return;
    const lease = await parts.leases.hold("knowledge", stopping.signal);
    const signal = AbortSignal.any([stopping.signal, lease.lost]);
    try {
      const { knowledge, sources: all } = await open();
      for (const id of companies.all) {
        await knowledge.repair(id, signal);
        await rooms.forgetClosed(id);
      }
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
    overhear: (accept) => async (envelope) => {
      const accepted = await accept(envelope);
      await rooms.hear(envelope);
      return accepted;
    },
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
        // What is kept for showing it to people as it stands is not for a model.
        const told = passages.map(({ quotable: _shown, headings: _heads, ...passage }) => passage);
        return { passages: told, disagreement: findDisagreement(passages) };
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
      start: async () => {
        await versions.start();
        await rooms.start();
      },
      stop: async () => {
        versions.stop();
        rooms.stop();
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

/** What the file names was judged when it was read. */
function toReaders({ audience }: KnowledgeSource): Pick<Source, "audience"> {
  return { audience: audience.map(parseAudience).filter((group) => group !== undefined) };
}
