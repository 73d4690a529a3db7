import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { parseId, type TenantId } from "../../../src/core/ids.ts";
import { deriveId } from "../../../src/store/derive-id.ts";
import { createLanceIndex } from "../../../src/knowledge/index/lance-index.ts";
import { createMemoryIndex } from "../../../src/knowledge/index/memory-index.ts";
import { knowledgeIndexContract } from "../../contract/knowledge-index.contract.ts";

knowledgeIndexContract("LanceDB", async () => {
  const folder = await mkdtemp(join(tmpdir(), "baton-lance-"));
  return {
    open: (dimensions) => createLanceIndex({ uri: folder, dimensions }),
    clear: () => rm(folder, { recursive: true, force: true }),
    lasts: true,
  };
});

knowledgeIndexContract("the index in memory", async () => ({
  open: () => createMemoryIndex(),
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
