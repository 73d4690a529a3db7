/** A stretch of a source, and what is to stand there. */
export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** The source with all edits made, in whatever order they are given. They must not overlap. */
export function applyEdits(source: string, edits: readonly Edit[]): string {
  let out = "";
  let at = 0;
  for (const { from, to, text } of edits.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
    out += source.slice(at, from) + text;
    at = to;
  }
  return out + source.slice(at);
}
