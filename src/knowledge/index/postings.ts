import { setImmediate as breathe } from "node:timers/promises";

/** Which rows each term stands in, and how often: BM25 over one field of a table, in five bytes a posting. */
export interface Postings {
  readonly bytes: number;
  /** Adds what each asked term is worth, times `worth`, to the scores of the allowed rows that have it. */
  score(
    asked: readonly number[],
    scores: Float32Array,
    isAllowed: (row: number) => boolean,
    worth?: number,
  ): void;
  has(term: number, row: number): boolean;
}

/** What postings are made of. */
export interface PostingNumbers {
  /** Where each term's rows begin, and where the last one's end. */
  readonly starts: Uint32Array<ArrayBuffer>;
  readonly rows: Uint32Array<ArrayBuffer>;
  /** How often, for each of the rows. */
  readonly times: Uint8Array<ArrayBuffer>;
  /** What its length does to the score, for each row of the table. */
  readonly shapes: Float32Array<ArrayBuffer>;
}

/** Takes rows one after the other, then turns them round. */
export interface PostingsBuilder {
  /** The next row's terms, by their numbers; a term counts as often as it is named. */
  add(terms: readonly number[]): void;
  readonly bytes: number;
  /** Lets others work in between: a large table takes a second. */
  build(vocabulary: number): Promise<PostingNumbers>;
}

const saturation = 1.2;
const lengthWeight = 0.75;
const mostOften = 255;
const pieceLength = 65_536;
const rowsAtOnce = 1_000;

export function createPostingsBuilder(): PostingsBuilder {
  const forward = createGrowing();
  const ends = createGrowing();
  const lengths = createGrowing();
  let often = new Uint8Array(pieceLength);

  return {
    add(terms) {
      const distinct: number[] = [];
      for (const term of terms) {
        while (term >= often.length) often = widened(often);
        const times = often[term] ?? 0;
        if (times === 0) distinct.push(term);
        if (times < mostOften) often[term] = times + 1;
      }
      for (const term of distinct) {
        forward.push(term * (mostOften + 1) + (often[term] ?? 0));
        often[term] = 0;
      }
      ends.push(forward.length);
      lengths.push(terms.length);
    },
    get bytes() {
      return forward.length * 5 + ends.length * 12;
    },
    build: (vocabulary) => turnRound({ forward, ends, lengths }, vocabulary),
  };
}

function widened(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const wider = new Uint8Array(bytes.length * 2);
  wider.set(bytes);
  return wider;
}

interface Rows {
  /** Term and times in one number, row after row. */
  readonly forward: Growing;
  readonly ends: Growing;
  readonly lengths: Growing;
}

async function turnRound({ forward, ends, lengths }: Rows, vocabulary: number): Promise<PostingNumbers> {
  const starts = new Uint32Array(vocabulary + 1);
  for (const piece of forward.pieces()) {
    for (const packed of piece) {
      const next = Math.floor(packed / (mostOften + 1)) + 1;
      starts[next] = (starts[next] ?? 0) + 1;
    }
    await breathe();
  }
  for (let term = 0; term < vocabulary; term += 1)
    starts[term + 1] = (starts[term + 1] ?? 0) + (starts[term] ?? 0);
  const rows = new Uint32Array(forward.length);
  const times = new Uint8Array(forward.length);
  const next = starts.slice();
  let from = 0;
  for (let row = 0; row < ends.length; row += 1) {
    const end = ends.at(row);
    for (; from < end; from += 1) {
      const packed = forward.at(from);
      const term = Math.floor(packed / (mostOften + 1));
      const place = next[term] ?? 0;
      rows[place] = row;
      times[place] = packed % (mostOften + 1);
      next[term] = place + 1;
    }
    if (row % rowsAtOnce === 0) await breathe();
  }
  return { starts, rows, times, shapes: toShapes(lengths) };
}

/** What a row's length does to its score. */
function toShapes(lengths: Growing): Float32Array<ArrayBuffer> {
  let sum = 0;
  for (let row = 0; row < lengths.length; row += 1) sum += lengths.at(row);
  const average = sum / Math.max(1, lengths.length) || 1;
  const shapes = new Float32Array(lengths.length);
  for (let row = 0; row < shapes.length; row += 1)
    shapes[row] = saturation * (1 - lengthWeight + (lengthWeight * lengths.at(row)) / average);
  return shapes;
}

/** Searches what was built. */
export function openPostings({ starts, rows, times, shapes }: PostingNumbers): Postings {
  return {
    bytes: starts.byteLength + rows.byteLength + times.byteLength + shapes.byteLength,
    score(asked, scores, isAllowed, worth = 1) {
      for (const term of asked) {
        const [from, end] = [starts[term] ?? 0, starts[term + 1] ?? 0];
        const seen = end - from;
        const weight = Math.log(1 + (shapes.length - seen + 0.5) / (seen + 0.5)) * (saturation + 1) * worth;
        for (let at = from; at < end; at += 1) {
          const row = rows[at] ?? 0;
          if (!isAllowed(row)) continue;
          const often = times[at] ?? 0;
          scores[row] = (scores[row] ?? 0) + (weight * often) / (often + (shapes[row] ?? 0));
        }
      }
    },
    has(term, row) {
      let [low, high] = [starts[term] ?? 0, (starts[term + 1] ?? 0) - 1];
      while (low <= high) {
        const middle = (low + high) >>> 1;
        const found = rows[middle] ?? 0;
        if (found === row) return true;
        if (found < row) low = middle + 1;
        else high = middle - 1;
      }
      return false;
    },
  };
}

interface Growing {
  readonly length: number;
  push(value: number): void;
  at(place: number): number;
  pieces(): Iterable<Uint32Array>;
}

/** Numbers in pieces: growing copies nothing. */
function createGrowing(): Growing {
  const all: Uint32Array[] = [];
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(value) {
      const within = length % pieceLength;
      if (within === 0) all.push(new Uint32Array(pieceLength));
      const last = all.at(-1);
      if (last !== undefined) last[within] = value;
      length += 1;
    },
    at: (place) => all[Math.floor(place / pieceLength)]?.[place % pieceLength] ?? 0,
    *pieces() {
      for (const [at, piece] of all.entries())
        yield at === all.length - 1 ? piece.subarray(0, length - at * pieceLength) : piece;
    },
  };
}
