/** The beginning of a text, at most `most` UTF-16 units. Never ends with half of a character that is written with two. */
export function beginningOf(text: string, most: number): string {
  return text.slice(0, most).replace(/[\uD800-\uDBFF]$/u, "");
}

/** A text of at most `most` UTF-16 units; where its end is left out, … stands for it. */
export function cutText(text: string, most: number): string {
  return text.length <= most ? text : `${beginningOf(text, most - 1)}…`;
}

/** The same, in one line. */
export function cutToLine(text: string, most: number): string {
  return cutText(text.replaceAll(/\s+/gu, " ").trim(), most);
}
