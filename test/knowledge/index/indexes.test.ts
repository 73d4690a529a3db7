import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connect } from "@lancedb/lancedb";
import { expect, test } from "vitest";
import { parseId, type TenantId } from "../../../src/core/ids.ts";
import { deriveId } from "../../../src/store/derive-id.ts";
import { createIndexProcess } from "../../../src/knowledge/index/index-process.ts";
import { createLanceIndex } from "../../../src/knowledge/index/lance-index.ts";
import { loadTable } from "../../../src/knowledge/index/loaded-table.ts";
import type { IndexedChunk } from "../../../src/knowledge/index/knowledge-index.ts";
import { createMemoryIndex } from "../../../src/knowledge/index/memory-index.ts";
import { knowledgeIndexContract } from "../../contract/knowledge-index.contract.ts";

knowledgeIndexContract("LanceDB in a process of its own", async () => {
  const folder = await mkdtemp(join(tmpdir(), "baton-lance-"));
  return {
    open: (dimensions) => createIndexProcess({ uri: folder, dimensions }),
    clear: () => rm(folder, { recursive: true, force: true }),
    lasts: true,
  };
});

// A bucket of your own, such as s3://bucket/knowledge with AWS_ENDPOINT, AWS_ALLOW_HTTP and credentials beside it.
const bucket = process.env["BATON_TEST_KNOWLEDGE_URI"];
if (bucket !== undefined)
  knowledgeIndexContract("LanceDB in object storage", async () => {
    const uri = `${bucket}/${randomUUID()}`;
    return {
      open: (dimensions) => createIndexProcess({ uri, dimensions }),
      clear: async () => {},
      lasts: true,
    };
  });

knowledgeIndexContract("the index in memory", async () => ({
  open: () => createMemoryIndex(),
  clear: async () => {},
  lasts: false,
}));

knowledgeIndexContract("a table read into memory", async () => ({
  open: () => {
    const index = createMemoryIndex();
    return {
      ...index,
      search: async (tenantId, query) => {
        const limits = { bytes: 10_000_000, vectorNumbers: 10_000_000 };
        const table = { rows: await index.count(tenantId), chunks: index.scan(tenantId) };
        return (await loadTable(table, limits))?.search(query) ?? [];
      },
    };
  },
  clear: async () => {},
  lasts: false,
}));

test("what one process takes in, another one finds within seconds", async () => {
  const folder = await mkdtemp(join(tmpdir(), "baton-lance-"));
  const [here, there] = [1, 2].map(() => createLanceIndex({ uri: folder, dimensions: 4 }));
  if (here === undefined || there === undefined) throw new Error("two were made");
  const tenantId = parseId<TenantId>(deriveId("test", "two processes"));
  const documentId = deriveId<string>("test", "document");
  const query = { terms: ["parking"], vector: undefined, groups: ["public"], limit: 5 };
  try {
    expect(await there.search(tenantId, query)).toEqual([]);
    const vector = Float32Array.from([1, 0, 0, 0]);
    const chunk = {
      id: `${documentId}:0`,
      documentId,
      groups: ["public"],
      headTerms: "",
      terms: "parking",
      vector,
    };
    await here.replace(tenantId, [documentId], [chunk]);
    const end = performance.now() + 10_000;
    let found = 0;
    while (found === 0 && performance.now() < end) {
      found = (await there.search(tenantId, query)).length;
      await delay(100);
    }
    expect(found).toBe(1);
  } finally {
    await here.stop();
    await there.stop();
    await rm(folder, { recursive: true, force: true });
  }
});

test("what was taken in little by little is one file and fully indexed once it was tidied up", async () => {
  const folder = await mkdtemp(join(tmpdir(), "baton-lance-"));
  const index = createLanceIndex({ uri: folder, dimensions: 4 });
  const tenantId = parseId<TenantId>(deriveId("test", "tidy"));
  try {
    for (let at = 0; at < 6; at += 1) await index.replace(tenantId, [idOf(at)], [aChunk(at)]);
    await index.optimize(tenantId);
    const database = await connect(folder);
    const [name = ""] = await database.tableNames();
    const table = await database.openTable(name);
    expect((await table.stats()).fragmentStats.numFragments).toBe(1);
    for (const { name: of } of await table.listIndices())
      expect(await table.indexStats(of)).toMatchObject({ numIndexedRows: 6, numUnindexedRows: 0 });
    database.close();
  } finally {
    await index.stop();
    await rm(folder, { recursive: true, force: true });
  }
});

test("of a company's tables only the present model's stays, and other companies' are not touched", async () => {
  const folder = await mkdtemp(join(tmpdir(), "baton-lance-"));
  const [ours, theirs] = ["ours", "theirs"].map((name) => parseId<TenantId>(deriveId("test", name)));
  if (ours === undefined || theirs === undefined) throw new Error("two were made");
  const indexes = [undefined, "one", "two"].map((model) =>
    createLanceIndex({ uri: folder, dimensions: 4, model }),
  );
  try {
    for (const index of indexes)
      for (const tenantId of [ours, theirs]) await index.replace(tenantId, [idOf(0)], [aChunk(0)]);
    const present = indexes.at(-1);
    await present?.dropFormer(ours);
    expect(await present?.count(ours)).toBe(1);
    const database = await connect(folder);
    const names = await database.tableNames();
    database.close();
    const of = (tenantId: string) =>
      names.filter((name) => name.includes(tenantId.replaceAll("-", ""))).length;
    expect([of(ours), of(theirs)]).toEqual([1, 3]);
  } finally {
    for (const index of indexes) await index.stop();
    await rm(folder, { recursive: true, force: true });
  }
});

function idOf(at: number): string {
  return deriveId<string>("document", String(at));
}

function aChunk(at: number): IndexedChunk {
  const vector = Float32Array.from([0, 0, 0, 1]);
  return {
    id: `${idOf(at)}:0`,
    documentId: idOf(at),
    groups: ["public"],
    headTerms: "",
    terms: "word",
    vector,
  };
}
