import { setTimeout as sleep } from "node:timers/promises";
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
import type { Embedder } from "../knowledge/embed/embedder.ts";
import type { OfflineEmbedder } from "../knowledge/embed/offline-embedder.ts";
import type { RemoteEmbedderParts } from "../knowledge/embed/remote-embedder.ts";
import { createAskedQuestions } from "../knowledge/gaps/asked-questions.ts";
import { createParser } from "../knowledge/parse/parser.ts";
import type { Passage } from "../knowledge/passage.ts";
import { quotePassages } from "../knowledge/quote-passages.ts";
import { findDisagreement } from "../knowledge/retrieve/find-disagreement.ts";
import { rewriteQuestion } from "../knowledge/retrieve/rewrite-question.ts";
import { createSourceStore, type SourceStore } from "../knowledge/sources/source-store.ts";
import { followAudiences, forgetGone } from "../knowledge/sources/follow-files.ts";
import { createOpenRooms } from "../knowledge/sources/open-rooms.ts";
import { tellSources } from "../knowledge/sources/tell-sources.ts";
import type { Destination } from "../knowledge/readers.ts";
import type { Database } from "../store/database.ts";
import type { FastState } from "../store/fast-state.ts";
import type { Sealer } from "../store/seal.ts";
import { tenantIdOf } from "../tenants/companies.ts";
import { createGrowingSet } from "./growing-set.ts";
import { createLiveSources, type LiveSourcesParts } from "./live-sources.ts";
import { openKnowledge, type KnowledgeWatch, type OpenKnowledge } from "./open-knowledge.ts";
import { toFoundPassage } from "./to-found-passage.ts";
import { replayChanged } from "./replay-changed.ts";
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
  readonly managed: Pick<KnowledgeApiParts, "companyOf" | "open" | "sourcesOf">;
  /** How far they have come. */
  readonly progress: SourceStore;
  /** Takes the operator's sources in, in the background. To be started when the doors are open: it is heavy. */
  readonly sources: Part;
}

export interface KnowledgeCompositionParts {
  readonly tenants: LiveSourcesParts["tenants"];
  readonly roomsNow?: LiveSourcesParts["roomsNow"];
  readonly roomsLookMs?: LiveSourcesParts["roomsLookMs"];
  /** Where the index is: a folder or object storage. */
  readonly uri: string;
  /** Whose vectors are used; Baton's own, which need no key, when left out. */
  readonly embeddings?: RemoteEmbedderParts | undefined;
  /** What makes them, where others use it as well; one of its own when left out. */
  readonly embedder?: Embedder | undefined;
  readonly database: Database;
  readonly sealer: Sealer;
  readonly safeFetch: SafeFetch;
  readonly fast: Pick<FastState, "publish" | "subscribe">;
  /** Whose rooms may be sources. */
  readonly channels?: ReadonlyMap<ChannelName, Pick<Channel, "history">> | undefined;
  /** What only one process does at a time. */
  readonly leases: Leases;
  /** Once documents stayed as they are for so long, what was asked before is asked again; a minute when left out. */
  readonly calmMs?: number | undefined;
  readonly watch?: KnowledgeWatch | undefined;
  readonly log: Log;
}

type Asking = DestinationOf & { readonly turnId: TurnId };

// The share of a question's telling words below which its best passage is no sure answer.
const unsureBelow = 0.4;
const usualCalmMs = 60_000;

/** Knowledge that costs nothing until a company has documents: the index and the vocabulary are loaded with the first question. */
export async function composeKnowledge(parts: KnowledgeCompositionParts): Promise<ComposedKnowledge> {
  const { database, sealer, log } = parts;
  const kept = createDocumentStore({ database, sealer });
  const live = createLiveSources({
    ...parts,
    onChanged: (changed) => {
      for (const { tenantId } of live.all()) companies.add(tenantId);
      void forgetClosed(changed);
    },
  });
  const companies = createGrowingSet(live.all().map(({ tenantId }) => tenantId));
  const versions = await createDocumentVersions({
    documents: kept,
    tenants: parts.tenants.map(({ slug }) => tenantIdOf(slug)),
    fast: parts.fast,
    onKnown: companies.add,
    log,
  });
  const { documents } = versions;
  await followAudiences(documents, live.all());
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
    sources: live.all,
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
        sources: live,
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
    while (companies.all.size === 0) await sleep(usualCalmMs, undefined, { signal: stopping.signal });
    const lease = await parts.leases.hold("knowledge", stopping.signal);
    // What one of two works fails over ends the other: the lease is given back when both are over.
    const failing = new AbortController();
    const signal = AbortSignal.any([stopping.signal, lease.lost, failing.signal]);
    try {
      const { knowledge, sources: all, askAgain } = await open();
      for (const id of companies.all) {
        await knowledge.repair(id, signal);
        await rooms.forgetClosed(id);
        await forgetGone({ knowledge, store: progress }, id, live.all());
      }
      const { calmMs: everyMs = usualCalmMs } = parts;
      const changes = { companies: companies.all, versionOf: versions.of, replay: askAgain, everyMs, log };
      const works = [all.run(signal), replayChanged(changes, signal)];
      await Promise.all(works).finally(async () => {
        failing.abort();
        await Promise.allSettled(works);
      });
    } finally {
      await lease.release();
    }
  }

  async function forgetClosed(changed: readonly TenantId[]): Promise<void> {
    try {
      for (const id of changed) await rooms.forgetClosed(id);
      const { knowledge } = (await opening) ?? {};
      if (knowledge === undefined) return;
      for (const id of changed) await forgetGone({ knowledge, store: progress }, id, live.all());
    } catch (cause) {
      log.warn({ err: cause }, "what was read of closed rooms is not forgotten yet; the next start does it");
    }
  }

  /** What fails, or loses its lease while the database is away, begins again. */
  async function keepTakingIn(): Promise<void> {
    for (;;) {
      try {
        await takeIn();
      } catch (cause) {
        stopping.signal.throwIfAborted();
        log.warn({ err: cause }, "documents could not be taken in; trying again");
      }
      await sleep(parts.calmMs ?? usualCalmMs, undefined, { signal: stopping.signal });
    }
  }

  async function find(text: string, where: Asking, signal: AbortSignal): Promise<Passage[]> {
    const destination = await findDestination(database, where);
    const passages = await search(text, { tenantId: where.tenantId, destination, signal });
    noteGap(text, where, passages);
    return preferReviewed(text, passages);
  }

  async function search(
    text: string,
    { tenantId, ...where }: { tenantId: TenantId; destination: Destination; signal: AbortSignal },
  ): Promise<Passage[]> {
    try {
      const { knowledge } = await open();
      const passages = await knowledge.search(tenantId, { text, ...where });
      const best = bestOf(passages);
      const outcome = best >= unsureBelow ? "found" : "unsure";
      parts.watch?.searched(passages.length === 0 ? "nothing" : outcome, best);
      return passages;
    } catch (cause) {
      if (!where.signal.aborted) parts.watch?.searched("failed");
      throw cause;
    }
  }

  /** Nobody waits for it, and losing one costs nothing. */
  function noteGap(question: string, where: Asking, passages: readonly Passage[]): void {
    if (bestOf(passages) >= unsureBelow) return;
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
      sourcesOf: async (tenantId) =>
        tellSources(
          live.all().filter((source) => source.tenantId === tenantId),
          await progress.list(tenantId),
        ),
    },
    progress,
    open,
    search: {
      async search(text, context) {
        const passages = await find(text, context, context.signal);
        return { passages: passages.map(toFoundPassage), disagreement: findDisagreement(passages) };
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
        live.start();
      },
      stop: async () => {
        live.stop();
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
        // It rejects when it is told to stop, and only then.
        running = keepTakingIn().catch(() => {});
      },
      stop: async () => {
        stopping.abort();
        // What is being read may take a minute, and nobody waits for it.
        parser.stop();
        await running;
      },
    },
  };
}

function bestOf(passages: readonly Passage[]): number {
  return Math.max(0, ...passages.map(({ relevance }) => relevance));
}
