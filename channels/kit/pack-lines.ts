import type { Room } from "./split-phrasing.ts";

/** What pieces made of lines have to fit. */
export interface LineRoom extends Room {
  /** A piece made of these lines. */
  readonly wrap: (lines: readonly string[]) => string;
  /** What a line too long for a piece becomes; cut between what a reader sees as characters when left out. */
  readonly cut?: ((line: string) => readonly string[]) | undefined;
}

/** As many lines to a piece as fit. Whole pieces are measured, not lines: measuring parses, and costs do not add up. */
export function packLines(lines: readonly string[], room: LineRoom): string[] {
  const pieces: string[] = [];
  let left = lines;
  while (left.length > 0) {
    const [first = ""] = left;
    const count = countFitting(left, room);
    if (count > 0) {
      pieces.push(room.wrap(left.slice(0, count)));
      left = left.slice(count);
    } else {
      const parts = room.cut?.(first) ?? cutLine(first, room);
      // What cannot be cut any further has to go as it is.
      if (parts.length < 2) pieces.push(room.wrap([first]));
      left = [...(parts.length < 2 ? [] : parts), ...left.slice(1)];
    }
  }
  return pieces;
}

/** How many of the first lines fit, found by measuring a guess and correcting it by what it cost. */
function countFitting(lines: readonly string[], { limit, measure, wrap }: LineRoom): number {
  let fits = 0;
  let tooMany = lines.length + 1;
  let guess = countWithin(lines, limit);
  for (let time = 0; time < maxGuesses || fits === 0; time++) {
    const size = measure(wrap(lines.slice(0, guess)));
    if (size <= limit) fits = guess;
    else tooMany = guess;
    if (tooMany - fits <= 1) break;
    const better = Math.floor(guess * (limit / Math.max(1, size)));
    guess = Math.min(tooMany - 1, Math.max(fits + 1, time < maxGuesses ? better : (fits + tooMany) >> 1));
  }
  return fits;
}

/** Enough to fill a piece nearly; a piece filled to the last line is not worth more. */
const maxGuesses = 5;

/** How many of the first lines have at most `length` characters, at least one. */
function countWithin(lines: readonly string[], length: number): number {
  let sum = 0;
  const end = lines.findIndex((line) => {
    sum += line.length + 1;
    return sum > length;
  });
  return Math.max(1, end === -1 ? lines.length : end);
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** Measured in bulk: what one character costs says nothing of what a token made of several does. */
function cutLine(line: string, { limit, measure, wrap }: LineRoom): string[] {
  const frame = measure(wrap([""]));
  const growth = Math.max(1, (measure(wrap([line])) - frame) / Math.max(1, line.length));
  const step = Math.max(1, Math.min(Math.floor((limit - frame) / Math.ceil(growth)) - 8, line.length >> 1));
  const parts: string[] = [];
  let part = "";
  for (const { segment } of graphemes.segment(line)) {
    if (part !== "" && part.length + segment.length > step) {
      parts.push(part);
      part = "";
    }
    part += segment;
  }
  return [...parts, part];
}
