const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** At most `max` UTF-16 units, never half of what a reader sees as one character; where the end is left out, … stands for it. */
export function cutShort(text: string, max: number): string {
  if (text.length <= max) return text;
  let kept = "";
  for (const { segment } of graphemes.segment(text)) {
    if (kept.length + segment.length > max - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** The same, on one line. */
export function cutToLine(text: string, max: number): string {
  return cutShort(text.replaceAll(/\s+/g, " ").trim(), max);
}
