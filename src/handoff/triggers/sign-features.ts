import { signWords, type WordKind } from "./sign-words.ts";

/** A piece of a message as a classifier sees it: which words occur, and which kinds of words behind which. */
export interface SignFeatures {
  readonly words: readonly string[];
  /** Pairs of kinds and single kinds, by number, each once. */
  readonly kinds: readonly number[];
}

const kindNames = Object.keys(signWords) as WordKind[];
const kindCount = kindNames.length;
/** How many numbers there are for kinds and pairs of them. */
export const kindSpace = kindCount + 2 * kindCount * kindCount;

// What is meant is said early or last; what stands between costs time.
const readCharacters = 1_000;
const readPieces = 12;
// What a wish or a trouble is said in; what is said in one breath at more length is looked at part by part.
const pieceWords = 16;
const pieceStep = 8;
const shortestStem = 2;
const longestStem = 12;
const shortestTail = 4;

const wordsRemembered = 4_000;
const longestRemembered = 40;

const { exact, stems, tails } = readKinds();
const remembered = new Map<string, readonly number[]>();

/** The number of a kind of words; below 0 for one that is not known. */
export function kindOf(name: string): number {
  return kindNames.findIndex((one) => one === name);
}

/** The number of one kind anywhere before another; below 0 where one is not known. */
export function pairOf(first: string, second: string): number {
  const [a, b] = [kindOf(first), kindOf(second)];
  return a < 0 || b < 0 ? -1 : kindCount + a * kindCount + b;
}

/** The number of one kind right before another, or with one word between. */
export function nearOf(first: string, second: string): number {
  const pair = pairOf(first, second);
  return pair < 0 ? -1 : pair + kindCount * kindCount;
}

/** What the file of weights calls each number. */
export function nameFeatures(): readonly string[] {
  const pairs = kindNames.flatMap((a) => kindNames.map((b) => `${a} ${b}`));
  return [
    ...kindNames.map((name) => `kind\t${name}`),
    ...pairs.map((pair) => `pair\t${pair}`),
    ...pairs.map((pair) => `near\t${pair}`),
  ];
}

/** The sentences of a text and their clauses, long ones in overlapping parts. At most 1 000 characters are read. */
export function toPieces(text: string): readonly (readonly string[])[] {
  const pieces: string[][] = [];
  for (const sentence of toPlain(text).split(/[.!?;\n…]+/u)) {
    const clauses = sentence.split(/[,:–—]| - /u).map(readWords);
    const whole = clauses.flat();
    const parts = whole.length > pieceWords || clauses.length > 1 ? [whole, ...clauses] : [whole];
    for (const words of parts) if (words.length > 0) pieces.push(...toParts(words));
  }
  return pieces.length <= readPieces
    ? pieces
    : [...pieces.slice(0, readPieces / 2), ...pieces.slice(-readPieces / 2)];
}

function readWords(text: string): readonly string[] {
  return text.match(/[\p{L}\p{N}]+/gu) ?? [];
}

function toParts(words: readonly string[]): string[][] {
  if (words.length <= pieceWords) return [[...words]];
  const parts: string[][] = [];
  for (let from = 0; from + pieceStep < words.length; from += pieceStep)
    parts.push(words.slice(from, from + pieceWords));
  return parts;
}

/** Words, pairs of neighbours; kinds, kinds that stand beside each other and kinds anywhere behind each other. */
export function readSignFeatures(piece: readonly string[]): SignFeatures {
  return { words: toWordFeatures(piece), kinds: toKindFeatures(piece.map(toKinds)) };
}

/** The kinds of words that stand in a piece. */
export function readKindsOf(piece: readonly string[]): ReadonlySet<WordKind> {
  return new Set(piece.flatMap((word) => toKinds(word).flatMap((kind) => kindNames[kind] ?? [])));
}

function toWordFeatures(piece: readonly string[]): readonly string[] {
  const words = new Set<string>();
  for (const [at, word] of piece.entries()) {
    words.add(word);
    words.add(`${piece[at - 1] ?? "^"} ${word}`);
  }
  words.add(`${piece.at(-1) ?? ""} $`);
  words.add(`#${piece.length < 4 ? piece.length : piece.length < 8 ? "some" : "many"}`);
  return [...words];
}

function toKindFeatures(kindsOf: readonly (readonly number[])[]): readonly number[] {
  const seen = new Uint8Array(kindSpace);
  const found: number[] = [];
  const add = (number: number) => {
    if (seen[number] === 1) return;
    seen[number] = 1;
    found.push(number);
  };
  for (const [at, kinds] of kindsOf.entries()) {
    for (const kind of kinds) {
      add(kind);
      for (let before = 0; before < at; before += 1) {
        for (const earlier of kindsOf[before] ?? []) {
          const pair = kindCount + earlier * kindCount + kind;
          add(pair);
          if (at - before <= 2) add(pair + kindCount * kindCount);
        }
      }
    }
  }
  return found;
}

/** The kinds of a word. People use few words, so they are remembered; the memory is emptied before it grows. */
function toKinds(word: string): readonly number[] {
  const known = remembered.get(word);
  if (known !== undefined) return known;
  const found = new Set(exact.get(word));
  const longest = Math.min(word.length, longestStem);
  for (let length = shortestStem; length <= longest; length += 1)
    for (const kind of stems.get(word.slice(0, length)) ?? []) found.add(kind);
  for (let length = shortestTail; length < Math.min(word.length, longestStem); length += 1)
    for (const kind of tails.get(word.slice(-length)) ?? []) found.add(kind);
  const kinds = [...found];
  if (remembered.size >= wordsRemembered) remembered.clear();
  if (word.length <= longestRemembered) remembered.set(word, kinds);
  return kinds;
}

function readKinds() {
  const exact = new Map<string, number[]>();
  const stems = new Map<string, number[]>();
  const tails = new Map<string, number[]>();
  for (const [kind, name] of kindNames.entries()) {
    for (const word of signWords[name].split(" ")) {
      const into = word.endsWith("*") ? stems : word.startsWith("*") ? tails : exact;
      const key = word.replaceAll("*", "");
      into.set(key, [...(into.get(key) ?? []), kind]);
    }
  }
  return { exact, stems, tails };
}

function toPlain(text: string): string {
  return text
    .slice(0, readCharacters)
    .toLowerCase()
    .normalize("NFD")
    .replaceAll(/[\p{M}]/gu, "")
    .replaceAll("ß", "ss")
    .replaceAll(/n['’‘`´]t(?!\p{L})/gu, "nt")
    .replaceAll(/['’‘`´]/gu, " ");
}
