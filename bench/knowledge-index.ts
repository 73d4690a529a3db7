import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { silentLog } from "../src/core/log.ts";
import { parseId, type TenantId } from "../src/core/ids.ts";
import { loadOfflineEmbedder } from "../src/knowledge/embed/offline-embedder.ts";
import { createLanceIndex } from "../src/knowledge/index/lance-index.ts";
import { createRetriever } from "../src/knowledge/retrieve/retriever.ts";
import { singleWordsOf } from "../src/knowledge/text/read-terms.ts";
import { deriveId } from "../src/store/derive-id.ts";
import { readBanking } from "./eval/read-banking.ts";
import { percentile, show, toTable } from "./support/figures.ts";

// `npm run bench:knowledge`: how quickly chunks come in and are found, in LanceDB on this machine's disk.
// `-- --chunks=20000 --questions=500 --tables=0`: that many other companies' small tables stand beside.
// `--restricted`: a quarter of the documents are not for who asks.

const { values } = parseArgs({
  options: {
    chunks: { type: "string", default: "20000" },
    questions: { type: "string", default: "500" },
    tables: { type: "string", default: "0" },
    restricted: { type: "boolean", default: false },
  },
});
const [chunks, questions, tables] = [Number(values.chunks), Number(values.questions), Number(values.tables)];
const wordsEach = 120;
const chunksEach = 4;

const asked = readBanking("test").map(({ text }) => text);
const vocabulary = [...new Set(readBanking("train").flatMap(({ text }) => singleWordsOf(text)))];
let state = 7;
const chance = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
// Few words are said often and most seldom, as in any text; every document has names of its own.
const word = () => vocabulary[Math.floor(vocabulary.length * chance() ** 3)] ?? "word";
const text = (at: number) =>
  `${Array.from({ length: wordsEach }, word).join(" ")} article-${at} item${Math.floor(at / 3)}.`;

const before = process.memoryUsage().rss;
const embedder = await loadOfflineEmbedder();
const folder = await mkdtemp(join(tmpdir(), "baton-bench-"));
const index = createLanceIndex({ uri: folder, dimensions: embedder.dimensions });
const retriever = createRetriever({ index, embedder, weigh: embedder.weigh, log: silentLog });
const tenantOf = (at: number) => parseId<TenantId>(deriveId<string>("bench", String(at)));

try {
  const begun = performance.now();
  await fill(tenantOf(0), chunks);
  await index.optimize(tenantOf(0));
  const takenIn = (chunks * 1_000) / (performance.now() - begun);
  for (let at = 1; at <= tables; at += 1) await fill(tenantOf(at), chunksEach);
  const cold = await timed(() => ask(tenantOf(0), 0));
  const times: number[] = [];
  for (let at = 0; at < questions; at += 1) {
    if (tables > 0 && at % 5 === 0) await ask(tenantOf(1 + (at % Math.min(50, tables))), at);
    times.push(await timed(() => ask(tenantOf(0), at)));
  }
  const memory = (process.memoryUsage().rss - before) / 2 ** 20;
  console.log(
    toTable(
      ["chunks", "other tables", "chunks/s in", "first ms", "p50 ms", "p95 ms", "p99 ms", "memory MB"],
      [
        [
          String(chunks),
          String(tables),
          ...[takenIn, cold, ...[0.5, 0.95, 0.99].map((share) => percentile(times, share)), memory].map(show),
        ],
      ],
    ),
  );
} finally {
  await index.stop();
  await rm(folder, { recursive: true, force: true });
}

async function fill(tenantId: TenantId, count: number): Promise<void> {
  const documents = Array.from({ length: Math.ceil(count / chunksEach) }, (_, at) => {
    const id = deriveId<string>("bench document", tenantId, String(at));
    return {
      id,
      groups: [values.restricted && at % 4 === 0 ? "colleagues" : "public"],
      chunks: Array.from({ length: chunksEach }, (_none, ordinal) => ({
        id: `${id}:${ordinal}`,
        title: `About ${word()} and ${word()}`,
        headings: [word()],
        text: text(at * chunksEach + ordinal),
      })),
    };
  });
  for (let from = 0; from < documents.length; from += 64)
    await retriever.put(tenantId, documents.slice(from, from + 64));
}

function ask(tenantId: TenantId, at: number) {
  return retriever.find(tenantId, asked[at % asked.length] ?? "", { groups: ["public", "rolecustomer"] });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
