import { LRUCache } from "lru-cache";
import { readClaims, type CalendarDate, type Claim } from "./read-claims.ts";
import { readWords } from "./words.ts";
import { toZoned } from "./zoned-time.ts";

/** What an answer may rest on. */
export interface EvidenceParts {
  /** What tools gave in this turn, as the model read it. */
  readonly toolResults: readonly string[];
  /** A tool that changes something has done so in this turn. */
  readonly acted: boolean;
  /** Passages of knowledge that the answer may cite, with their links. */
  readonly sources: readonly {
    readonly title: string;
    readonly url?: string | undefined;
    readonly text: string;
  }[];
  /** What the company says of itself: the persona, FAQ answers, its own facts. */
  readonly facts: readonly string[];
  /** What the bot and colleagues said before in this conversation. */
  readonly earlier: readonly string[];
  /** The person's own words, this turn's and earlier ones. */
  readonly said: readonly string[];
  readonly now: Date;
  readonly timeZone?: string | undefined;
}

/** Evidence with everything that claims are held against, read once. */
export interface Evidence {
  /** From tools, sources, facts and what was said before by us. */
  readonly given: Known;
  /** From the person alone. */
  readonly said: Known;
  /** What was said before by us, lower-case. */
  readonly earlier: string;
  readonly acted: boolean;
  readonly now: Date;
}

interface Known {
  readonly text: string;
  readonly words: ReadonlySet<string>;
  readonly amounts: ReadonlyMap<number, ReadonlySet<string>>;
  readonly numbers: ReadonlySet<number>;
  readonly dates: readonly CalendarDate[];
  readonly minutes: ReadonlySet<number>;
  readonly weekdays: ReadonlySet<number>;
  /** Links, addresses, phone numbers and codes, as they are compared. */
  readonly names: ReadonlySet<string>;
}

/** Reads the evidence. Costs time with its length, so once for each step of a turn and not for each sentence. */
export function readEvidence(parts: EvidenceParts): Evidence {
  const { toolResults, sources, facts, earlier, said, now, timeZone } = parts;
  const passages = sources.flatMap(({ title, url, text }) => [
    title,
    text,
    ...(url === undefined ? [] : [url]),
  ]);
  const today = toZoned(now, timeZone).date;
  const ofTurn = readText([...toolResults.map(unescaped), ...passages, ...earlier].join("\n"), timeZone);
  const given = merge([readFacts(facts, timeZone), ofTurn], today);
  for (const length of toolResults.flatMap(lengthsOf)) given.numbers.add(length);
  const asked = merge([readText(said.join("\n"), timeZone)], today);
  addSums(asked.numbers);
  if (asksToCompute(said)) addComputed(asked.numbers);
  addRelativeDays(asked, said.join("\n"), now, timeZone);
  return { given, said: asked, earlier: earlier.join("\n").toLowerCase(), acted: parts.acted, now };
}

const factsRead = new LRUCache<string, TextRead>({ max: 500 });

/** What a company says of itself is the same in every turn. */
function readFacts(facts: readonly string[], timeZone: string | undefined): TextRead {
  const text = facts.join("\n");
  const key = `${timeZone ?? ""}\n${text}`;
  const known = factsRead.get(key) ?? readText(text, timeZone);
  factsRead.set(key, known);
  return known;
}

/** Everything of these texts, and that today is today. */
function merge(texts: readonly TextRead[], today: CalendarDate & { readonly year: number }) {
  const amounts = new Map<number, Set<string>>();
  for (const text of texts)
    for (const [amount, currencies] of text.amounts)
      amounts.set(amount, new Set([...(amounts.get(amount) ?? []), ...currencies]));
  const dates = [today, ...texts.flatMap((text) => text.dates)];
  const weekdays = new Set(texts.flatMap((text) => [...text.weekdays]));
  for (const { year = today.year, month, day } of dates)
    weekdays.add(new Date(Date.UTC(year, month - 1, day)).getUTCDay());
  return {
    text: texts.map((text) => text.text).join("\n"),
    words: new Set(texts.flatMap((text) => [...text.words])),
    amounts,
    numbers: new Set(texts.flatMap((text) => [...text.numbers])),
    dates,
    minutes: new Set(texts.flatMap((text) => [...text.minutes])),
    weekdays,
    names: new Set(texts.flatMap((text) => [...text.names])),
  };
}

type TextRead = ReturnType<typeof readText>;

function readText(text: string, timeZone: string | undefined) {
  const amounts = new Map<number, Set<string>>();
  const numbers = new Set<number>();
  const dates: CalendarDate[] = [];
  const minutes = new Set<number>();
  const weekdays = new Set<number>();
  const names = new Set<string>();
  const add = (claim: Claim): void => {
    switch (claim.kind) {
      case "price":
        for (const amount of claim.amounts) {
          amounts.set(amount, (amounts.get(amount) ?? new Set()).add(claim.currency));
        }
        return;
      case "percent":
      case "number":
        for (const value of claim.values) numbers.add(value);
        return;
      case "date":
        return void dates.push(...claim.dates);
      case "time":
        for (const minute of claim.minutes) minutes.add(minute);
        return;
      case "weekday":
        return void weekdays.add(claim.day);
      case "link":
      case "email":
      case "phone":
      case "code":
        return void names.add(claim.value);
      default:
        throw new Error(`unknown claim: ${JSON.stringify(claim satisfies never)}`);
    }
  };
  for (const claim of readClaims(text)) add(claim);
  addFields(text, amounts);
  addInstants(text, timeZone, { dates, minutes });
  addDayRanges(text, weekdays);
  return {
    text: text.toLowerCase(),
    words: new Set(readWords(text)),
    amounts,
    numbers,
    dates,
    minutes,
    weekdays,
    names,
  };
}

/** Tools give prices as numbers under a name: `"total": 45`, `"price_cents": 1250`. */
function addFields(text: string, amounts: Map<number, Set<string>>): void {
  const fields = text.matchAll(
    /["']?[\w-]{0,60}(?:price|cost|total|amount|fee|fare|rate)[\w-]{0,60}?(cents?)?["']?\s*[:=]\s*["']?(\d+(?:\.\d+)?)\b/giu,
  );
  for (const [, cents, value] of Array.from(fields).slice(0, most)) {
    const amount = cents === undefined ? Number(value) : Number(value) / 100;
    amounts.set(amount, (amounts.get(amount) ?? new Set()).add(""));
  }
}

const most = 200;

/** A tool's moment in UTC is told to people in their own time. */
function addInstants(
  text: string,
  timeZone: string | undefined,
  { dates, minutes }: { dates: CalendarDate[]; minutes: Set<number> },
): void {
  const instants = text.matchAll(
    /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})/gu,
  );
  for (const [instant] of Array.from(instants).slice(0, most)) {
    const at = new Date(instant);
    if (Number.isNaN(at.getTime())) continue;
    const zoned = toZoned(at, timeZone);
    dates.push(zoned.date);
    minutes.add(zoned.minutes);
  }
}

const dayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** `Monday to Friday`, `Mon-Fri`, `daily`, `weekends`. */
function addDayRanges(text: string, weekdays: Set<number>): void {
  const name = String.raw`(sun|mon|tue|wed|thu|fri|sat)[a-z]*`;
  const ranges = text.matchAll(
    new RegExp(String.raw`\b${name}\.?\s*(?:-|–|to|through|until)\s*${name}\b`, "giu"),
  );
  for (const [, from = "", to = ""] of ranges) {
    const [begin, end] = [dayNames.indexOf(from.toLowerCase()), dayNames.indexOf(to.toLowerCase())];
    for (let step = 0; step <= (end - begin + 7) % 7; step += 1) weekdays.add((begin + step) % 7);
  }
  const add = (days: readonly number[]) => days.forEach((day) => weekdays.add(day));
  if (/\b(daily|every day|each day|seven days|7 days a week|24\/7)\b/iu.test(text))
    add([0, 1, 2, 3, 4, 5, 6]);
  if (/\bweekdays?\b/iu.test(text)) add([1, 2, 3, 4, 5]);
  if (/\bweekends?\b/iu.test(text)) add([0, 6]);
}

/** How many things a tool's lists have is often what an answer begins with. */
/** A result is JSON, perhaps cut: what begins a line in it must not be read with the sign of the line's end. */
function unescaped(result: string): string {
  if (!/^\s*[[{"]/.test(result)) return result;
  return result.replaceAll(/\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/gu, (sign) => String(JSON.parse(`"${sign}"`)));
}

function lengthsOf(result: string): number[] {
  try {
    const lengths: number[] = [];
    JSON.parse(result, (_, value: unknown) => {
      if (Array.isArray(value)) lengths.push(value.length);
      return value;
    });
    return lengths;
  } catch {
    return [];
  }
}

/** Four adults and two children are six guests. */
function addSums(numbers: Set<number>): void {
  const small = smallest(numbers, 20);
  for (const [at, a] of small.entries()) for (const b of small.slice(at + 1)) numbers.add(a + b);
}

function asksToCompute(said: readonly string[]): boolean {
  return said.some((text) =>
    /\d\s*(?:[-+*/x×÷^]|plus|minus|times|divided by|multiplied by|mod)\s*\d|%\s*(?:of|von|de)\b|\b(?:square|root|sum|average|calculate|compute|add up)\b/iu.test(
      text,
    ),
  );
}

/** Two and two are four, and 15 % of 80 are 12. */
function addComputed(numbers: Set<number>): void {
  const small = smallest(numbers, 12);
  for (const [at, a] of small.entries()) {
    numbers.add(a * a).add(round(Math.sqrt(a)));
    for (const b of small.slice(at))
      for (const value of [a + b, a - b, b - a, a * b, a / b, b / a, (a * b) / 100])
        numbers.add(round(value));
  }
}

function smallest(numbers: ReadonlySet<number>, count: number): readonly number[] {
  return [...numbers].filter((value) => value > 0 && value <= 1_000_000).slice(0, count);
}

/** To the cent, as results are said. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}

const dayMs = 24 * 60 * 60 * 1000;

/** Who says `tomorrow` or `Friday` has named a date. */
function addRelativeDays(
  known: { readonly dates: CalendarDate[]; readonly weekdays: Set<number> },
  said: string,
  now: Date,
  timeZone: string | undefined,
): void {
  const named = new Set(known.weekdays);
  if (named.size === 0 && !/\btomorrow\b/iu.test(said)) return;
  for (let ahead = 0; ahead <= 14; ahead += 1) {
    const { date } = toZoned(new Date(now.getTime() + ahead * dayMs), timeZone);
    const weekday = new Date(Date.UTC(date.year, date.month - 1, date.day)).getUTCDay();
    const isTomorrow = ahead === 1 && /\btomorrow\b/iu.test(said);
    if (!named.has(weekday) && !isTomorrow) continue;
    known.dates.push(date);
    known.weekdays.add(weekday);
  }
}
