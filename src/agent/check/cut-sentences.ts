/** A piece of an answer that is judged as a whole, with the space that follows it. */
export interface Sentence {
  readonly text: string;
  /** Stands inside a fenced block of code. */
  readonly code: boolean;
}

/** Where the cutting of a growing text stands. */
export interface CutState {
  readonly at: number;
  readonly code: boolean;
}

export const cutStart: CutState = { at: 0, code: false };

/**
 * Cuts the complete sentences off a growing text, from where the last call stopped. What is cut depends on the text
 * alone, never on how it came: the sentences of a beginning are the first sentences of the whole.
 * With `isWhole` the rest is a sentence too. Lines are sentences; a very long one is cut at a space.
 */
export function cutSentences(
  text: string,
  from: CutState,
  isWhole: boolean,
): { readonly sentences: readonly Sentence[]; readonly state: CutState } {
  const sentences: Sentence[] = [];
  let state = from;
  while (state.at < text.length) {
    const found = findEnd(text, state);
    const end = found ?? (isWhole ? text.length : undefined);
    if (end === undefined) break;
    const piece = text.slice(state.at, end);
    const isFence = /^\s*(```|~~~)/.test(piece);
    sentences.push({ text: piece, code: state.code || isFence });
    state = { at: end, code: isFence ? !state.code : state.code };
  }
  return { sentences, state };
}

const longest = 400;
const closers = new Set("\"')]}*_”’»`");
const space = /\s/;

/** The end of the sentence that begins at `at`; undefined while that cannot be told yet. */
function findEnd(text: string, { at, code }: CutState): number | undefined {
  const mayBeFence = /^[ \t]*(`{0,2}$|~{0,2}$|```|~~~)/.test(text.slice(at, at + 20));
  for (let index = at; index < text.length; index += 1) {
    const char = text.charAt(index);
    if (char === "\n") return index + 1;
    if (code || mayBeFence) continue;
    if ("。！？".includes(char)) return skipClosers(text, index + 1);
    if (".!?…".includes(char)) {
      const end = endAfter(text, at, index);
      if (end === "not known yet") return undefined;
      if (end !== undefined) return end;
    }
    if (index - at >= longest && space.test(char)) return index + 1;
  }
  return undefined;
}

function skipClosers(text: string, from: number): number | undefined {
  let index = from;
  while (index < text.length && closers.has(text.charAt(index))) index += 1;
  return index < text.length ? index : undefined;
}

/** A stop ends a sentence when space follows and then something that can begin one. */
function endAfter(text: string, begin: number, stop: number): number | undefined | "not known yet" {
  const after = skipClosers(text, stop + 1);
  if (after === undefined) return "not known yet";
  if (!space.test(text.charAt(after))) return undefined;
  let next = after;
  while (next < text.length && space.test(text.charAt(next)) && text.charAt(next) !== "\n") next += 1;
  if (next === text.length) return "not known yet";
  if (text.charAt(next) === "\n") return next + 1;
  const isStop = text.charAt(stop) === ".";
  if (/\p{Ll}/u.test(text.charAt(next)) && isStop) return undefined;
  if (isStop && isAbbreviation(text.slice(begin, stop))) return undefined;
  return next;
}

const abbreviations =
  /(?:^|[\s(])(?:mr|mrs|ms|dr|prof|st|no|nr|approx|ca|vs|etc|e\.g|i\.e|z\.b|d\.h|inc|ltd|co|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|min|max|tel|p|u\.s|a\.m|p\.m|\p{Lu})$/iu;

/** Also the number of a list's item (`1. First`), which stands alone before its stop. */
function isAbbreviation(before: string): boolean {
  return abbreviations.test(before.slice(-12)) || /^\s*(?:[-*]\s*)?\d{1,3}$/.test(before);
}
