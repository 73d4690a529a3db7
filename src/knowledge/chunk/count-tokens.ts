let loading: Promise<(text: string) => number> | undefined;

// The tokenizer's time grows with the square of an unbroken word's length, so a text is counted in pieces.
const pieceLength = 256;

/** Loads the tokenizer (o200k), once: some 400 ms and 75 MB, so only who takes documents in asks. */
export function loadChunkCounter(): Promise<(text: string) => number> {
  loading ??= import("gpt-tokenizer/encoding/o200k_base").then(({ countTokens }) => (text: string) => {
    let tokens = 0;
    for (let from = 0; from < text.length; from += pieceLength)
      tokens += countTokens(text.slice(from, from + pieceLength), { disallowedSpecial: new Set() });
    return tokens;
  });
  return loading;
}
