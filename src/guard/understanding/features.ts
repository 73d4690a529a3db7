/** The features of one text: what occurs in it, by 32-bit hash, and how often. Words and characters apart. */
export interface Features {
  readonly words: ReadonlyMap<number, number>;
  readonly characters: ReadonlyMap<number, number>;
}

// A request is told by its first sentences; what follows costs time and blurs it.
const readCharacters = 2_000;
const word = /[\p{L}\p{M}\p{N}]+/gu;
// Scripts that write no spaces between words: there a run of letters is a sentence.
const unspaced = /[\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u;
const segmenter = new Intl.Segmenter("th", { granularity: "word" });

const fnvOffset = 0x811c9dc5;
const fnvPrime = 0x01000193;
const pairSeed = 0x9e3779b9;
const boundary = 0x20;
const longestRun = 4;

/**
 * The words of a text, lower case and in one Unicode form, in their order. Thai, Chinese and their like are cut
 * where a dictionary cuts them. Only the first 2 000 characters are read, so the time is bounded for any text.
 */
export function readWords(text: string): string[] {
  const read = text.slice(0, readCharacters).normalize("NFKC").toLowerCase().replaceAll(/['’]/g, "");
  const words = read.match(word) ?? [];
  return unspaced.test(read) ? words.flatMap(cutUnspaced) : words;
}

/** Single words and pairs of neighbours; and 2 to 4 neighbouring characters inside a word, its edges included. */
export function readFeatures(text: string): Features {
  const words = readWords(text);
  return { words: countWords(words), characters: countCharacters(words) };
}

function cutUnspaced(run: string): string[] {
  if (!unspaced.test(run)) return [run];
  return Array.from(segmenter.segment(run), ({ segment }) => segment);
}

function countWords(words: readonly string[]): Map<number, number> {
  const counts = new Map<number, number>();
  let before: number | undefined;
  for (const each of words) {
    const hash = hashOf(each);
    add(counts, hash);
    if (before !== undefined) add(counts, mix(mix(pairSeed, before), hash));
    before = hash;
  }
  return counts;
}

function countCharacters(words: readonly string[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const each of words) {
    const end = each.length + 1;
    for (let start = 0; start <= end; start += 1) {
      let hash = fnvOffset;
      for (let at = start; at <= end && at < start + longestRun; at += 1) {
        hash = mix(hash, at === 0 || at === end ? boundary : each.charCodeAt(at - 1));
        if (at > start) add(counts, hash);
      }
    }
  }
  return counts;
}

function add(counts: Map<number, number>, hash: number): void {
  counts.set(hash, (counts.get(hash) ?? 0) + 1);
}

function hashOf(text: string): number {
  let hash = fnvOffset;
  for (let at = 0; at < text.length; at += 1) hash = mix(hash, text.charCodeAt(at));
  return hash;
}

/** One round of FNV-1a over a whole code unit. */
function mix(hash: number, value: number): number {
  return Math.imul(hash ^ value, fnvPrime) >>> 0;
}
