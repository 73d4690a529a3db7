import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { z } from "zod";
import { silentLog } from "../src/core/log.ts";
import { parseId, type TenantId } from "../src/core/ids.ts";
import { chunkBlocks, chunkTokens } from "../src/knowledge/chunk/chunk-blocks.ts";
import { loadChunkCounter } from "../src/knowledge/chunk/count-tokens.ts";
import { loadOfflineEmbedder } from "../src/knowledge/embed/offline-embedder.ts";
import { keepTables } from "../src/knowledge/index/keep-tables.ts";
import type { KnowledgeIndex } from "../src/knowledge/index/knowledge-index.ts";
import { createLanceIndex } from "../src/knowledge/index/lance-index.ts";
import { createMemoryIndex, scoreTerms } from "../src/knowledge/index/memory-index.ts";
import { rerankByHeads } from "../src/knowledge/retrieve/rerank-by-heads.ts";
import { createRetriever } from "../src/knowledge/retrieve/retriever.ts";
import { singleWordsOf } from "../src/knowledge/text/read-terms.ts";
import { deriveId } from "../src/store/derive-id.ts";
import { findWorse, measureRanks } from "./eval/knowledge-measures.ts";
import { bankingSet, readKnowledgeSet, type KnowledgeSet } from "./eval/knowledge-sets.ts";
import { percentile, show, toTable } from "./support/figures.ts";

// `npm run eval:knowledge`: how well documents are found, without a key. Sets of your own:
// `-- --documents=docs.jsonl --questions=queries.jsonl`. `-- --write` keeps the ranks as the baseline that later runs
// are held against; `-- --index=lance` measures LanceDB without tables in memory, `-- --index=memory` without LanceDB;
// `-- --sample=200` asks that many questions of each set.
// `-- --company=acme` asks that company's own golden questions instead, as `npm run knowledge -- golden` does.

const { values } = parseArgs({
  options: {
    documents: { type: "string" },
    questions: { type: "string" },
    company: { type: "string" },
    index: { type: "string", default: "kept" },
    sample: { type: "string" },
    write: { type: "boolean", default: false },
  },
});
if (values.company !== undefined) process.exit(replayGolden(values.company));

const tenantId = parseId<TenantId>("00000000-0000-4000-8000-000000000001");
const baselineFile = new URL("eval/knowledge-baseline.json", import.meta.url);
const baselines = z.record(z.string(), z.array(z.number()));
const mayLose = 0.005;
const kept = 2_000;
const reranked = 9;

const embedder = await loadOfflineEmbedder();
const count = await loadChunkCounter();
const sets = chooseSets().map(sampled);
const before = existsSync(baselineFile)
  ? baselines.parse(JSON.parse(await readFile(baselineFile, "utf8")))
  : {};
const after = new Map<string, number[]>();
const rows: string[][] = [];
for (const set of sets) rows.push(await trySet(set));
console.log(
  toTable(
    [
      "set",
      "documents",
      "questions",
      "hit@1",
      "hit@5",
      "recall@3",
      "recall@10",
      "MRR",
      "nDCG@10",
      "plain BM25",
      "chunks/s in",
      "p50 ms",
      "p99 ms",
    ],
    rows,
  ),
);
for (const set of sets) tellWorse(set);
if (values.write)
  await writeFile(baselineFile, `${JSON.stringify({ ...before, ...Object.fromEntries(after) })}\n`);

function chooseSets(): readonly KnowledgeSet[] {
  const { documents, questions } = values;
  if (documents !== undefined && questions !== undefined)
    return [readKnowledgeSet(documents, documents, questions)];
  const shared = new URL("../../shared/data/faq/", import.meta.url);
  return [
    readKnowledgeSet(
      "stackfaq",
      new URL("stackfaq-docs.jsonl", shared),
      new URL("stackfaq-queries.jsonl", shared),
    ),
    bankingSet(),
  ];
}

/** Every so manieth question, so that all documents are asked for. */
function sampled(set: KnowledgeSet): KnowledgeSet {
  const step = Math.max(
    1,
    Math.floor(set.questions.length / Number(values.sample ?? Number.POSITIVE_INFINITY)),
  );
  return { ...set, questions: set.questions.filter((_, at) => at % step === 0) };
}

function openIndex(uri: string): KnowledgeIndex {
  if (values.index === "memory") return createMemoryIndex();
  const index = createLanceIndex({ uri, dimensions: embedder.dimensions });
  return values.index === "kept" ? keepTables(index, { calmMs: 0, log: silentLog }) : index;
}

async function trySet(set: KnowledgeSet): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "baton-knowledge-"));
  const index = openIndex(folder);
  try {
    const retriever = createRetriever({ index, embedder, weigh: embedder.weigh, log: silentLog });
    const names = new Map<string, string>();
    const titles = new Map<string, string>();
    const begun = performance.now();
    const documents = set.documents.map(({ id, title, body }) => {
      const documentId = deriveId<string>("eval", set.name, id);
      names.set(documentId, id);
      titles.set(documentId, title);
      const cut = chunkBlocks([{ kind: "text", text: body }], { ...chunkTokens, count });
      const kept = cut.length > 0 ? cut : [{ ordinal: 0, headings: [], text: "" }];
      const chunks = kept.map(({ ordinal, headings, text }) => ({
        id: `${documentId}:${ordinal}`,
        title,
        headings,
        text,
      }));
      return { id: documentId, groups: ["public"], chunks };
    });
    for (let from = 0; from < documents.length; from += 64)
      await retriever.put(tenantId, documents.slice(from, from + 64));
    await index.optimize(tenantId);
    const chunksPerSecond = ((await index.count(tenantId)) * 1_000) / (performance.now() - begun);
    // From the second question on a table is in memory, as where Baton runs.
    await retriever.find(tenantId, "a first question", { groups: ["public"] });
    if (values.index === "kept") await sleep(kept);
    // As knowledge.ts does with what it looks up; a document of these sets has a title and no other heading.
    const find = async (text: string) => {
      const hits = await retriever.find(tenantId, text, { groups: ["public"] });
      const lookedUp = hits
        .slice(0, reranked)
        .map((hit) => ({ ...hit, heading: titles.get(hit.documentId) ?? "" }));
      return [...(await rerankByHeads(text, lookedUp, embedder)), ...hits.slice(reranked)];
    };
    const times: number[] = [];
    const ranks: number[] = [];
    for (const { text, document } of set.questions) {
      const asked = performance.now();
      const hits = await find(text);
      times.push(performance.now() - asked);
      const found = [...new Set(hits.map(({ documentId }) => names.get(documentId)))];
      ranks.push(found.indexOf(document) + 1);
    }
    after.set(set.name, ranks);
    const { hitAt1, hitAt5, recallAt3, recallAt10, mrr, ndcgAt10 } = measureRanks(ranks);
    return [
      set.name,
      `${set.documents.length}`,
      `${set.questions.length}`,
      ...[hitAt1, hitAt5, recallAt3, recallAt10, mrr, ndcgAt10].map((value) => value.toFixed(3)),
      tellPlain(set),
      show(chunksPerSecond),
      show(percentile(times, 0.5)),
      show(percentile(times, 0.99)),
    ];
  } finally {
    await index.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** What has to be beaten: BM25 over the words of whole documents, nothing else. hit@1, hit@5, nDCG@10. */
function tellPlain({ documents, questions }: KnowledgeSet): string {
  const texts = documents.map(({ title, body }) => singleWordsOf(`${title} ${body}`).join(" "));
  const ranks = questions.map(({ text, document }) => {
    const scores = scoreTerms(texts, singleWordsOf(text));
    const own = scores[documents.findIndex(({ id }) => id === document)] ?? 0;
    return own === 0 ? 0 : 1 + scores.filter((score) => score > own).length;
  });
  const { hitAt1, hitAt5, ndcgAt10 } = measureRanks(ranks);
  return [hitAt1, hitAt5, ndcgAt10].map((value) => value.toFixed(3)).join(" ");
}

/** Names the questions that got worse, and fails where the set as a whole did. */
function tellWorse({ name, questions }: KnowledgeSet): void {
  const [was, is] = [before[name], after.get(name)];
  if (was === undefined || is === undefined || was.length !== is.length) return;
  const [first, now] = [measureRanks(was), measureRanks(is)];
  console.log(`\n${name}: nDCG@10 ${first.ndcgAt10.toFixed(3)} -> ${now.ndcgAt10.toFixed(3)}`);
  for (const { question, was: from, is: to } of findWorse(was, is).slice(0, 20))
    console.log(`  ${from} -> ${to === 0 ? "not found" : to}: ${questions[question]?.text ?? ""}`);
  if (now.ndcgAt10 < first.ndcgAt10 - mayLose) process.exitCode = 1;
}

/** Asks a company's golden questions, in a process as its operator would; gives its exit code. */
function replayGolden(company: string): number {
  const main = fileURLToPath(new URL("../src/compose/knowledge-main.ts", import.meta.url));
  const { status } = spawnSync(process.execPath, [main, "golden", `--company=${company}`], {
    stdio: "inherit",
  });
  return status ?? 1;
}
