import type { Features } from "./features.ts";

/** A text as a sparse vector: the features of it that are known, each with its weight. */
export interface TextVector {
  readonly indices: Uint32Array;
  readonly values: Float32Array;
}

/** What a classifier has seen: the hash of each feature and how telling it is. A word and its characters never meet. */
export interface Vocabulary {
  readonly wordCount: number;
  /** Words first, then characters. */
  readonly hashes: Uint32Array;
  readonly idf: Float32Array;
  /** What an unknown feature weighs: it has no place in a vector, but the rest is smaller for it. */
  readonly unknownIdf: number;
}

/** Turns texts into vectors over one vocabulary. */
export interface Vectorizer {
  readonly size: number;
  toVector(features: Features): TextVector;
}

/** Everything that occurs in the texts, with how telling it is: the root of its inverse document frequency. */
export function learnVocabulary(texts: readonly Features[]): Vocabulary {
  const words = countTexts(texts.map((each) => each.words));
  const characters = countTexts(texts.map((each) => each.characters));
  const known = [...words, ...characters];
  return {
    wordCount: words.length,
    hashes: Uint32Array.from(known, ([hash]) => hash),
    idf: Float32Array.from(known, ([, count]) => toIdf(texts.length, count)),
    unknownIdf: toIdf(texts.length, 0),
  };
}

// Chosen on BANKING77's training part with ten examples an intent: whole words carry a little less than their
// characters, and rarity counts by its square root.
const wordsLength = 0.7;
const charactersLength = 1;

/** What a vector of known features has in common with itself. */
export const fullLikeness = wordsLength ** 2 + charactersLength ** 2;

/** Repeats say little more than the first: counts are damped by their logarithm. */
export function createVectorizer({ wordCount, hashes, idf, unknownIdf }: Vocabulary): Vectorizer {
  const words = new Map<number, number>();
  const characters = new Map<number, number>();
  hashes.forEach((hash, index) => (index < wordCount ? words : characters).set(hash, index));

  function toVector(features: Features): TextVector {
    const room = features.words.size + features.characters.size;
    const indices = new Uint32Array(room);
    const values = new Float32Array(room);
    const afterWords = fill(features.words, { known: words, from: 0, length: wordsLength });
    const end = fill(features.characters, { known: characters, from: afterWords, length: charactersLength });
    return { indices: indices.subarray(0, end), values: values.subarray(0, end) };

    function fill(counts: ReadonlyMap<number, number>, { known, from, length }: Block): number {
      let at = from;
      let squares = 0;
      for (const [hash, count] of counts) {
        const index = known.get(hash);
        const value = (1 + Math.log(count)) * (index === undefined ? unknownIdf : (idf[index] ?? 0));
        squares += value * value;
        if (index === undefined) continue;
        indices[at] = index;
        values[at] = value;
        at += 1;
      }
      const scale = length / (Math.sqrt(squares) || 1);
      for (let place = from; place < at; place += 1) values[place] = (values[place] ?? 0) * scale;
      return at;
    }
  }

  return { size: hashes.length, toVector };
}

interface Block {
  readonly known: ReadonlyMap<number, number>;
  readonly from: number;
  readonly length: number;
}

function toIdf(texts: number, count: number): number {
  return Math.sqrt(Math.log((1 + texts) / (1 + count)) + 1);
}

function countTexts(texts: readonly ReadonlyMap<number, number>[]): [number, number][] {
  const counts = new Map<number, number>();
  for (const text of texts) for (const hash of text.keys()) counts.set(hash, (counts.get(hash) ?? 0) + 1);
  return [...counts];
}
