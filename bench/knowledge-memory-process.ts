import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import type { TenantId } from "../src/core/ids.ts";
import type { MadeDocument } from "./support/made-documents.ts";

// Takes a company's documents in and asks them, by the parts that Baton opens and with the flags of `npm start`, for the
// bench that started it to look at the memory of this process and of those below it. Idle is what every Baton has loaded
// before it opens its knowledge. Says when a phase is over, a line each; the documents come ready, a line each, so that
// making them takes nothing here.

const [uri = "", pages = ""] = process.argv.slice(2);
const batch = 64;
const optimizeEach = 50;
// Reading the table, and then longer than a process without work stays.
const calmMs = 45_000;
const tell = (said: object) => void process.stdout.write(`${JSON.stringify(said)}\n`);

await import("../src/guard/understanding/language.ts");
const { silentLog } = await import("../src/core/log.ts");
await delay(500);
tell({ over: "idle" });

const { loadOfflineEmbedder } = await import("../src/knowledge/embed/offline-embedder.ts");
const { keepTables } = await import("../src/knowledge/index/keep-tables.ts");
const { createIndexProcess } = await import("../src/knowledge/index/index-process.ts");
const { createRetriever } = await import("../src/knowledge/retrieve/retriever.ts");
const { deriveId } = await import("../src/store/derive-id.ts");

const tenantId = deriveId<TenantId>("bench", "memory");
const embedder = await loadOfflineEmbedder();
const tables = createIndexProcess({ uri, dimensions: embedder.dimensions });
const index = keepTables(tables, { load: tables.load, log: silentLog });
const retriever = createRetriever({ index, embedder, weigh: embedder.weigh, log: silentLog });

const begun = performance.now();
let taken = 0;
let some: MadeDocument[] = [];
for await (const line of createInterface({ input: createReadStream(pages) })) {
  some.push(JSON.parse(line) as MadeDocument);
  if (some.length === batch) await takeIn();
}
await takeIn();
await index.optimize(tenantId);
tell({ over: "taking in", seconds: (performance.now() - begun) / 1_000 });

const questions = JSON.parse(await readFile(`${pages}.questions`, "utf8")) as string[];
const ask = async (question: string) => {
  const from = performance.now();
  await retriever.find(tenantId, question, { groups: ["public"] });
  return performance.now() - from;
};
await ask("how do I begin");
await delay(calmMs);
tell({ over: "reading" });
const times: number[] = [];
for (const question of questions) times.push(await ask(question));
const { heapTotal, external } = process.memoryUsage();
tell({ over: "asking", times, heap: heapTotal / 2 ** 20, arrays: external / 2 ** 20 });
await index.stop();

async function takeIn(): Promise<void> {
  await retriever.put(tenantId, some.map(toDocument));
  taken += some.length;
  some = [];
  if ((taken / batch) % optimizeEach === 0) await index.optimize(tenantId);
}

function toDocument({ title, sections }: MadeDocument, at: number) {
  const id = deriveId<string>("bench document", String(taken + at));
  const toChunk = ({ heading, text }: (typeof sections)[number], ordinal: number) => ({
    id: `${id}:${ordinal}`,
    title,
    headings: [heading],
    text,
  });
  return { id, groups: ["public"], chunks: sections.map(toChunk) };
}
