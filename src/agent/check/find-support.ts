import type { Evidence } from "./evidence.ts";
import type { CalendarDate, Claim } from "./read-claims.ts";

/** Whether a claim of a sentence rests on the evidence. */
export function isSupported(claim: Claim, sentence: string, evidence: Evidence): boolean {
  const { given, said } = evidence;
  switch (claim.kind) {
    case "price":
      return isPriceKnown(claim, evidence, mayEcho(sentence));
    case "percent":
      return [given, said].some(({ numbers }) =>
        claim.values.some((value) => numbers.has(value) || numbers.has(value / 100)),
      );
    case "number":
      return (
        [given, said].some(({ numbers, amounts, minutes }) =>
          claim.values.some(
            (value) => numbers.has(value) || amounts.has(value) || isHour(value, sentence, minutes),
          ),
        ) || claim.values.includes(evidence.now.getUTCFullYear())
      );
    case "date":
      return [...given.dates, ...said.dates].some((known) =>
        claim.dates.some((date) => isSameDate(known, date)),
      );
    case "time":
      return claim.minutes.some((minute) => given.minutes.has(minute) || said.minutes.has(minute));
    case "weekday":
      return given.weekdays.has(claim.day) || said.weekdays.has(claim.day);
    case "link":
      return [given, said].some(({ names }) => names.has(claim.value) || isHostOf(claim.value, names));
    case "email":
    case "phone":
    case "code":
      return given.names.has(claim.value) || said.names.has(claim.value);
    default:
      throw new Error(`unknown claim: ${JSON.stringify(claim satisfies never)}`);
  }
}

/** What a person says of a price is no price: it may be repeated to them, not confirmed. */
function mayEcho(sentence: string): boolean {
  return /\?\s*$|\byou(?:'ve|’ve| have)? (?:said|mentioned|paid|wrote|named|told|were charged|see|entered|asked)\b|\b(?:can(?:no|')t|can’t|unable|not able|don't|don’t|do not) (?:confirm|know|see|find|say|tell)\b|\b(?:under|within|below|up to) (?:your|a) budget\b|\byour budget\b/iu.test(
    sentence,
  );
}

const mostFactors = 40;
const mostCombined = 60;

function isPriceKnown(
  { amounts, currency }: Extract<Claim, { kind: "price" }>,
  { given, said }: Evidence,
  mayEchoSaid: boolean,
): boolean {
  const fits = (known: Evidence["given"], amount: number): boolean => {
    const written = known.amounts.get(amount);
    // A number without a currency, as tools give it, is a price in whatever currency is spoken of.
    if (written === undefined) return known.numbers.has(amount);
    return currency === "" || written.has(currency) || written.has("") || known.numbers.has(amount);
  };
  if (amounts.some((amount) => fits(given, amount) || (mayEchoSaid && fits(said, amount)))) return true;
  return amounts.some((amount) => isComputed(amount, given, said));
}

/** So many of one price, or two prices together, to the cent. */
function isComputed(amount: number, given: Evidence["given"], said: Evidence["said"]): boolean {
  const prices = [...given.amounts.keys()].filter((price) => price > 0).slice(0, mostCombined);
  const counts = [...said.numbers, ...given.numbers]
    .filter((count) => Number.isInteger(count) && count > 1 && count <= 1_000)
    .slice(0, mostFactors);
  const isIt = (value: number): boolean => Math.abs(value - amount) < 0.005;
  return (
    prices.some((price) => counts.some((count) => isIt(price * count))) ||
    prices.some((price, at) => prices.slice(at).some((other) => isIt(price + other)))
  );
}

function isSameDate(known: CalendarDate, date: CalendarDate): boolean {
  const isSameYear = known.year === undefined || date.year === undefined || known.year === date.year;
  return known.month === date.month && known.day === date.day && isSameYear;
}

/** The front page of a site that is known is known. */
function isHostOf(link: string, names: ReadonlySet<string>): boolean {
  return !link.includes("/") && [...names].some((name) => name.startsWith(`${link}/`));
}

/** `open from 9 to 17` where the evidence has 9:00 and 17:00; `14 days` is no hour. */
function isHour(value: number, sentence: string, minutes: ReadonlySet<number>): boolean {
  if (!Number.isInteger(value) || value < 1 || value > 24 || !minutes.has((value % 24) * 60)) return false;
  const spoken = String.raw`\b(?:from|to|until|till|between|and|at|by|von|bis|um|de|à|a)\s+${value}\b(?!\s*(?:\p{L}|%))`;
  const ranged = String.raw`\b(?:from|between|von|de)\s+\d{1,2}\s+(?:to|and|bis|à|a|until)\s+\d{1,2}\b`;
  return new RegExp(`${spoken}|${ranged}`, "iu").test(sentence);
}
