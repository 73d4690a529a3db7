import { growingNumbers } from "./growing-numbers.ts";
import { createNumberLists } from "./number-lists.ts";

/** Which rows each term stands in, and how often: BM25 over one field of a table, in two or three bytes a posting. */
export interface Postings {
  /** What it takes. */
  readonly bytes: number;
  /** The terms of the next rows. */
  add(posted: PostedRows): void;
  /** Adds what each asked term is worth, times `worth`, to the scores of the allowed rows that have it. */
  score(
    asked: readonly number[],
    scores: Float32Array,
    isAllowed: (row: number) => boolean,
    worth?: number,
  ): void;
  /** Those of the rows that have the term. */
  among(rows: ReadonlySet<number>, term: number): ReadonlySet<number>;
}

/** The terms of some rows, one row after the other. */
export interface PostedRows<Buffer extends ArrayBufferLike = ArrayBufferLike> {
  /** Term and how often in one number: see `packTerms`. */
  readonly postings: Uint32Array<Buffer>;
  /** Where each row's end among them. */
  readonly ends: Uint32Array<Buffer>;
  /** How many terms each row has; one that is named twice counts twice. */
  readonly lengths: Uint32Array<Buffer>;
}

const saturation = 1.2;
const lengthWeight = 0.75;
const mostOften = 255;
const often = 256;

/** A row's terms, each once with how often it is named, 255 times at most. */
export function packTerms(terms: readonly number[]): number[] {
  const times = new Map<number, number>();
  for (const term of terms) times.set(term, (times.get(term) ?? 0) + 1);
  return Array.from(times, ([term, count]) => term * often + Math.min(count, mostOften));
}

/** For a table of so many rows. */
export function createPostings(rows: number): Postings {
  // By term, for each of its rows: how far it is from the one before and whether it is named there once, in one number;
  // where it is not once, how often.
  const lists = createNumberLists();
  const seenIn = growingNumbers();
  const lastOf = growingNumbers();
  const lengths = new Uint32Array(rows);
  let added = 0;
  let shapes: Float32Array | undefined;
  // All 0 between two questions.
  const isSought = new Uint8Array(rows);

  function post(term: number, row: number, times: number): void {
    const step = row + 1 - lastOf.at(term);
    lists.push(term, step * 2 + (times === 1 ? 1 : 0));
    if (times !== 1) lists.push(term, times);
    lastOf.set(term, row + 1);
    seenIn.set(term, seenIn.at(term) + 1);
  }

  function read(term: number, visit: (row: number, times: number) => void): void {
    let row = -1;
    let isTimes = false;
    lists.read(term, (value) => {
      if (isTimes) visit(row, value);
      else {
        row += value >>> 1;
        if ((value & 1) === 1) visit(row, 1);
      }
      isTimes = !isTimes && (value & 1) === 0;
    });
  }

  return {
    get bytes() {
      return lists.bytes + seenIn.bytes + lastOf.bytes + 2 * lengths.byteLength + isSought.byteLength;
    },
    add({ postings, ends, lengths: some }) {
      let at = 0;
      for (const [place, end] of ends.entries()) {
        lengths[added] = some[place] ?? 0;
        for (; at < end; at += 1) {
          const posting = postings[at] ?? 0;
          post(Math.floor(posting / often), added, posting % often);
        }
        added += 1;
      }
      shapes = undefined;
    },
    score(asked, scores, isAllowed, worth = 1) {
      const shapeOf = (shapes ??= toShapes(lengths));
      for (const term of asked) {
        const seen = seenIn.at(term);
        const weight = Math.log(1 + (rows - seen + 0.5) / (seen + 0.5)) * (saturation + 1) * worth;
        read(term, (row, times) => {
          if (isAllowed(row))
            scores[row] = (scores[row] ?? 0) + (weight * times) / (times + (shapeOf[row] ?? 0));
        });
      }
    },
    among(sought, term) {
      const found = new Set<number>();
      for (const row of sought) isSought[row] = 1;
      read(term, (row) => {
        if (isSought[row] === 1) found.add(row);
      });
      for (const row of sought) isSought[row] = 0;
      return found;
    },
  };
}

/** What a row's length does to its score. */
function toShapes(lengths: Uint32Array): Float32Array {
  const average = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length) || 1;
  return Float32Array.from(
    lengths,
    (length) => saturation * (1 - lengthWeight + (lengthWeight * length) / average),
  );
}
