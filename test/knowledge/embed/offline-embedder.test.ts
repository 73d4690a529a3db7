import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { loadOfflineEmbedder, type OfflineEmbedder } from "../../../src/knowledge/embed/offline-embedder.ts";
import { packWords, unpackWords } from "../../../src/knowledge/embed/word-vectors.ts";

let embedder: OfflineEmbedder;
beforeAll(async () => {
  embedder = await loadOfflineEmbedder();
});

async function likeness(a: string, b: string): Promise<number> {
  const [first = new Float32Array(), second = new Float32Array()] = await embedder.embed([a, b]);
  return first.reduce((sum, value, at) => sum + value * (second[at] ?? 0), 0);
}

describe("the offline embedder", () => {
  test("puts texts that mean the same nearer than texts that do not", async () => {
    const near = await likeness("I lost my debit card", "my bank card is missing");
    const far = await likeness("I lost my debit card", "the weather in the mountains");
    expect(near).toBeGreaterThan(far + 0.2);
  });

  test("gives unit vectors, and zeros for what it knows nothing of", async () => {
    const [known, unknown, none] = await embedder.embed(["refund policy", "qzxqzx wvvvq", ""]);
    expect(Math.hypot(...(known ?? []))).toBeCloseTo(1, 4);
    expect(known).toHaveLength(embedder.dimensions);
    expect(unknown?.every((value) => value === 0)).toBe(true);
    expect(none?.every((value) => value === 0)).toBe(true);
  });

  test("knows rare words to be telling", () => {
    expect(embedder.weigh("the")).toBeLessThan(0.1);
    expect(embedder.weigh("refund")).toBeGreaterThan(0.9);
    expect(embedder.weigh("qzxqzx")).toBe(1);
  });
});

test("packed word vectors come back as they were, to the width of a step", () => {
  const vector = fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(vector, { minLength: 1, maxLength: 20 }), (vectors) => {
      const words = unpackWords(
        packWords(
          vectors.map((values, at) => ({ word: `word${at}`, vector: values })),
          5,
        ),
      );
      for (const [at, values] of vectors.entries()) {
        const sum = new Float64Array(5);
        words.addTo(sum, words.rankOf(`word${at}`) ?? -1, 1);
        const step = Math.max(...values.map(Math.abs)) / 127;
        for (const [place, value] of values.entries())
          expect(Math.abs((sum[place] ?? 0) - value)).toBeLessThanOrEqual(step * 0.51 + 1e-6);
      }
    }),
  );
});
