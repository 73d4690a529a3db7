import { expect, test } from "vitest";
import { silentLog } from "../../../src/core/log.ts";
import { parseId, type TenantId } from "../../../src/core/ids.ts";
import type { Embedder } from "../../../src/knowledge/embed/embedder.ts";
import { keepVectors } from "../../../src/knowledge/embed/keep-vectors.ts";
import { createMemoryIndex } from "../../../src/knowledge/index/memory-index.ts";
import { createRetriever } from "../../../src/knowledge/retrieve/retriever.ts";
import { deriveId } from "../../../src/store/derive-id.ts";

/** An embedder that counts, and knows a text by its length. */
function counting() {
  const asked: (readonly string[])[] = [];
  const embedder: Embedder = {
    model: "lengths",
    dimensions: 2,
    embed: async (texts) => {
      asked.push(texts);
      return texts.map((text) => new Float32Array([text.length, 1]));
    },
  };
  return { asked, embedder };
}

test("R215: what a frequent question comes to is worked out once, and forgotten when others are asked more", async () => {
  const { asked, embedder } = counting();
  const kept = keepVectors(embedder, { max: 2 });
  const first = await kept.embed(["when do you open"]);
  expect(await kept.embed(["when do you open"])).toEqual(first);
  expect(asked).toHaveLength(1);
  await kept.embed(["one"]);
  await kept.embed(["two"]);
  await kept.embed(["when do you open"]);
  expect(asked).toHaveLength(4);
  expect(kept.model).toBe("lengths");
});

test("R215: a failure is not kept", async () => {
  const { embedder } = counting();
  let isDown = true;
  const kept = keepVectors({
    ...embedder,
    embed: (texts) => (isDown ? Promise.reject(new Error("down")) : embedder.embed(texts)),
  });
  await expect(kept.embed(["hello"])).rejects.toThrow("down");
  isDown = false;
  expect(await kept.embed(["hello"])).toEqual([new Float32Array([5, 1])]);
});

test("R233: documents are embedded many passages at a time", async () => {
  const { asked, embedder } = counting();
  const retriever = createRetriever({
    index: createMemoryIndex(),
    embedder: keepVectors(embedder),
    weigh: () => 1,
    log: silentLog,
  });
  const chunks = Array.from({ length: 150 }, (_, index) => ({
    id: `${index}`,
    title: "Page",
    headings: [],
    text: `passage ${index}`,
  }));
  const tenantId = parseId<TenantId>(deriveId("test", "batches"));
  await retriever.put(tenantId, [{ id: deriveId("page", "one"), groups: ["public"], chunks }]);
  expect(asked.map((texts) => texts.length)).toEqual([64, 64, 22]);
});
