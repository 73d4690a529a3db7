const readCharacters = 1_000;
const unspaced = /[\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u;
const segmenter = new Intl.Segmenter("th", { granularity: "word" });
// Words that stand in questions about anything.
const common = new Set(
  `a about all also am an and any are as at be been but by can could did do does for from get give go got had has have
  hello help hey hi how i if in into is it its just know like may me might more much must my need of on one or our out
  please should so some tell than thank thanks that the their them then there these they this those to too up us very
  want was we were what when where which who why will with without would you your yours im id ive ill whats there's bitte der
  die das ein eine und ist ich wie was wo wann kann ihr sie haben hat für mit auf von zu den dem el la los las un una y
  es que como cuál para con de por le les des est et je vous quels quelle sont pour avec à`
    .split(/\s+/u)
    .filter((word) => word !== ""),
);

/** The telling words of a text, each once, cut to their stems; synonyms count as the first of their list. */
export function createWordReader(synonyms: readonly (readonly string[])[]): (text: string) => string[] {
  const same = new Map(
    synonyms.flatMap((words) =>
      words.map((word) => [stem(word.toLowerCase()), stem((words[0] ?? word).toLowerCase())]),
    ),
  );
  return (text) => {
    const words = cut(text).filter((word) => !common.has(word));
    const stems = words.map(stem).map((word) => same.get(word) ?? word);
    return [...new Set(stems)];
  };
}

function cut(text: string): string[] {
  const read = text.slice(0, readCharacters).normalize("NFKC").toLowerCase().replaceAll(/['’]/gu, "");
  const runs = read.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return runs.flatMap((run) =>
    unspaced.test(run) ? Array.from(segmenter.segment(run), ({ segment }) => segment) : [run],
  );
}

const endings: readonly (readonly [RegExp, string])[] = [
  [/^(\p{L}{2,})ies$/u, "$1y"],
  [/^(\p{L}{2,}(?:ss|sh|ch|x|z))es$/u, "$1"],
  [/^(\p{L}{2,}[^s])s$/u, "$1"],
];
const suffixes: readonly (readonly [RegExp, string])[] = [
  [/^(\p{L}{3,})(?:ation|ations)$/u, "$1"],
  [/^(\p{L}*[aeiouy]\p{L}*?)(?:ing|ed)$/u, "$1"],
  [/^(\p{L}{3,})(?:ment|ments|able|ible|ly|er|ers)$/u, "$1"],
];

/** A word without its English endings: "cancelled", "cancelling" and "cancellation" are one. Others stay as they are. */
function stem(word: string): string {
  if (word.length < 4 || /[^a-z]/u.test(word)) return word;
  const singular = replaceFirst(word, endings);
  const bare = replaceFirst(singular, suffixes);
  const kept = bare.length >= 3 ? bare : singular;
  return kept.replace(/([b-df-hj-np-tv-z])\1$/u, "$1").replace(/e$/u, "");
}

function replaceFirst(word: string, rules: readonly (readonly [RegExp, string])[]): string {
  const rule = rules.find(([pattern]) => pattern.test(word));
  return rule === undefined ? word : word.replace(rule[0], rule[1]);
}
