/**
 * A vector of length 1 from the words of a text, by hashing: texts that share words are near each other,
 * case and punctuation do not matter. Scripts without spaces count by character.
 */
export function embedText(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions);
  for (const word of readWords(text)) {
    const hash = hashWord(word);
    const at = (hash >>> 1) % dimensions;
    vector[at] = (vector[at] ?? 0) + (hash % 2 === 0 ? 1 : -1);
  }
  return normalize(vector);
}

function readWords(text: string): readonly string[] {
  const plain = text.toLowerCase().normalize("NFKC");
  return (
    plain.match(/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{N}]+/gu) ?? []
  );
}

// FNV-1a, 32 bits, mixed once more because its lowest bit alone decides a word's sign.
function hashWord(word: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < word.length; at += 1) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function normalize(vector: Float32Array): Float32Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  if (length === 0) {
    vector[0] = 1;
    return vector;
  }
  return vector.map((value) => value / length);
}
