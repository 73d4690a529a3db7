/** One entry of a list as a person sees it: the texts it may be named by, and its time and price where it has them. */
export interface Option {
  readonly facets: readonly string[];
  /** HH:mm, or with AM and PM. */
  readonly time?: string | undefined;
  readonly price?: number | undefined;
}

/** Which entries a message may mean; `named` is false where nothing in it speaks of any. */
export type Choice =
  | { readonly kind: "one"; readonly index: number }
  | { readonly kind: "several"; readonly indices: readonly number[] }
  | { readonly kind: "none" };

const readCharacters = 300;
const ordinals = [
  ["first", "1st"],
  ["second", "2nd"],
  ["third", "3rd"],
  ["fourth", "4th"],
  ["fifth", "5th"],
  ["sixth", "6th"],
  ["seventh", "7th"],
  ["eighth", "8th"],
  ["ninth", "9th"],
  ["tenth", "10th"],
] as const;
const numberWords = "one two three four five six seven eight nine ten".split(" ");
const position =
  /(?:^|\b(?:option|number|no\.?|nr\.?|choice|pick|take|choose)\s*|#)(\d{1,3})(?=[.)!]?\s*(?:please|pls|thanks|thank you)?[.!]?\s*$)/iu;
const common = new Set(
  "the and for of at in on a an to is please one want would like good sounds with my i me take it that this book let lets go do show movie film".split(
    " ",
  ),
);

/** Finds the entry a message means: by its place in the list, its name, its time, or as the cheapest or earliest. */
export function chooseOption(text: string, options: readonly Option[]): Choice {
  const said = text.slice(0, readCharacters).normalize("NFC").toLowerCase().replaceAll("’", "'").trim();
  const byPlace = findPlace(said, options.length);
  if (byPlace !== undefined) return { kind: "one", index: byPlace };
  const named = findNamed(said, options);
  const superlative = findSuperlative(said, options, named);
  return superlative === undefined ? toChoice(named) : { kind: "one", index: superlative };
}

function findPlace(said: string, count: number): number | undefined {
  const inRange = (index: number) => (index >= 0 && index < count ? index : undefined);
  const digits = position.exec(said)?.[1];
  if (digits !== undefined) return inRange(Number(digits) - 1);
  if (/\blast(?: one| option)?\b/u.test(said) && !/last name|last (?:week|month|year)/u.test(said))
    return count - 1;
  const bare = said.replaceAll(/[.!]|\bplease\b/gu, "").trim();
  const word = numberWords.indexOf(bare);
  if (word !== -1) return inRange(word);
  const ordinal = ordinals.findIndex((names) => names.some((name) => hasWord(said, name)));
  const isAPlace = ordinal !== -1 && /\b(?:one|option|choice)\b|^(?:the )?\S+[.!]?(?: please)?$/u.test(said);
  return isAPlace ? inRange(ordinal) : undefined;
}

/** The entries that fit what is said best. A time that no entry has rules out certainty, not the names. */
function findNamed(said: string, options: readonly Option[]): { indices: number[]; certain: boolean } {
  const words = readWords(said);
  const times = readTimes(said);
  const scores = options.map(({ facets }) => scoreFacets(words, facets));
  const atTime = options.map(
    ({ time }) => time !== undefined && times.some((each) => each.includes(toMinutes(time))),
  );
  const best = Math.max(0, ...scores);
  const byName = scores.flatMap((score, index) => (best > 0 && score >= best - 0.01 ? [index] : []));
  const timed = atTime.flatMap((fits, index) => (fits ? [index] : []));
  if (times.length === 0) return { indices: byName, certain: true };
  if (best === 0) return { indices: timed, certain: true };
  const both = byName.filter((index) => atTime[index]);
  return both.length > 0 ? { indices: both, certain: true } : { indices: byName, certain: false };
}

function findSuperlative(
  said: string,
  options: readonly Option[],
  { indices }: { readonly indices: readonly number[] },
): number | undefined {
  const among = indices.length > 0 ? indices : options.map((_, index) => index);
  const least = (measure: (option: Option) => number | undefined, sign: 1 | -1) =>
    among
      .flatMap((index) => {
        const option = options[index];
        const value = option && measure(option);
        return value === undefined ? [] : [{ index, value: value * sign }];
      })
      .toSorted((a, b) => a.value - b.value)[0]?.index;
  if (/\bcheap(?:er|est)\b|\bleast expensive\b|\blowest price\b/u.test(said))
    return least(({ price }) => price, 1);
  const minutes = ({ time }: Option) => (time === undefined ? undefined : toMinutes(time));
  if (/\bearl(?:y|ier|iest)\b|\bsoonest\b/u.test(said)) return least(minutes, 1);
  if (/\blat(?:er|est)\b/u.test(said)) return least(minutes, -1);
  return undefined;
}

function toChoice({
  indices,
  certain,
}: {
  readonly indices: readonly number[];
  readonly certain: boolean;
}): Choice {
  const [only, ...more] = indices;
  if (only === undefined) return { kind: "none" };
  return more.length === 0 && certain ? { kind: "one", index: only } : { kind: "several", indices };
}

/** The share of an entry's words that are said, a name with more of them said counting more. */
function scoreFacets(words: readonly string[], facets: readonly string[]): number {
  return facets.reduce((sum, facet) => {
    const own = readWords(facet.toLowerCase());
    const said = own.filter((each) => words.some((word) => isSameWord(word, each))).length;
    return own.length === 0 ? sum : sum + said / own.length + said * 0.1;
  }, 0);
}

function readWords(text: string): string[] {
  return (text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).filter(
    (word) => !common.has(word) && (word.length > 1 || /\p{N}|[^\p{Script=Latin}]/u.test(word)),
  );
}

/** The same but for one slip of the finger in a longer word, or a plural's s. */
function isSameWord(a: string, b: string): boolean {
  if (a === b || `${a}s` === b || a === `${b}s`) return true;
  return a.length >= 5 && b.length >= 5 && !/\d/u.test(a + b) && isOneSlip(a, b);
}

function isOneSlip(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  if (long.length - short.length > 1) return false;
  let at = 0;
  while (at < short.length && short[at] === long[at]) at += 1;
  const rest = long.slice(at + 1);
  return rest === short.slice(long.length === short.length ? at + 1 : at);
}

/** Each time that is said, as the minutes of the day it may mean: "7:30" is in the morning or in the evening. */
function readTimes(said: string): number[][] {
  const pattern =
    /(?<![\p{L}\p{N}$€.:])(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm|a\.m\.|p\.m\.|o'clock|uhr)?(?![\p{L}\p{N}:])/gu;
  return Array.from(said.matchAll(pattern)).flatMap((match) => {
    const [, hour = "", minute, half] = match;
    const isAt = /(?:\bat|\bum|@)\s*$/u.test(said.slice(0, match.index));
    if (minute === undefined && half === undefined && !isAt) return [];
    const minutes = Number(hour) * 60 + Number(minute ?? 0);
    if (Number(hour) > 24 || Number(minute ?? 0) > 59) return [];
    if (half?.startsWith("p") === true) return [[(minutes % 720) + 720]];
    if (half?.startsWith("a") === true) return [[minutes % 720]];
    return [Number(hour) > 12 ? [minutes] : [minutes % 720, (minutes % 720) + 720]];
  });
}

function toMinutes(time: string): number {
  const [, hour = "0", minute = "0", half] = /(\d{1,2}):(\d{2})\s*([AP]M)?/iu.exec(time) ?? [];
  const minutes = Number(hour) * 60 + Number(minute);
  if (half === undefined) return minutes;
  return (minutes % 720) + (half.toUpperCase() === "PM" ? 720 : 0);
}

function hasWord(text: string, word: string): boolean {
  return new RegExp(String.raw`(?<![\p{L}\p{N}])${word}(?![\p{L}\p{N}])`, "u").test(text);
}
