import type { TenantId } from "../src/core/ids.ts";

// What 100 000 chunks of one company take of a process's memory, while they come in and while they are asked, beside what
// the process took before it opened the knowledge. By the parts that Baton opens.

const [uri = "", given = "100000", questions = "300"] = process.argv.slice(2);
const chunks = Number(given);
const batch = 64;
const usedMb = () => process.memoryUsage().rss / 2 ** 20;
const bare = usedMb();
let most = bare;
const watching = setInterval(() => (most = Math.max(most, usedMb())), 20);

const { silentLog } = await import("../src/core/log.ts");
const { loadOfflineEmbedder } = await import("../src/knowledge/embed/offline-embedder.ts");
const { keepTables } = await import("../src/knowledge/index/keep-tables.ts");
const { createLanceIndex } = await import("../src/knowledge/index/lance-index.ts");
const { createRetriever } = await import("../src/knowledge/retrieve/retriever.ts");
const { deriveId } = await import("../src/store/derive-id.ts");
const { makeDocuments, sectionsEach } = await import("./support/made-documents.ts");

const tenantId = deriveId<TenantId>("bench", "memory");
const made = makeDocuments();
const embedder = await loadOfflineEmbedder();
const index = keepTables(createLanceIndex({ uri, dimensions: embedder.dimensions }), { log: silentLog });
const retriever = createRetriever({ index, embedder, weigh: embedder.weigh, log: silentLog });

const begun = performance.now();
const optimizeEach = 50;
for (let from = 0; from < chunks / sectionsEach; from += batch) {
  await retriever.put(
    tenantId,
    Array.from({ length: Math.min(batch, chunks / sectionsEach - from) }, toDocument(from)),
  );
  if ((from / batch) % optimizeEach === optimizeEach - 1) await index.optimize(tenantId);
}
await index.optimize(tenantId);
const seconds = (performance.now() - begun) / 1_000;
const takingIn = most - bare;

const times: number[] = [];
const ask = async (at: number) => {
  const from = performance.now();
  await retriever.find(tenantId, made.questions[at % made.questions.length] ?? "", { groups: ["public"] });
  times.push(performance.now() - from);
};
await ask(0);
await new Promise((resolve) => setTimeout(resolve, 25_000));
most = usedMb();
times.length = 0;
for (let at = 1; at <= Number(questions); at += 1) await ask(at);
clearInterval(watching);
const asked = most - bare;
await index.stop();
process.stdout.write(`${JSON.stringify({ bare, takingIn, asked, seconds, times })}\n`);

function toDocument(from: number) {
  return (_none: unknown, at: number) => {
    const { title, sections } = made.next();
    const id = deriveId<string>("bench document", String(from + at));
    const toChunk = ({ heading, text }: (typeof sections)[number], ordinal: number) => ({
      id: `${id}:${ordinal}`,
      title,
      headings: [heading],
      text,
    });
    return { id, groups: ["public"], chunks: sections.map(toChunk) };
  };
}
