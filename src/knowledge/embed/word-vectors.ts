/** What a vocabulary knows of its words, the most frequent first. */
export interface WordVectors {
  readonly dimensions: number;
  readonly size: number;
  /** The place of a lower-case word by frequency, from 0. */
  rankOf(word: string): number | undefined;
  /** Adds `weight` times the word's vector to `sum`. */
  addTo(sum: Float64Array, rank: number, weight: number): void;
}

// words (4 bytes: count) · dimensions (4) · length of the list (4) · list, a word a line · scales (4 each) · bytes
const headerBytes = 12;
const steps = 127;

/** Vectors as one byte a dimension, each scaled to its own largest. The order of `words` is their frequency. */
export function packWords(
  words: readonly { readonly word: string; readonly vector: readonly number[] }[],
  dimensions: number,
): Uint8Array {
  const list = new TextEncoder().encode(words.map(({ word }) => word).join("\n"));
  const bytes = new Uint8Array(headerBytes + list.byteLength + words.length * (4 + dimensions));
  const view = new DataView(bytes.buffer);
  view.setUint32(0, words.length, true);
  view.setUint32(4, dimensions, true);
  view.setUint32(8, list.byteLength, true);
  bytes.set(list, headerBytes);
  const scalesAt = headerBytes + list.byteLength;
  const vectorsAt = scalesAt + 4 * words.length;
  for (const [place, { vector }] of words.entries()) {
    const scale = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / steps;
    view.setFloat32(scalesAt + 4 * place, scale, true);
    for (const [at, value] of vector.slice(0, dimensions).entries())
      view.setInt8(vectorsAt + place * dimensions + at, scale === 0 ? 0 : Math.round(value / scale));
  }
  return bytes;
}

/** Reads what `packWords` wrote; throws on anything shorter than it says. */
export function unpackWords(bytes: Uint8Array): WordVectors {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = view.getUint32(0, true);
  const dimensions = view.getUint32(4, true);
  const scalesAt = headerBytes + view.getUint32(8, true);
  const vectorsAt = scalesAt + 4 * size;
  if (bytes.byteLength < vectorsAt + size * dimensions)
    throw new Error("word vectors: the file is cut short");
  const list = new TextDecoder().decode(bytes.subarray(headerBytes, scalesAt)).split("\n");
  const ranks = new Map(list.map((word, rank) => [word, rank]));
  const vectors = new Int8Array(bytes.buffer, bytes.byteOffset + vectorsAt, size * dimensions);
  return {
    dimensions,
    size,
    rankOf: (word) => ranks.get(word),
    addTo(sum, rank, weight) {
      const scale = weight * view.getFloat32(scalesAt + 4 * rank, true);
      const from = rank * dimensions;
      for (let at = 0; at < dimensions; at += 1) sum[at] = (sum[at] ?? 0) + scale * (vectors[from + at] ?? 0);
    },
  };
}
