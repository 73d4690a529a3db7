/**
 * The beginning of a growing markdown text that later text will not change the meaning of: what can be appended
 * to a stream, where nothing can be taken back. Held back are an open emphasis, link, code span, tag or mention,
 * an unfinished table row and a line that is so far only its marker. Never shorter than what it gave for a
 * shorter text, apart from constructs that stay open for more than 400 characters, which are let go.
 */
export function holdBack(text: string): string {
  const { start, isInFence } = lastBlock(text);
  const tail = text.slice(start);
  return text.slice(0, start + (isInFence ? stableCode(tail) : stableBlock(tail)));
}

const patience = 400;

/** Where the last block begins: after the last blank line, or after the line that opened the code. */
function lastBlock(text: string): { start: number; isInFence: boolean } {
  let start = 0;
  let fence: string | undefined;
  let at = 0;
  while (at < text.length) {
    const newline = text.indexOf("\n", at);
    if (newline === -1) break;
    const line = text.slice(at, newline);
    const marker = /^[ \t>]*(?:[-*+]|\d{1,9}[.)])?[ \t]*(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence === undefined && marker !== undefined) {
      fence = marker;
      start = newline + 1;
    } else if (fence !== undefined && marker?.startsWith(fence) === true) {
      fence = undefined;
      start = newline + 1;
    } else if (fence === undefined && line.trim() === "") {
      start = newline + 1;
    }
    at = newline + 1;
  }
  return { start, isInFence: fence !== undefined };
}

/** In code only a closing fence and Slack's own tokens are still open. */
function stableCode(tail: string): number {
  const line = tail.lastIndexOf("\n") + 1;
  if (/^[ \t>]*[`~]/.test(tail.slice(line))) return line;
  return letGo(tail, openTag(tail, line));
}

function stableBlock(tail: string): number {
  const line = tail.lastIndexOf("\n") + 1;
  const last = tail.slice(line);
  if (/^[ \t]*\|/.test(tail)) return stableTable(tail, line);
  // Only a marker so far, or a fence whose language is still being written.
  if (/^[\s>*+\-#\d.)=~`]*$/.test(last) || /^[ \t>]*(?:`{3}|~{3})/.test(last)) return line;
  return letGo(tail, Math.min(openInline(tail), openWord(tail), openTag(tail, 0)));
}

/** A table is one from its second line on; then it grows by whole rows. */
function stableTable(tail: string, line: number): number {
  const complete = tail.slice(0, line).split("\n").length - 1;
  return complete < 2 ? 0 : line;
}

/** What has been open for too long was never meant as a construct: a lone asterisk, a quote in brackets. */
function letGo(tail: string, cut: number): number {
  return tail.length - cut > patience ? tail.length - trailing(tail) : cut;
}

function trailing(tail: string): number {
  return /[\uD800-\uDBFF\u200D]$/.test(tail) ? 1 : 0;
}

/** An address, an entity, a mention, an escape or half an emoji at the very end may still go on. */
function openWord(tail: string): number {
  const word = /[!-~]*$/.exec(tail)?.[0] ?? "";
  return tail.length - (/[<@&:/\\*_~`[\]|!#]/.test(word) ? word.length : trailing(tail));
}

function openTag(tail: string, from: number): number {
  const open = tail.lastIndexOf("<");
  return open >= from && !tail.includes(">", open) && /^<(?:$|[a-z/!@#])/i.test(tail.slice(open))
    ? open
    : tail.length;
}

interface Open {
  readonly marker: string;
  readonly at: number;
}

/** Where the first inline construct begins that is not closed yet. */
function openInline(tail: string): number {
  const open: Open[] = [];
  const token = /\\.|`+|\*+|_+|~~|!?\[|\]/gs;
  for (let match = token.exec(tail); match !== null; match = token.exec(tail)) {
    const [marker] = match;
    const at = match.index;
    if (marker.startsWith("\\")) continue;
    if (marker.startsWith("`")) {
      const end = endOfCode(tail, at + marker.length, marker);
      if (end === undefined) return Math.min(at, open[0]?.at ?? at);
      token.lastIndex = end;
    } else if (marker.endsWith("[")) {
      open.push({ marker: "[", at });
    } else if (marker === "]") {
      const end = endOfLink(tail, at);
      if (end === undefined) return open[0]?.at ?? at;
      popTo(open, "[");
      token.lastIndex = end;
    } else {
      turn(open, { marker, at }, tail);
    }
  }
  return open[0]?.at ?? tail.length;
}

function endOfCode(tail: string, from: number, marker: string): number | undefined {
  const run = /`+/g;
  run.lastIndex = from;
  for (let match = run.exec(tail); match !== null; match = run.exec(tail)) {
    if (match[0] === marker) return match.index + marker.length;
  }
  return undefined;
}

/** After `]`: the end of its address, the bracket itself when none follows, nothing when it may still come. */
function endOfLink(tail: string, at: number): number | undefined {
  const next = tail[at + 1];
  if (next === undefined) return undefined;
  if (next !== "(") return at + 1;
  let depth = 0;
  for (let index = at + 1; index < tail.length; index++) {
    if (tail[index] === "(") depth++;
    if (tail[index] === ")" && --depth === 0) return index + 1;
  }
  return undefined;
}

/** Emphasis opens before a word and closes after one; an underscore inside a word does neither. */
function turn(open: Open[], { marker, at }: Open, tail: string): void {
  const before = tail[at - 1] ?? " ";
  const after = tail[at + marker.length] ?? "";
  const isWordy = (character: string): boolean => /[\p{L}\p{N}]/u.test(character);
  if (marker.startsWith("_") && isWordy(before) && isWordy(after)) return;
  if (!/\s/.test(before) && popTo(open, marker)) return;
  if (!/\s/.test(after)) open.push({ marker, at });
}

function popTo(open: Open[], marker: string): boolean {
  const index = open.findLastIndex((one) => one.marker === marker);
  if (index !== -1) open.length = index;
  return index !== -1;
}
