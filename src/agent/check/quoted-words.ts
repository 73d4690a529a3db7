/**
 * A sentence without what it quotes from the person: quoted words that they have said themselves, whole, and that are
 * told as theirs (`You wrote “…”`). `said` is lower-case, and `before` the text in front of the sentence, where a
 * quotation may have begun. Touches nothing.
 */
export function hideQuotedWords(sentence: string, before: string, said: string): string {
  const words = toPlain(said);
  const paragraph = before.slice(before.lastIndexOf("\n\n") + 1);
  const { open } = cutQuotations(paragraph, undefined);
  const { pieces } = cutQuotations(sentence, open);
  const own = pieces.filter(({ isQuoted }) => !isQuoted).map(({ text }) => text);
  if (!/\byour?\b/iu.test([...own, open === undefined ? "" : paragraph].join(" "))) return sentence;
  const isTheirs = (quoted: string): boolean => isPartOf(toPlain(quoted), words);
  return pieces.map(({ text, isQuoted }) => (isQuoted && isTheirs(text) ? " … " : text)).join("");
}

interface Piece {
  readonly text: string;
  readonly isQuoted: boolean;
}

type Marks = (typeof pairs)[number];

// The closing mark of one language opens in another: „so“ and “so”, »so« and «so».
const pairs = [
  ["“", "”"],
  ["„", "“"],
  ["«", "»"],
  ["»", "«"],
  ["「", "」"],
  ['"', '"'],
] as const;

/** Cuts a text at its quotation marks; `open` is the quotation it begins in, and then the one that its end stands in. */
function cutQuotations(
  text: string,
  open: Marks | undefined,
): { readonly pieces: readonly Piece[]; readonly open: Marks | undefined } {
  const pieces: Piece[] = [];
  let marks = open;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const next = marks === undefined ? opening(text, at) : undefined;
    if (next === undefined && text[at] !== marks?.[1]) continue;
    pieces.push({ text: text.slice(from, at), isQuoted: marks !== undefined });
    pieces.push({ text: text.charAt(at), isQuoted: false });
    marks = next;
    from = at + 1;
  }
  return { pieces: [...pieces, { text: text.slice(from), isQuoted: marks !== undefined }], open: marks };
}

function opening(text: string, at: number): Marks | undefined {
  return pairs.find(([mark]) => mark === text[at]);
}

/** As it is compared: without markdown's signs and escapes, in one line, in one case. */
function toPlain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll("’", "'")
    .replaceAll(/[\\*_`]/gu, "")
    .replaceAll(/\s+/gu, " ")
    .replaceAll(/^[\s.…!?]+|[\s.,…!?]+$/gu, "");
}

/** Whole words of it: `is free` is no quotation of `this freezer`. */
function isPartOf(quoted: string, words: string): boolean {
  if (quoted === "") return false;
  const isWord = (char: string | undefined): boolean => char !== undefined && /[\p{L}\p{N}]/u.test(char);
  for (let at = words.indexOf(quoted); at >= 0; at = words.indexOf(quoted, at + 1))
    if (!isWord(words[at - 1]) && !isWord(words[at + quoted.length])) return true;
  return false;
}
