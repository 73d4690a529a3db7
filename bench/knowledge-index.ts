import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { composeKnowledge } from "../src/compose/compose-knowledge.ts";
import type { TenantId } from "../src/core/ids.ts";
import { silentLog } from "../src/core/log.ts";
import { createSafeFetch } from "../src/guard/addresses/safe-fetch.ts";
import type { Destination } from "../src/knowledge/readers.ts";
import { deriveId } from "../src/store/derive-id.ts";
import { createLeases } from "../src/store/leases.ts";
import { createSealer } from "../src/store/seal.ts";
import { openStore } from "../src/store/store.ts";
import { dataKeysIn } from "../src/tenants/companies.ts";
import { percentile, show, toTable, verdict } from "./support/figures.ts";
import { makeDocuments, sectionsEach } from "./support/made-documents.ts";
import { measureKnowledgeMemory, type KnowledgeMemory } from "./support/measure-memory.ts";
import { describeMachine, publish } from "./support/report.ts";
import { startStores } from "./support/stores.ts";

// `npm run bench:knowledge`: how quickly documents come in and are found, by all that Baton does for a search: the
// question's vector, the index, and PostgreSQL's word on who may read what is found. About four minutes.
// `-- --chunks=20000 --questions=1000 --tables=1000 --memory=100000`; `--memory=0` leaves that part out.

const { values } = parseArgs({
  options: {
    chunks: { type: "string", default: "20000" },
    questions: { type: "string", default: "1000" },
    tables: { type: "string", default: "1000" },
    memory: { type: "string", default: "100000" },
    write: { type: "boolean", default: false },
  },
});
const [chunks, questions, tables] = [Number(values.chunks), Number(values.questions), Number(values.tables)];
const inUse = Math.min(50, tables);
const visitor: Destination = {
  channel: "web",
  installation: "site",
  place: { space: "visitor", audience: "direct" },
  role: "customer",
};
const begun = performance.now();
const made = makeDocuments();
const stores = await startStores();
const machine = await describeMachine(stores.about);
const folder = await mkdtemp(join(tmpdir(), "baton-bench-knowledge-"));
const uri = join(folder, "index");
const store = await openStore({
  url: await stores.createDatabase("knowledge"),
  readUrl: undefined,
  redisUrl: stores.redisUrl,
  poolSize: 10,
  dataDir: folder,
  masterKey: randomBytes(32).toString("base64"),
  previousMasterKey: undefined,
  log: silentLog,
  onProgress: () => {},
});
const { database, doors, fast, masterKey } = store;
const composed = await composeKnowledge({
  tenants: [],
  uri,
  database,
  sealer: createSealer({ masterKey, ...dataKeysIn(database) }),
  safeFetch: createSafeFetch({ allowedOrigins: [], log: silentLog }),
  fast,
  leases: createLeases({ database: doors, log: silentLog }),
  log: silentLog,
});

try {
  const { knowledge, ingest } = await composed.open();
  const ask = (tenantId: TenantId, at: number) =>
    timed(() =>
      knowledge.search(tenantId, {
        text: made.questions[at % made.questions.length] ?? "",
        destination: visitor,
      }),
    );

  const large = await addCompany(0);
  const pages = join(folder, "pages");
  await writePages(pages, chunks / sectionsEach);
  const takenInMs = await timed(() => ingest.folder(large, pages, { audience: [{ kind: "public" }] }));
  const taken = (await knowledge.list(large)).reduce((sum, document) => sum + document.chunks, 0);
  console.log(`${taken} chunks taken in after ${show(takenInMs / 1_000)} s`);

  const small: TenantId[] = [];
  for (let at = 1; at < inUse; at += 1) {
    const tenantId = await addCompany(at);
    const bytes = new TextEncoder().encode(toPage());
    await ingest.document(tenantId, { source: "bench", name: "a.md", bytes, audience: [{ kind: "public" }] });
    small.push(tenantId);
  }
  const onDisk = await copyTables(small[0], tables - inUse);
  console.log(`${onDisk} tables on disk`);

  const first = await ask(large, 0);
  for (let at = 0; at < 3; at += 1) for (const tenantId of [large, ...small]) await ask(tenantId, at);
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  const [times, others]: [number[], number[]] = [[], []];
  for (let at = 0; at < questions; at += 1) {
    times.push(await ask(large, at));
    others.push(await ask(small[at % small.length] ?? large, at));
  }
  const memory =
    Number(values.memory) > 0 ? await measureKnowledgeMemory(folder, Number(values.memory)) : undefined;
  const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)];
  const rate = (taken * 1_000) / takenInMs;
  const rows = [
    ["question to it, p50", `${show(p50)} ms`, verdict(p50, 15)],
    ["p95", `${show(percentile(times, 0.95))} ms`, "–"],
    ["p99", `${show(p99)} ms`, verdict(p99, 50)],
    ["most", `${show(Math.max(...times))} ms`, "–"],
    ["first one, from disk", `${show(first)} ms`, "–"],
    ["question to one of the others in use, p50 / p99", both(others), "–"],
    [
      "taken in from Markdown files: read, cut, kept, embedded, indexed",
      `${show(rate)} chunks/s`,
      `≥ 300${rate >= 300 ? "" : ", **missed**"}`,
    ],
    ...(memory === undefined ? [] : toRows(memory)),
  ];
  await publish(
    "knowledge",
    `${machine} One process, nothing else running in it.\n\n${toTable([`${taken} chunks of one company, ${onDisk} tables on disk, ${inUse} in use`, "measured", "target"], rows)}\n\nTook ${Math.round((performance.now() - begun) / 1_000)} s.`,
  );
} finally {
  await composed.part.stop(AbortSignal.timeout(5_000));
  await store.close();
  await stores.stop();
  await rm(folder, { recursive: true, force: true });
}

async function addCompany(at: number): Promise<TenantId> {
  const tenantId = deriveId<TenantId>("bench", String(at));
  await database.statement(tenantId, {
    text: "INSERT INTO companies (id, slug, name) VALUES ($1, $2, 'Bench')",
    values: [tenantId, `bench-${at}`],
  });
  return tenantId;
}

function toPage(): string {
  const { title, sections } = made.next();
  return [`# ${title}`, ...sections.map(({ heading, text }) => `## ${heading}\n\n${text}`)].join("\n\n");
}

async function writePages(path: string, count: number): Promise<void> {
  await mkdir(path);
  for (let at = 0; at < count; at += 1) await writeFile(join(path, `page-${at}.md`), toPage());
}

/** The tables of companies that are not asked: copies of one. Resolves with how many there are of all. */
async function copyTables(of: TenantId | undefined, count: number): Promise<number> {
  const plain = (tenantId: string) => `t_${tenantId.replaceAll("-", "")}`;
  const name = (await readdir(uri)).find((each) => of !== undefined && each.startsWith(plain(of)));
  for (let at = 0; at < count && of !== undefined && name !== undefined; at += 1) {
    const copy = name.replace(plain(of), plain(deriveId("bench copy", String(at))));
    await cp(join(uri, name), join(uri, copy), { recursive: true });
  }
  return (await readdir(uri)).length;
}

function toRows(memory: KnowledgeMemory): string[][] {
  const { idle, takingIn, reading, asking, heap, arrays, seconds, times } = memory;
  const above = (all: number) => [`${show(all - idle)} MB`, verdict(all - idle, 300)];
  return [
    [`memory above idle with ${values.memory} chunks, while they are asked`, ...above(asking)],
    ["the most while they come in", ...above(takingIn)],
    ["the most while their table is read into memory, before the first question is quick", ...above(reading)],
    ["all of it while idle", `${show(idle)} MB`, "–"],
    [
      "of what is there at the end: the heap of JavaScript and arrays",
      `${show(heap)} and ${show(arrays)} MB`,
      "–",
    ],
    [
      `index alone with ${values.memory} chunks: taken in, then p50 / p99`,
      `${show(Number(values.memory) / seconds)} chunks/s, ${both(times)}`,
      "–",
    ],
  ];
}

function both(times: readonly number[]): string {
  return `${show(percentile(times, 0.5))} / ${show(percentile(times, 0.99))} ms`;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}
