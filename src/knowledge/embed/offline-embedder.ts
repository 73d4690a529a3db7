import { readFile } from "node:fs/promises";
import { setImmediate as breathe } from "node:timers/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { singleWordsOf } from "../text/read-terms.ts";
import type { Embedder } from "./embedder.ts";
import { unpackWords, type WordVectors } from "./word-vectors.ts";

/** How much a word says, from 0 to 1, by how rare it is in the language; 1 for words it does not know. */
export type WeighWord = (word: string) => number;

/** An embedder that needs no key, and what it knows of how telling words are. */
export interface OfflineEmbedder extends Embedder {
  readonly weigh: WeighWord;
}

// "A simple but tough-to-beat baseline for sentence embeddings": weight a / (a + p), common direction taken out.
const rarity = 1e-3;
// By Zipf's law a word's probability falls with its rank; the offset is Mandelbrot's.
const offset = 2.7;
const wordsOfCommonDirection = 20_000;
// Then others have their turn; a question alone does not wait.
const embeddedAtOnce = 16;

/** The frequency-weighted mean of a text's word vectors. Loads the vocabulary (5 MB) that comes with Baton. */
export async function loadOfflineEmbedder(): Promise<OfflineEmbedder> {
  const packed = await readFile(new URL("./english-words.gz", import.meta.url));
  return createOfflineEmbedder(unpackWords(await promisify(gunzip)(packed)));
}

/** Deterministic, and in this thread: about 20 000 sentences a second. */
export function createOfflineEmbedder(words: WordVectors): OfflineEmbedder {
  const total = sumOf(words.size, (rank) => 1 / (rank + offset));
  const probability = (rank: number) => 1 / (rank + offset) / total;
  const weightOf = (rank: number) => rarity / (rarity + probability(rank));
  const common = findCommon();

  function findCommon(): Float64Array {
    const sum = new Float64Array(words.dimensions);
    for (let rank = 0; rank < Math.min(words.size, wordsOfCommonDirection); rank += 1)
      words.addTo(sum, rank, probability(rank) * weightOf(rank));
    return scaled(sum, 1 / (lengthOf(sum) || 1));
  }

  function embedOne(text: string): Float32Array {
    const sum = new Float64Array(words.dimensions);
    for (const word of singleWordsOf(text)) {
      const rank = words.rankOf(word);
      if (rank !== undefined) words.addTo(sum, rank, weightOf(rank));
    }
    const along = sum.reduce((dot, value, at) => dot + value * (common[at] ?? 0), 0);
    const rest = sum.map((value, at) => value - along * (common[at] ?? 0));
    return Float32Array.from(scaled(rest, 1 / (lengthOf(rest) || 1)));
  }

  return {
    model: "words-en-100d-1",
    dimensions: words.dimensions,
    async embed(texts, signal) {
      const vectors: Float32Array[] = [];
      for (const text of texts) {
        if (vectors.length % embeddedAtOnce === embeddedAtOnce - 1) await breathe();
        signal?.throwIfAborted();
        vectors.push(embedOne(text));
      }
      return vectors;
    },
    weigh: (word) => {
      const rank = words.rankOf(word);
      return rank === undefined ? 1 : weightOf(rank);
    },
  };
}

function sumOf(count: number, of: (index: number) => number): number {
  let sum = 0;
  for (let index = 0; index < count; index += 1) sum += of(index);
  return sum;
}

function lengthOf(vector: Float64Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}

function scaled(vector: Float64Array, by: number): Float64Array {
  return vector.map((value) => value * by);
}
