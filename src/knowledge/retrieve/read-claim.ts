import type { Language } from "../text/languages.ts";
import { tellingWordsOf } from "../text/telling-words.ts";

/** What a sentence says plainly, so that another one can say the opposite. */
export interface Claim {
  /** What it speaks of, without what affirms or denies. */
  readonly words: ReadonlySet<string>;
  readonly isDenied: boolean;
  /** What narrows it: "only", "unless". Two claims are about the same where these are. */
  readonly limits: string;
  readonly numbers: string;
  readonly weekdays: readonly number[];
  readonly months: readonly number[];
  /** A whole sentence, and no caption or title, of which there is one for every month. */
  readonly isWhole: boolean;
}

const fewestWords = 2;
const mostWords = 24;

/** Undefined where it is a question, an order, or says nothing that could be denied as a whole. */
export function readClaim(sentence: string, language: Language): Claim | undefined {
  const speech = speeches[language];
  const text = sentence.normalize("NFKC").toLowerCase().replaceAll("’", "'");
  if (speech === undefined || /[?:]["'”»)*_\s]*$/u.test(text) || speech.noClaim.test(text)) return undefined;
  const words = (text.match(/[\p{L}\p{M}\p{N}]+(?:'\p{L}+)?/gu) ?? []).filter(
    (word) => !speech.filler.has(word),
  );
  const signs = words.map((word) => speech.opposites.get(word));
  const denials = words.filter((word) => speech.denies.test(word)).length;
  const turned = signs.filter((sign) => sign?.isDenied === true).length;
  const rest = words.filter(
    (word, at) => signs[at] === undefined && !speech.denies.test(word) && !speech.limits.has(word),
  );
  const telling = rest.length === 0 ? [] : tellingWordsOf(rest.join(" "), language);
  const isDay = (word: string) => speech.weekdays.has(word) || speech.months.has(word);
  const days = new Set(rest.filter(isDay).flatMap((word) => tellingWordsOf(word, language)));
  const subjects = telling.filter((word) => !/^\p{N}/u.test(word) && !days.has(word));
  const claimed = new Set([...subjects, ...signs.flatMap((sign) => (sign === undefined ? [] : [sign.of]))]);
  if (claimed.size < fewestWords || claimed.size > mostWords) return undefined;
  return {
    words: claimed,
    isDenied: (denials + turned) % 2 === 1,
    limits: sorted(words.filter((word) => speech.limits.has(word))),
    numbers: sorted(rest.filter((word) => /^\p{N}/u.test(word))),
    weekdays: namedIn(rest, speech.weekdays),
    months: namedIn(rest, speech.months),
    isWhole:
      /[.!]["'”»)*_\s]*$/u.test(text) &&
      !/^[\s*_]*(?:this|the) (?:image|figure|screenshot|table)\b/u.test(text),
  };
}

/** Both speak of the very same. */
export function isSameClaim(one: Claim, other: Claim): boolean {
  return (
    one.limits === other.limits &&
    one.numbers === other.numbers &&
    one.words.size === other.words.size &&
    one.words.isSubsetOf(other.words)
  );
}

/** The one denies what the other says, or names another day or month for it. Each names one of them at most. */
export function areOpposite(one: Claim, other: Claim): boolean {
  if (!isSameClaim(one, other)) return false;
  const [days, months] = [areOthers(one.weekdays, other.weekdays), areOthers(one.months, other.months)];
  if (one.isDenied === other.isDenied) return (days || months) && one.isWhole && other.isWhole;
  return !days && !months && isSameDay(one, other);
}

/** The one denies what the other says, of another number. */
export function areOppositeOfOthers(one: Claim, other: Claim): boolean {
  const isOfAnother = one.numbers !== other.numbers;
  return (
    isOfAnother && one.isDenied !== other.isDenied && isSameClaim({ ...one, numbers: other.numbers }, other)
  );
}

function areOthers(one: readonly number[], other: readonly number[]): boolean {
  return one.length === 1 && other.length === 1 && one[0] !== other[0];
}

function isSameDay(one: Claim, other: Claim): boolean {
  return `${one.weekdays.join()} ${one.months.join()}` === `${other.weekdays.join()} ${other.months.join()}`;
}

/** "Yes, …" is the answer to a question that stands over it; undefined where there is neither yes nor no. */
export function startsWithNo(text: string): boolean | undefined {
  const word = /^[\s*_>"'„“-]*(yes|no|ja|nein|oui|non|s[ií]|nee)(?=[\s,.;:!*_–—-]|$)/iu.exec(text)?.[1];
  return word === undefined ? undefined : /^n/iu.test(word);
}

function namedIn(words: readonly string[], names: ReadonlyMap<string, number>): readonly number[] {
  const found = words.map((word) => names.get(word)).filter((at) => at !== undefined);
  return [...new Set(found)].toSorted((one, other) => one - other);
}

function sorted(words: readonly string[]): string {
  return [...new Set(words)].toSorted().join(" ");
}

interface Opposite {
  readonly of: string;
  readonly isDenied: boolean;
}

interface Speech {
  readonly denies: RegExp;
  readonly opposites: ReadonlyMap<string, Opposite>;
  readonly limits: ReadonlySet<string>;
  /** They say nothing of what is claimed, however often one of the two has them. */
  readonly filler: ReadonlySet<string>;
  /** Orders, and what is denied in part. */
  readonly noClaim: RegExp;
  readonly weekdays: ReadonlyMap<string, number>;
  readonly months: ReadonlyMap<string, number>;
}

const listed = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/u));
/** Each name with its place, several for one place between bars. */
const placed = (names: string): ReadonlyMap<string, number> =>
  new Map(names.split(/\s+/u).flatMap((each, at) => each.split("|").map((name) => [name, at] as const)));
/** Lines of words that say it, and of those that deny it. */
function opposed(lines: readonly (readonly [string, string])[]): ReadonlyMap<string, Opposite> {
  const opposites = new Map<string, Opposite>();
  for (const [at, [yes, no]] of lines.entries()) {
    for (const word of yes.split(" ")) opposites.set(word, { of: `=${at}`, isDenied: false });
    for (const word of no.split(" ")) opposites.set(word, { of: `=${at}`, isDenied: true });
  }
  return opposites;
}

const speeches: Partial<Record<Language, Speech>> = {
  en: {
    denies: /^(?:not|no|never|cannot|nor|neither|none|\p{L}+n't)$/u,
    opposites: opposed([
      [
        "allowed permitted allow allows permit permits",
        "forbidden prohibited banned disallowed forbid forbids prohibit prohibits",
      ],
      ["possible", "impossible"],
      ["supported support supports", "unsupported"],
      ["available", "unavailable"],
      ["included includes include", "excluded excludes exclude"],
      ["required mandatory compulsory obligatory", "optional voluntary"],
      ["enabled", "disabled"],
      ["valid", "invalid"],
      ["accepted accepts accept", "refused rejected declined refuses rejects"],
      ["refundable", "nonrefundable"],
      ["open", "closed"],
      ["legal", "illegal"],
      ["safe", "unsafe"],
      ["compatible", "incompatible"],
      ["necessary needed", "unnecessary"],
      ["free", "chargeable"],
    ]),
    limits: listed(
      "if unless only except when whenever while until till before after once without with some most all every each always usually sometimes often partly fully but or both either alone same other others first default",
    ),
    filler: listed(
      "now currently also please note longer anymore yet already still therefore however generally",
    ),
    noClaim:
      /^[\s*_>\d.)-]*(?:please |then |also )?(?:do not|don't|never|always|make sure|be sure|try|use|let)(?!\p{L})|(?<!\p{L})(?:not|no|nor) (?:only|all|every|each|always|necessarily|just|more|less|later|earlier|sooner|fewer|very|so|too|quite|much|many|sure|least|other|one)(?!\p{L})|(?<!\p{L})(?:or not|if not|why not|no\. ?\d|cannot but|might|perhaps|maybe|probably)(?!\p{L})/u,
    weekdays: placed(
      "monday|mondays tuesday|tuesdays wednesday|wednesdays thursday|thursdays friday|fridays saturday|saturdays sunday|sundays",
    ),
    // "May" is a verb more often than a month, and "march" is one as well.
    months: placed("january february march april - june july august september october november december"),
  },
  de: {
    denies: /^(?:nicht|nie|niemals|kein\p{L}*|weder)$/u,
    opposites: opposed([
      ["erlaubt gestattet zulässig", "verboten untersagt unzulässig"],
      ["möglich", "unmöglich"],
      ["verfügbar", "unverfügbar"],
      ["enthalten inbegriffen inklusive eingeschlossen", "ausgeschlossen exklusive"],
      ["erforderlich notwendig nötig verpflichtend pflicht obligatorisch", "optional freiwillig unnötig"],
      ["aktiviert eingeschaltet", "deaktiviert ausgeschaltet"],
      ["gültig", "ungültig"],
      ["akzeptiert angenommen akzeptieren", "abgelehnt"],
      ["geöffnet offen", "geschlossen"],
      ["kostenlos kostenfrei gratis gebührenfrei", "kostenpflichtig gebührenpflichtig"],
      ["kompatibel", "inkompatibel"],
      ["erstattungsfähig", "nichterstattungsfähig"],
      ["sicher", "unsicher"],
      ["öffentlich", "nichtöffentlich"],
    ]),
    limits: listed(
      "wenn falls sofern nur außer ausgenommen bis bevor vor nach ohne mit sobald solange einige manche meist meistens alle jede jeder jedes immer oft manchmal teilweise ganz aber oder beide allein andere erst standardmäßig",
    ),
    filler: listed(
      "jetzt derzeit zurzeit momentan aktuell auch bitte mehr noch bereits schon daher jedoch allgemein",
    ),
    noClaim:
      /^[\s*_>\d.)-]*(?:bitte )?\p{L}+n sie(?!\p{L})|(?<!\p{L})nicht (?:nur|alle|jede\p{L}*|immer|unbedingt|mehr als|weniger|später|früher|sehr|so|zu|ganz|viel\p{L}*|zuletzt|einmal)(?!\p{L})|(?<!\p{L})(?:ob nicht|oder nicht|wenn nicht|vielleicht|eventuell|möglicherweise)(?!\p{L})/u,
    weekdays: placed(
      "montag|montags dienstag|dienstags mittwoch|mittwochs donnerstag|donnerstags freitag|freitags samstag|samstags|sonnabend|sonnabends sonntag|sonntags",
    ),
    months: placed(
      "januar|jänner februar märz april mai juni juli august september oktober november dezember",
    ),
  },
};
