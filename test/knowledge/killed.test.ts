import { spawn } from "node:child_process";
import { once } from "node:events";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createChance } from "../faults/random.ts";
import { childProcessesOf, isRunning } from "../support/child-processes.ts";
import { createTestDatabase } from "../support/postgres.ts";

const documents = 300;
const kills = 10;
const script = fileURLToPath(new URL("taking-in-process.ts", import.meta.url));

let folder: string;
let index: string;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
const tenantId = randomUUID();
const masterKey = randomBytes(32).toString("hex");

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "baton-killed-"));
  index = await mkdtemp(join(tmpdir(), "baton-killed-index-"));
  for (let at = 0; at < documents; at += 1)
    await writeFile(
      join(folder, `page${at}.md`),
      `# Page ${at}\n\n## First\n\nIt tells of ${at}.\n\n## Second\n\nAnd of ${at + 1}.`,
    );
  await books("INSERT INTO companies (id, slug, name) VALUES ($1, 'acme', 'Acme')", [tenantId]);
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true, force: true });
  await rm(index, { recursive: true, force: true });
});

/** Runs the process; kills it a moment after it took so many documents in, or lets it end. Gives its last line. */
async function run(dies?: { readonly after: number; readonly laterMs: number }): Promise<string> {
  const child = spawn(process.execPath, [script, database.url, masterKey, tenantId, index, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  let said = "";
  const reached = Promise.withResolvers<void>();
  child.stdout.on("data", (data: Buffer) => {
    said += data.toString();
    if (dies !== undefined && said.split("\nadded").length > dies.after) reached.resolve();
  });
  if (dies !== undefined) {
    await Promise.race([reached.promise, ended]);
    await delay(dies.laterMs);
    const below = childProcessesOf(child.pid ?? 0, "index-child.ts");
    child.kill("SIGKILL");
    // The process its index works in ends by itself.
    await vi.waitFor(() => expect(below.filter(isRunning)).toEqual([]), { timeout: 20_000 });
  }
  await ended;
  return said.trim().split("\n").at(-1) ?? "";
}

/** Asks the database as its owner. */
async function books(text: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text, [...values])).rows;
  } finally {
    await client.end();
  }
}

test(`documents whose taking in is killed ${kills} times at random are all there at the end, and nothing twice`, async () => {
  const chance = createChance(1_234);
  const kept: number[] = [];
  for (let at = 0; at < kills; at += 1) {
    await run({ after: chance.whole(0, 35), laterMs: chance.whole(0, 60) });
    const [row] = await books("SELECT count(*)::int AS count FROM knowledge_documents");
    kept.push(Number(row?.["count"]));
  }
  const last = await run();
  expect(last).toMatch(/^complete /);
  const summary = JSON.parse(last.slice("complete ".length)) as Record<string, number>;
  expect(summary).toMatchObject({ failed: 0, removed: 0, chunks: documents * 2 });
  const [counts] = await books(
    "SELECT (SELECT count(*)::int FROM knowledge_documents) AS documents, (SELECT count(*)::int FROM knowledge_chunks) AS chunks, (SELECT count(*)::int FROM knowledge_documents WHERE indexed_hash IS NULL) AS missing",
  );
  expect(counts).toEqual({ documents, chunks: documents * 2, missing: 0 });
  // It was killed in the middle, and went on where it was.
  expect(new Set(kept).size).toBeGreaterThan(5);
  expect(kept).toEqual(kept.toSorted((a, b) => a - b));
}, 120_000);
