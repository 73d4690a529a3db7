const languages = ["en", "de", "fr", "es", "it", "nl", "pt"] as const;
const shortMonths = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const shortDays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** Names of months (1–12) and weekdays (0 is Sunday) in the languages that dates are read in. */
export const monthOf: ReadonlyMap<string, number> = new Map([
  ...languages.flatMap((language) => {
    const format = new Intl.DateTimeFormat(language, { month: "long", timeZone: "UTC" });
    return shortMonths.map((_, at) => [format.format(Date.UTC(2026, at, 1)).toLowerCase(), at + 1] as const);
  }),
  ...shortMonths.map((name, at) => [name, at + 1] as const),
  ["sept", 9],
]);

export const weekdayOf: ReadonlyMap<string, number> = new Map(
  languages.flatMap((language) => {
    const format = new Intl.DateTimeFormat(language, { weekday: "long", timeZone: "UTC" });
    // The first of March 2026 is a Sunday.
    return shortDays.map((_, at) => [format.format(Date.UTC(2026, 2, at + 1)).toLowerCase(), at] as const);
  }),
);

/** `Mon`, `Tues` and the like: only where a time or another day stands beside them are they days. */
export const shortWeekdayOf: ReadonlyMap<string, number> = new Map([
  ...shortDays.map((name, at) => [name, at] as const),
  ["tues", 2],
  ["thur", 4],
  ["thurs", 4],
]);

const digits =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen";
const numberWords = new Map<string, number>([
  ...`${digits} sixteen seventeen eighteen nineteen twenty`.split(" ").map((word, at) => [word, at] as const),
  ...["thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred"].map(
    (word, at) => [word, (at + 3) * 10] as const,
  ),
]);

/** The number a word means: `thirty`, `twenty-five`, `hundred`; undefined for any other word. */
export function numberOfWord(word: string): number | undefined {
  const whole = numberWords.get(word);
  if (whole !== undefined) return whole;
  const [tens, ones, ...more] = word.split("-");
  const [ten, one] = [numberWords.get(tens ?? ""), numberWords.get(ones ?? "")];
  if (ten === undefined || one === undefined || more.length > 0) return undefined;
  return ten >= 20 && ten % 10 === 0 && one > 0 && one < 10 ? ten + one : undefined;
}
