import { LRUCache } from "lru-cache";

/** Tokens of a text. */
export type CountTokens = (text: string) => number;

/**
 * A bound on a text's tokens that costs no tokenizer: prose stays below half of it, and only nonsense
 * typed to be expensive exceeds it, by a little.
 */
export function boundTokens(text: string): number {
  let bound = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if ((code >= 97 && code <= 122) || code === 32) bound += 0.6;
    else if (code < 128) bound += 1;
    else bound += code < 0x800 ? 2 : 3;
  }
  return Math.ceil(bound);
}

/** What a text that nobody counted probably has: prose within some tenths, rather too many than too few. */
export function estimateTokens(text: string): number {
  return Math.ceil(boundTokens(text) / 2);
}

let loading: Promise<CountTokens> | undefined;

/** Loads the real tokenizer (o200k), once. It costs some 400 ms and 75 MB, so only those near a limit ask. */
export function loadTokenCounter(): Promise<CountTokens> {
  loading ??= import("gpt-tokenizer/encoding/o200k_base").then(({ countTokens }) =>
    createTokenCounter((text) => countTokens(text, { disallowedSpecial: new Set() })),
  );
  return loading;
}

// The tokenizer's time grows with the square of an unbroken word's length (1.4 s for 20 000 letters),
// so long texts are counted in pieces: a few tokens too many, never seconds.
const pieceLength = 256;

/** Counts long texts piece by piece and remembers what it counted: a conversation's messages come again each turn. */
export function createTokenCounter(count: CountTokens): CountTokens {
  const known = new LRUCache<string, number>({
    maxSize: 4_000_000,
    sizeCalculation: (_, text) => text.length + 1,
  });
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    let tokens = 0;
    for (let from = 0; from < text.length; from += pieceLength) {
      tokens += count(text.slice(from, from + pieceLength));
    }
    known.set(text, tokens);
    return tokens;
  };
}
