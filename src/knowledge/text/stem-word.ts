// The longest ending that leaves three letters goes. Light on purpose: what is folded too far is found for the wrong question.
const endings: readonly (readonly [ending: string, instead: string])[] = [
  ["izations", "ize"],
  ["ization", "ize"],
  ["ational", "ate"],
  ["fulness", "ful"],
  ["iveness", "ive"],
  ["ations", "ate"],
  ["ation", "ate"],
  ["ments", ""],
  ["ment", ""],
  ["ings", ""],
  ["ing", ""],
  ["edly", ""],
  ["ied", "y"],
  ["ies", "y"],
  ["ed", ""],
  ["ers", "er"],
  ["ly", ""],
  ["es", ""],
  ["s", ""],
];
const shortest = 3;

/** A lower-case word without its English ending: "deleting", "deletes" and "deleted" become one. */
export function stemWord(word: string): string {
  if (word.length <= shortest || !/^[a-z]+$/.test(word) || word.endsWith("ss")) return word;
  const found = endings.find(([ending]) => word.endsWith(ending) && word.length - ending.length >= shortest);
  const cut = found === undefined ? word : word.slice(0, -found[0].length) + found[1];
  return fold(cut);
}

/** "running" and "run", "note" and "noted", "try" and "tries" meet. */
function fold(word: string): string {
  let folded = word;
  if (folded.length > shortest && folded.endsWith("e")) folded = folded.slice(0, -1);
  if (/([^aeioulsz])\1$/.test(folded)) folded = folded.slice(0, -1);
  return folded.endsWith("y") ? `${folded.slice(0, -1)}i` : folded;
}
