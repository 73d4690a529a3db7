import { randomBytes, randomUUID } from "node:crypto";
import { parseId, type TenantId } from "../../src/core/ids.ts";
import { silentLog } from "../../src/core/log.ts";
import { createDocumentStore, type DocumentStore } from "../../src/knowledge/document-store.ts";
import { loadOfflineEmbedder } from "../../src/knowledge/embed/offline-embedder.ts";
import { createAskedQuestions, type AskedQuestions } from "../../src/knowledge/gaps/asked-questions.ts";
import { createIngest, type Ingest } from "../../src/knowledge/ingest/ingest.ts";
import type { KnowledgeIndex } from "../../src/knowledge/index/knowledge-index.ts";
import { createMemoryIndex } from "../../src/knowledge/index/memory-index.ts";
import { createKnowledge, type Knowledge } from "../../src/knowledge/knowledge.ts";
import { createParser } from "../../src/knowledge/parse/parser.ts";
import type { Audience, Destination } from "../../src/knowledge/readers.ts";
import { createRetriever, type Retriever } from "../../src/knowledge/retrieve/retriever.ts";
import { createSourceStore, type SourceStore } from "../../src/knowledge/sources/source-store.ts";
import { createDatabase, type Database } from "../../src/store/database.ts";
import { createSealer } from "../../src/store/seal.ts";
import { dataKeysIn } from "../../src/tenants/companies.ts";
import { createTestDatabase } from "../support/postgres.ts";

/** Knowledge on a real PostgreSQL, with an index in memory that can be broken or replaced. */
export interface KnowledgeStand {
  readonly database: Database;
  readonly knowledge: Knowledge;
  readonly ingest: Ingest;
  readonly documents: DocumentStore;
  readonly progress: SourceStore;
  readonly questions: AskedQuestions;
  readonly index: KnowledgeIndex;
  /** The same on the same database, as another process would see it. */
  again(
    index?: KnowledgeIndex,
    documents?: DocumentStore,
  ): { readonly knowledge: Knowledge; readonly ingest: Ingest };
  /** The same with other means to find. */
  with(found: { readonly index: KnowledgeIndex; readonly retriever: Retriever; readonly model: string }): {
    readonly knowledge: Knowledge;
  };
  aCompany(): Promise<TenantId>;
  add(tenantId: TenantId, name: string, text: string, audience?: readonly Audience[]): Promise<void>;
  /** Keeps a short text without making it findable: for many, which a repair then brings in. */
  keep(tenantId: TenantId, name: string, text: string, audience: Audience): Promise<void>;
  stop(): Promise<void>;
}

/** A visitor of the company's web site, alone with the bot. */
export const visitor: Destination = {
  channel: "web",
  installation: "site",
  place: { space: "visitor", audience: "direct" },
  role: "customer",
};

export async function openKnowledge(masterKey = randomBytes(32)): Promise<KnowledgeStand> {
  const testDatabase = await createTestDatabase();
  const database = createDatabase({ url: testDatabase.url, poolSize: 4, log: silentLog });
  const sealer = createSealer({ masterKey, ...dataKeysIn(database) });
  const embedder = await loadOfflineEmbedder();
  const parser = createParser();
  const index = createMemoryIndex();

  const kept = createDocumentStore({ database, sealer });

  function again(used: KnowledgeIndex = index, documents: DocumentStore = kept) {
    const retriever = createRetriever({ index: used, embedder, weigh: embedder.weigh, log: silentLog });
    const knowledge = createKnowledge({
      documents,
      index: used,
      retriever,
      model: embedder.model,
      words: embedder,
      log: silentLog,
    });
    const ingest = createIngest({
      knowledge,
      parser,
      loadCounter: async () => (text) => Math.ceil(text.length / 4),
    });
    return { knowledge, ingest };
  }

  const { knowledge, ingest } = again();
  return {
    database,
    knowledge,
    ingest,
    documents: kept,
    questions: createAskedQuestions({ database, sealer }),
    progress: createSourceStore({ database, sealer }),
    index,
    again,
    with: (found) => ({
      knowledge: createKnowledge({ documents: kept, words: embedder, log: silentLog, ...found }),
    }),
    async aCompany() {
      const tenantId = parseId<TenantId>(randomUUID());
      await database.statement(tenantId, {
        text: "INSERT INTO companies (id, slug, name) VALUES ($1, $2, 'Acme')",
        values: [tenantId, `t${tenantId}`],
      });
      return tenantId;
    },
    async add(tenantId, name, text, audience = [{ kind: "public" }]) {
      const bytes = new TextEncoder().encode(text);
      await ingest.document(tenantId, { source: "upload", name, bytes, audience });
    },
    async keep(tenantId, name, text, audience) {
      const title = name.replace(/\.\w+$/, "");
      const chunks = [{ ordinal: 0, headings: [title], text, page: undefined }];
      const document = { source: "upload", name, title, hash: text, chunks };
      await knowledge.keep(tenantId, [{ ...document, audience: [audience] }]);
    },
    async stop() {
      parser.stop();
      await database.stop();
      await testDatabase.drop();
    },
  };
}
