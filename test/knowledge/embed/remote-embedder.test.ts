import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { startOpenAiSimulator, type OpenAiSimulator } from "../../../simulators/openai/openai-simulator.ts";
import { PermanentError, TransientError } from "../../../src/core/errors.ts";
import { silentLog } from "../../../src/core/log.ts";
import { loadOfflineEmbedder } from "../../../src/knowledge/embed/offline-embedder.ts";
import { createRemoteEmbedder } from "../../../src/knowledge/embed/remote-embedder.ts";
import { createMemoryIndex } from "../../../src/knowledge/index/memory-index.ts";
import { createMovingRetriever } from "../../../src/knowledge/retrieve/moving-retriever.ts";
import { createRetriever } from "../../../src/knowledge/retrieve/retriever.ts";
import { openKnowledge, visitor } from "../knowledge-stand.ts";

let api: OpenAiSimulator;
beforeAll(async () => {
  api = await startOpenAiSimulator();
});
afterAll(() => api?.stop());
beforeEach(() => api.clearFaults());

const quick = { attempts: 4, minMs: 5, maxMs: 20 };
const embedderOf = (model = "text-embedding-3-small", dimensions = 1_536) =>
  createRemoteEmbedder({ model, dimensions, baseUrl: api.baseURL, apiKey: "sk-test", retry: quick });
const asked = () => api.counts().byEndpoint["embeddings"] ?? 0;

describe("an API's embeddings", () => {
  test("are unit vectors in the order of the texts, many in one request, and asked for once each", async () => {
    const embedder = embedderOf();
    const texts = Array.from({ length: 200 }, (_, at) => `text ${at % 150}`);
    const before = asked();
    const vectors = await embedder.embed(texts);
    expect(asked() - before).toBe(2);
    expect(vectors).toHaveLength(200);
    expect(vectors[150]).toEqual(vectors[0]);
    expect(vectors[1]).not.toEqual(vectors[0]);
    expect(Math.hypot(...(vectors[3] ?? []))).toBeCloseTo(1, 4);
    await embedder.embed(texts.slice(0, 50));
    expect(asked() - before).toBe(2);
    expect((await embedder.embed([" "]))[0]?.every((value) => value === 0)).toBe(true);
  });

  test("come from the large model as well", async () => {
    const [vector] = await embedderOf("text-embedding-3-large", 3_072).embed(["a text"]);
    expect(vector).toHaveLength(3_072);
  });

  test("are asked for no faster than the operator says, questions among them", async () => {
    const embedder = createRemoteEmbedder({
      model: "text-embedding-3-small",
      dimensions: 1_536,
      baseUrl: api.baseURL,
      apiKey: "sk-test",
      callsPerMinute: 120,
    });
    const begun = performance.now();
    const texts = Array.from({ length: 300 }, (_, at) => `paced ${at}`);
    const documents = embedder.embed(texts);
    await embedder.embed(["a question"]);
    await documents;
    // Three calls for documents and one for the question, half a second apart.
    expect(performance.now() - begun).toBeGreaterThan(1_400);
  });

  test("wait for an API that is busy, and tell when it refuses", async () => {
    api.fault({ kind: "rate-limit", endpoint: "embeddings", times: 1, retryAfterMs: 5 });
    api.fault({ kind: "server-error", endpoint: "embeddings", times: 1, skip: 1 });
    expect(await embedderOf().embed(["one of two", "two of two"])).toHaveLength(2);
    api.fault({ kind: "server-error", endpoint: "embeddings", times: null });
    await expect(embedderOf().embed(["first", "second"])).rejects.toThrow(TransientError);
    api.clearFaults();
    await expect(embedderOf("no-such-model").embed(["first", "second"])).rejects.toThrow(PermanentError);
  });
});

test("a changed model takes over when everything is findable with it, the former one answers until then, and is dropped", async () => {
  const stand = await openKnowledge();
  try {
    const tenantId = await stand.aCompany();
    await stand.add(tenantId, "fees.md", "# Fees\n\nTransfers are free.");
    const offline = await loadOfflineEmbedder();
    const open = (embedder: ReturnType<typeof embedderOf>, index = createMemoryIndex()) => ({
      index,
      retriever: createRetriever({ index, embedder, weigh: offline.weigh, log: silentLog }),
    });
    const remote = embedderOf();
    const current = open(remote);
    const moving = createMovingRetriever({
      model: remote.model,
      current,
      modelsOf: stand.documents.models,
      openFormer: async (model) => (model === offline.model ? open(offline, stand.index) : undefined),
      lookAgainMs: 0,
      keepFormerMs: 0,
      log: silentLog,
    });
    const { knowledge } = stand.with({ ...moving, model: remote.model });
    const ask = async () =>
      (await knowledge.search(tenantId, { text: "are transfers free", destination: visitor })).map(
        ({ title }) => title,
      );
    expect(await current.index.count(tenantId)).toBe(0);
    expect(await ask()).toEqual(["Fees"]);
    expect(await knowledge.repair(tenantId)).toBe(1);
    expect(await current.index.count(tenantId)).toBe(1);
    expect(await stand.index.count(tenantId)).toBe(1);
    expect(await ask()).toEqual(["Fees"]);
    await vi.waitFor(async () => expect(await stand.index.count(tenantId)).toBe(0), { timeout: 20_000 });
    expect(await ask()).toEqual(["Fees"]);
    expect(await stand.documents.models(tenantId)).toEqual([remote.model]);
  } finally {
    await stand.stop();
  }
});
