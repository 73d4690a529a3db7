import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TransientError } from "../../../src/core/errors.ts";
import { parseId, type TenantId } from "../../../src/core/ids.ts";
import { silentLog } from "../../../src/core/log.ts";
import { createIndexProcess, type IndexProcess } from "../../../src/knowledge/index/index-process.ts";
import { keepTables } from "../../../src/knowledge/index/keep-tables.ts";
import type { IndexedChunk, KnowledgeIndex } from "../../../src/knowledge/index/knowledge-index.ts";
import { deriveId } from "../../../src/store/derive-id.ts";
import { createChance } from "../../faults/random.ts";
import { childProcessesOf } from "../../support/child-processes.ts";

const dimensions = 4;
const tenantId = parseId<TenantId>(deriveId("test", "index process"));
const patience = { timeout: 30_000, interval: 10 };
const stays = 3_600_000;

let folder: string;
let index: IndexProcess | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "baton-index-process-"));
});
afterEach(async () => {
  await index?.stop();
  await rm(folder, { recursive: true, force: true });
});

function open(idleMs = stays, uri = folder, bytesKept?: number): IndexProcess {
  index = createIndexProcess({ uri, dimensions, idleMs, bytesKept });
  return index;
}

function documentOf(at: number): string {
  return deriveId<string>("document", String(at));
}

function chunksOf(at: number, count = 2): IndexedChunk[] {
  return Array.from({ length: count }, (_, ordinal) => ({
    id: `${documentOf(at)}:${ordinal}`,
    documentId: documentOf(at),
    groups: ["public", "staff"],
    headTerms: `head${at}`,
    terms: `head${at} word${ordinal}`,
    vector: Float32Array.from([0, ordinal % 2, 1, 0]),
  }));
}

const running = () => childProcessesOf(process.pid, "index-child.ts");
const find = (asked: KnowledgeIndex, term: string) =>
  asked.search(tenantId, { terms: [term], vector: undefined, groups: ["public"], limit: 5 });
const allIds = async (asked: KnowledgeIndex) =>
  (await Array.fromAsync(asked.scan(tenantId))).flat().map(({ id }) => id);

test("its process killed again and again while documents come in, each is there once", async () => {
  const asked = open();
  const chance = createChance(4_321);
  const documents = 40;
  await asked.replace(tenantId, [documentOf(0)], chunksOf(0));
  let isOver = false;
  const killed = new Set<number>();
  const killing = (async () => {
    while (!isOver) {
      await new Promise((resolve) => setTimeout(resolve, chance.whole(20, 200)));
      for (const pid of running().filter((each) => killed.size < 5 && !killed.has(each))) {
        killed.add(pid);
        process.kill(pid, "SIGKILL");
      }
    }
  })();
  // Whoever takes documents in tries again what failed for now: here at once, in Baton with the next pass.
  const put = async (at: number): Promise<void> => {
    try {
      await asked.replace(tenantId, [documentOf(at)], chunksOf(at));
    } catch (cause) {
      expect(cause).toBeInstanceOf(TransientError);
      await put(at);
    }
  };
  for (let at = 1; at < documents; at += 1) await put(at);
  isOver = true;
  await killing;
  expect(killed.size).toBeGreaterThan(0);
  const expected = Array.from({ length: documents }, (_, at) => chunksOf(at).map(({ id }) => id)).flat();
  expect((await allIds(asked)).toSorted()).toEqual(expected.toSorted());
});

test("a question that its process ends over is answered by another one", async () => {
  const asked = open();
  await asked.replace(tenantId, [documentOf(0)], chunksOf(0));
  const [first = 0] = running();
  const asking = find(asked, "word1");
  process.kill(first, "SIGKILL");
  expect((await asking).map(({ id }) => id)).toEqual([`${documentOf(0)}:1`]);
  expect(running()).not.toContain(first);
});

test("a table is read whole or not at all, when its process ends in the middle", async () => {
  const asked = open();
  await asked.replace(tenantId, [documentOf(0)], chunksOf(0, 500));
  const reading = asked.scan(tenantId)[Symbol.asyncIterator]();
  expect((await reading.next()).done).toBe(false);
  for (const pid of running()) process.kill(pid, "SIGKILL");
  await vi.waitFor(() => expect(running()).toEqual([]), patience);
  await expect(reading.next()).rejects.toThrow("broke off");
  expect(new Set(await allIds(asked)).size).toBe(500);
});

test("without work its process ends; a table that is kept is asked on, and what comes in is found", async () => {
  const tables = open(300);
  const asked = keepTables(tables, { calmMs: 0, load: tables.load, log: silentLog });
  await asked.replace(tenantId, [documentOf(0)], chunksOf(0));
  await vi.waitFor(async () => {
    await vi.waitFor(() => expect(running()).toEqual([]), patience);
    expect(await find(asked, "word1")).toHaveLength(1);
    expect(running()).toEqual([]);
  }, patience);
  await asked.replace(tenantId, [documentOf(1)], chunksOf(1));
  expect(await find(asked, "head1")).toHaveLength(2);
  await asked.stop();
  expect(running()).toEqual([]);
});

test("a process that took much to write gives way to a new one, but not while a table is read or it is asked", async () => {
  const asked = open(stays, folder, 1);
  await asked.replace(tenantId, [documentOf(0)], chunksOf(0, 500));
  await vi.waitFor(() => expect(running()).toEqual([]), patience);
  expect(await find(asked, "word1")).toHaveLength(1);
  const [second = 0] = running();
  const reading = asked.scan(tenantId)[Symbol.asyncIterator]();
  expect((await reading.next()).done).toBe(false);
  await asked.replace(tenantId, [documentOf(1)], chunksOf(1));
  expect(running()).toEqual([second]);
  let read = 0;
  for (let next = await reading.next(); next.done !== true; next = await reading.next()) read += 1;
  expect(read).toBeGreaterThan(1);
  await vi.waitFor(() => expect(running()).toEqual([]), patience);
  expect(await asked.count(tenantId)).toBe(502);
  const [count] = await Promise.all([
    asked.count(tenantId),
    asked.replace(tenantId, [documentOf(2)], chunksOf(2)),
  ]);
  expect(count).toBeGreaterThanOrEqual(502);
  expect(new Set(await allIds(asked)).size).toBe(504);
});

test("where its tables are in no folder of this machine, its process tells what they are at", async () => {
  const asked = open(stays, `file://${folder}`);
  await asked.replace(tenantId, [documentOf(0)], chunksOf(0));
  const before = await asked.version(tenantId);
  expect(await asked.version(tenantId)).toBe(before);
  await asked.replace(tenantId, [documentOf(1)], chunksOf(1));
  expect(await asked.version(tenantId)).not.toBe(before);
  expect(await asked.count(tenantId)).toBe(4);
});

test("what goes wrong in its process is told as a failure for now, with its reason", async () => {
  const asked = open();
  const wrong = asked.replace(tenantId, ["no id'"], []);
  await expect(wrong).rejects.toBeInstanceOf(TransientError);
  await expect(wrong).rejects.toMatchObject({ cause: { message: expect.stringContaining("UUID") } });
  expect(await asked.count(tenantId)).toBe(0);
});
