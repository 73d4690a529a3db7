import { flushCompileCache } from "node:module";
import { silentLog } from "../../src/core/log.ts";
import { parseId, type TenantId } from "../../src/core/ids.ts";
import { createDocumentStore } from "../../src/knowledge/document-store.ts";
import { createIngest } from "../../src/knowledge/ingest/ingest.ts";
import { createIndexProcess } from "../../src/knowledge/index/index-process.ts";
import { createKnowledge } from "../../src/knowledge/knowledge.ts";
import { createParser } from "../../src/knowledge/parse/parser.ts";
import { createRetriever } from "../../src/knowledge/retrieve/retriever.ts";
import { createDatabase } from "../../src/store/database.ts";
import { createSealer } from "../../src/store/seal.ts";
import { dataKeysIn } from "../../src/tenants/companies.ts";

// A process to be killed: takes a folder in, saying what became of each document, and at the end of all.
const [url = "", masterKey = "", company, uri = "", folder = ""] = process.argv.slice(2);
const tenantId = parseId<TenantId>(company);
const database = createDatabase({ url, poolSize: 2, log: silentLog });
const sealer = createSealer({ masterKey: Buffer.from(masterKey, "hex"), ...dataKeysIn(database) });
// What its vectors mean does not matter here, and the vocabulary takes half a second to load.
const embedder = {
  model: "lengths",
  dimensions: 8,
  embed: async (texts: readonly string[]) =>
    texts.map(({ length }) => new Float32Array(8).fill(Math.sqrt(1 / 8) * (length % 2 === 0 ? 1 : -1))),
};
const index = createIndexProcess({ uri, dimensions: embedder.dimensions });
const retriever = createRetriever({ index, embedder, weigh: () => 1, log: silentLog });
const documents = createDocumentStore({ database, sealer });
const words = { ...embedder, weigh: () => 1 };
const knowledge = createKnowledge({
  documents,
  index,
  retriever,
  words,
  model: embedder.model,
  log: silentLog,
});
const parser = createParser();
const ingest = createIngest({
  knowledge,
  parser,
  loadCounter: async () => (text) => Math.ceil(text.length / 4),
});
flushCompileCache();
process.stdout.write("begins\n");
const summary = await ingest.folder(tenantId, folder, {
  audience: [{ kind: "public" }],
  onProgress: ({ name, outcome }) => void process.stdout.write(`${outcome.kind} ${name}\n`),
});
await knowledge.repair(tenantId);
process.stdout.write(`complete ${JSON.stringify({ ...summary, chunks: await index.count(tenantId) })}\n`);
parser.stop();
await knowledge.stop();
await database.stop();
