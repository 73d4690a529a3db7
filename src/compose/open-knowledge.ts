import type { TenantId } from "../core/ids.ts";
import type { DocumentStore } from "../knowledge/document-store.ts";
import { loadChunkCounter } from "../knowledge/chunk/count-tokens.ts";
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
import type { Sources, SourcesParts } from "../knowledge/sources/sources.ts";
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
}

export interface OpenKnowledgeParts extends Omit<SourcesParts, "ingest" | "onRound"> {
  /** Those that have documents by now. */
  readonly companies: Iterable<TenantId>;
  /** Where the index is: a folder or object storage. */
  readonly uri: string;
  readonly embeddings?: RemoteEmbedderParts | undefined;
  readonly offline: OfflineEmbedder;
  readonly documents: DocumentStore;
  readonly questions: AskedQuestions;
  readonly parser: Parser;
  readonly database: Database;
  readonly sealer: Sealer;
}

const gapDays = 30;

/** Loads the index and all that works with it. */
export async function openKnowledge(parts: OpenKnowledgeParts): Promise<OpenKnowledge> {
  const { companies, documents, offline, questions, parser, database, sealer, log } = parts;
  const [{ createLanceIndex }, { keepTables }, { createIngest }, { createSources }, { createGaps }] =
    await Promise.all([
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
  const ingest = createIngest({ knowledge, parser, loadCounter: loadChunkCounter });
  return {
    knowledge,
    ingest,
    sources: createSources({
      ...parts,
      ingest,
      onRound: (signal) => replayGolden({ companies, signal, database, sealer, knowledge, log }),
    }),
    gaps: createGaps({
      questions,
      gather: (id) => gatherQuestions({ database, sealer, questions }, id, gapDays),
      knowledge,
      ingest,
      embedder: offline,
    }),
  };
}
