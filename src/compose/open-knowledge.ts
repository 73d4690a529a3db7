import type { TenantId } from "../core/ids.ts";
import type { DocumentStore } from "../knowledge/document-store.ts";
import { loadChunkCounter } from "../knowledge/chunk/count-tokens.ts";
import { findAskersDestination } from "../knowledge/destinations.ts";
import type { Embedder } from "../knowledge/embed/embedder.ts";
import { keepVectors } from "../knowledge/embed/keep-vectors.ts";
import type { OfflineEmbedder } from "../knowledge/embed/offline-embedder.ts";
import { createRemoteEmbedder, type RemoteEmbedderParts } from "../knowledge/embed/remote-embedder.ts";
import type { AskedQuestions } from "../knowledge/gaps/asked-questions.ts";
import type { Gaps } from "../knowledge/gaps/gaps.ts";
import { gatherQuestions } from "../knowledge/gaps/gather-questions.ts";
import type { Ingest } from "../knowledge/ingest/ingest.ts";
import { createKnowledge, type Knowledge } from "../knowledge/knowledge.ts";
import type { Parser } from "../knowledge/parse/parser.ts";
import { createMovingRetriever, type ModelRetriever } from "../knowledge/retrieve/moving-retriever.ts";
import { createRetriever } from "../knowledge/retrieve/retriever.ts";
import { forgetGone } from "../knowledge/sources/follow-files.ts";
import type { Sources, SourcesParts } from "../knowledge/sources/sources.ts";
import { termsVersion } from "../knowledge/text/read-terms.ts";
import { knownDimensions } from "../settings/embeddings.ts";
import type { Database } from "../store/database.ts";
import type { Sealer } from "../store/seal.ts";
import { replayGolden } from "./replay-golden.ts";

/** What takes documents in and finds them. */
export interface OpenKnowledge {
  readonly knowledge: Knowledge;
  readonly ingest: Ingest;
  readonly sources: Sources;
  readonly gaps: Gaps;
  /** Asks a company's golden questions and those of its gaps again. */
  readonly askAgain: (tenantId: TenantId, signal: AbortSignal) => Promise<void>;
}

export interface OpenKnowledgeParts extends Omit<SourcesParts, "ingest" | "onTaken" | "onRound"> {
  /** Those that have documents by now. */
  readonly companies: Iterable<TenantId>;
  /** Where the index is: a folder or object storage. */
  readonly uri: string;
  readonly embeddings?: RemoteEmbedderParts | undefined;
  /** What makes them, where others use it as well; one of its own when left out. */
  readonly embedder?: Embedder | undefined;
  readonly offline: OfflineEmbedder;
  readonly documents: DocumentStore;
  readonly questions: AskedQuestions;
  readonly parser: Parser;
  readonly watch?: KnowledgeWatch | undefined;
  readonly database: Database;
  readonly sealer: Sealer;
}

/** Told how well documents are found. Must not throw. */
export interface KnowledgeWatch {
  /** `best` is the relevance of the best passage, 0 where there is none. */
  searched(outcome: "found" | "unsure" | "nothing" | "failed", best?: number): void;
  vector(outcome: "at hand" | "made"): void;
}

const gapDays = 30;

/** Loads the index and all that works with it. */
export async function openKnowledge(parts: OpenKnowledgeParts): Promise<OpenKnowledge> {
  const { companies, documents, offline, questions, parser, database, sealer, log } = parts;
  const [{ createIndexProcess }, { keepTables }, { createIngest }, { createSources }, { createGaps }] =
    await Promise.all([
      import("../knowledge/index/index-process.ts"),
      import("../knowledge/index/keep-tables.ts"),
      import("../knowledge/ingest/ingest.ts"),
      import("../knowledge/sources/sources.ts"),
      import("../knowledge/gaps/gaps.ts"),
    ]);
  const remote = parts.embeddings;
  const openModel = (embedder: Embedder, name = nameOf(embedder.model)): ModelRetriever => {
    const { dimensions } = embedder;
    const tables = createIndexProcess({ uri: parts.uri, dimensions, model: toTables(name) });
    const index = keepTables(tables, { load: tables.load, log });
    return {
      index,
      retriever: createRetriever({
        index,
        embedder: keepVectors(embedder, { onLook: parts.watch?.vector }),
        weigh: offline.weigh,
        log,
      }),
    };
  };
  // The first ones had no name.
  const toTables = (name: string) => (name === offline.model ? undefined : name);
  const embedder = remote === undefined ? offline : (parts.embedder ?? createRemoteEmbedder(remote));
  const model = nameOf(embedder.model);
  const { index, retriever } = createMovingRetriever({
    model,
    current: openModel(embedder),
    modelsOf: documents.models,
    openFormer: async (former) => {
      const name = embedderOf(former);
      // The same vectors beside terms that were read otherwise: what is asked has those terms as well.
      if (name === embedder.model) return openModel(embedder, former);
      if (name === offline.model) return openModel(offline, former);
      const dimensions = knownDimensions[name];
      if (remote === undefined || dimensions === undefined) return undefined;
      return openModel(createRemoteEmbedder({ ...remote, model: name, dimensions }), former);
    },
    log,
  });
  const knowledge = createKnowledge({ documents, index, retriever, model, words: offline, log });
  const ingest = createIngest({ knowledge, parser, loadCounter: loadChunkCounter });
  const golden = { database, sealer, knowledge, log };
  const gaps = createGaps({
    questions,
    gather: (id) => gatherQuestions({ database, sealer, questions }, id, gapDays),
    whereAsked: (tenantId, conversationId) => findAskersDestination(database, { tenantId, conversationId }),
    knowledge,
    ingest,
    embedder: offline,
  });
  return {
    knowledge,
    ingest,
    sources: createSources({
      ...parts,
      ingest,
      // What was read under another name before is in the answers until its new name was read.
      onTaken: async (id) =>
        void (await forgetGone({ knowledge, store: parts.store }, id, parts.sources.all())),
      onRound: (signal) => replayGolden({ ...golden, companies, signal }),
    }),
    gaps,
    askAgain: async (tenantId, signal) => {
      await replayGolden({ ...golden, companies: [tenantId], signal });
      await gaps.replay(tenantId, signal);
    },
  };
}

const readAs = "+terms";

/** What an index is made with: vectors of this model, and terms as texts are read now. */
function nameOf(model: string): string {
  return `${model}${readAs}${termsVersion}`;
}

function embedderOf(name: string): string {
  return name.split(readAs)[0] ?? name;
}
