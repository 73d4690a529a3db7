import { expect, test, vi } from "vitest";
import { TransientError } from "../../../src/core/errors.ts";
import { parseId, type TenantId } from "../../../src/core/ids.ts";
import { silentLog } from "../../../src/core/log.ts";
import { keepTables } from "../../../src/knowledge/index/keep-tables.ts";
import type { IndexedChunk, KnowledgeIndex } from "../../../src/knowledge/index/knowledge-index.ts";
import { loadTable } from "../../../src/knowledge/index/loaded-table.ts";
import { createMemoryIndex } from "../../../src/knowledge/index/memory-index.ts";
import { deriveId } from "../../../src/store/derive-id.ts";

const tenantId = parseId<TenantId>(deriveId("test", "kept"));
const patience = { timeout: 20_000, interval: 10 };

function chunk(name: string, terms: string): IndexedChunk {
  const documentId = deriveId<string>("document", name);
  const vector = Float32Array.from([0, 0, 0, 1]);
  return { id: `${documentId}:0`, documentId, groups: ["public"], headTerms: name, terms, vector };
}

/** An index that counts what it is asked, and can go away. */
function watched() {
  const index = createMemoryIndex();
  const seen = { searches: 0, isAway: false };
  const here = () => {
    if (seen.isAway) throw new TransientError("the index is away");
  };
  const inner: KnowledgeIndex = {
    ...index,
    search: async (...query) => {
      here();
      seen.searches += 1;
      return index.search(...query);
    },
    version: async (id) => {
      here();
      return index.version(id);
    },
  };
  return { seen, inner };
}

async function put(index: KnowledgeIndex, name: string, terms: string): Promise<void> {
  const one = chunk(name, terms);
  await index.replace(tenantId, [one.documentId], [one]);
}

const find = (index: KnowledgeIndex, term: string) =>
  index.search(tenantId, { terms: [term], vector: undefined, groups: ["public"], limit: 5 });

/** Asks until the index is asked no more. */
async function untilKept(index: KnowledgeIndex, seen: { readonly searches: number }): Promise<void> {
  await vi.waitFor(async () => {
    const before = seen.searches;
    await find(index, "anything");
    expect(seen.searches).toBe(before);
  }, patience);
}

test("a table that is asked is read, and then asked without the index", async () => {
  const { seen, inner } = watched();
  const index = keepTables(inner, { calmMs: 0, log: silentLog });
  await put(index, "a", "parking");
  expect(await find(index, "parking")).toHaveLength(1);
  expect(seen.searches).toBe(1);
  await untilKept(index, seen);
  expect(await find(index, "parking")).toHaveLength(1);
  await index.stop();
});

test("what changes is found by the next question, also when another process changed it", async () => {
  const { seen, inner } = watched();
  const index = keepTables(inner, { calmMs: 0, log: silentLog });
  await put(index, "a", "parking");
  await untilKept(index, seen);
  await put(inner, "b", "parking");
  expect(await find(index, "parking")).toHaveLength(2);
  await inner.remove(tenantId, [chunk("a", "").documentId]);
  expect(await find(index, "parking")).toHaveLength(1);
  await untilKept(index, seen);
  expect(await find(index, "parking")).toHaveLength(1);
  await index.drop(tenantId);
  expect(await find(index, "parking")).toEqual([]);
  await index.stop();
});

test("a table that keeps changing is not read each time", async () => {
  const { seen, inner } = watched();
  const scanned = vi.fn<KnowledgeIndex["scan"]>(inner.scan);
  const index = keepTables({ ...inner, scan: scanned }, { calmMs: 3_600_000, log: silentLog });
  await put(index, "a", "parking");
  await untilKept(index, seen);
  for (let at = 0; at < 20; at += 1) {
    await put(inner, `more ${at}`, "parking");
    expect(await find(index, "anything")).toEqual([]);
  }
  expect(scanned).toHaveBeenCalledTimes(1);
  await index.stop();
});

test("while the index is away, what was read of it answers; what was never read rejects", async () => {
  const { seen, inner } = watched();
  const index = keepTables(inner, { calmMs: 0, log: silentLog });
  await put(index, "a", "parking");
  await untilKept(index, seen);
  seen.isAway = true;
  expect(await find(index, "parking")).toHaveLength(1);
  const other = parseId<TenantId>(deriveId("test", "never asked"));
  const query = { terms: ["parking"], vector: undefined, limit: 5 };
  await expect(index.search(other, query)).rejects.toThrow("the index is away");
  await index.stop();
});

test("a table that is too large for memory is left to the index", async () => {
  const { seen, inner } = watched();
  const index = keepTables(inner, { calmMs: 0, bytes: 500, log: silentLog });
  for (let at = 0; at < 20; at += 1) await put(index, `document ${at}`, "parking and more");
  for (let at = 0; at < 10; at += 1) expect(await find(index, "parking")).toHaveLength(5);
  expect(seen.searches).toBe(10);
  await index.stop();
});

test("all tables together take no more than they may: the one asked least recently goes", async () => {
  const { seen, inner } = watched();
  const [first, second, third] = ["first", "second", "third"].map((name) =>
    parseId<TenantId>(deriveId("test", name)),
  );
  if (first === undefined || second === undefined || third === undefined) throw new Error("three were made");
  const terms = Array.from({ length: 200 }, (_, at) => `term${at}`);
  const one = chunk("a", terms.join(" "));
  for (const id of [first, second, third]) await inner.replace(id, [one.documentId], [one]);
  const plenty = { bytes: 10_000_000, vectorNumbers: 10_000_000 };
  const { bytes = 0 } = (await loadTable({ rows: 1, chunks: inner.scan(first) }, plenty)) ?? {};
  expect(bytes).toBeGreaterThan(10_000);
  const index = keepTables(inner, { calmMs: 0, bytes: Math.round(bytes * 2.5), log: silentLog });
  const asked = async (id: TenantId) => {
    const before = seen.searches;
    await index.search(id, { terms: ["term7"], vector: undefined, limit: 5 });
    return seen.searches > before;
  };
  for (const id of [first, second, third])
    await vi.waitFor(async () => expect(await asked(id)).toBe(false), patience);
  expect(await asked(second)).toBe(false);
  expect(await asked(first)).toBe(true);
  // It took the place of the third, which was asked longer ago than the second.
  await vi.waitFor(async () => expect(await asked(first)).toBe(false), patience);
  expect(await asked(third)).toBe(true);
  await index.stop();
});
