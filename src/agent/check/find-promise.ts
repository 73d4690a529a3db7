import type { Evidence } from "./evidence.ts";
import { hideQuotedWords } from "./quoted-words.ts";
import { readWords } from "./words.ts";

/** Something a sentence says was done, or is to be had. */
export type Promised = "something done" | "availability";

/**
 * Finds what a sentence promises without evidence: that something was booked, cancelled or sent although no tool did
 * it, or that something is available although nothing given says so. Reads English. What a person said and is quoted
 * from them promises nothing. `before` is the text that the sentence follows.
 */
export function findPromise(sentence: string, evidence: () => Evidence, before = ""): Promised | undefined {
  const text = sentence.replaceAll("’", "'");
  const found = promisesOf(text, evidence);
  if (found === undefined) return undefined;
  const own = hideQuotedWords(text, before, evidence().said.text);
  return own === text ? found : promisesOf(own, evidence);
}

function promisesOf(text: string, evidence: () => Evidence): Promised | undefined {
  if (isNoClaim(text)) return undefined;
  const [ours, theirs] = [doing.exec(text), beingDone.exec(text)];
  if (ours !== null && !isDone(ours, evidence(), evidence().earlier)) return "something done";
  if (theirs !== null && !isDone(theirs, evidence(), evidence().given.text)) return "something done";
  return availability.test(text) && !isAvailable(text, evidence()) ? "availability" : undefined;
}

/** Questions, conditions, offers and what is not known claim nothing. */
function isNoClaim(text: string): boolean {
  return (
    /[?？]["'”»“)*_]*\s*$/u.test(text) ||
    /\b(?:if|whether|once|when|as soon as|unless|would you like|shall i|should i|let me (?:check|see|look)|i(?:'ll| will| can| could) (?:check|look|find)|please (?:check|confirm)|to (?:check|see|confirm))\b/iu.test(
      text,
    ) ||
    /\b(?:don't|do not|can't|cannot|couldn't|could not|unable to|not able to|not sure|no information|isn't known|not know)\b/iu.test(
      text,
    )
  );
}

const verbs = String.raw`(?<verb>book|cancel|refund|reserv|confirm|chang|updat|creat|sen[dt]|schedul|process|issu|upgrad|delet|open|forward|submitt?|reset|charg|register|extend|order|ship|escalat|notif)(?:l?e?d|t|ied|ted)?`;
// `How do I reset it` asks: what stands before the person makes it no past.
const doing = new RegExp(
  String.raw`(?<!\b(?:do|does|did|can|could|should|shall|may|might|must|will|would) )\b(?:i|we)(?:'ve| have| just)? (?:just |now |already |successfully |also )*${verbs}(?<=ed|sent|reset)\b`,
  "iu",
);
const beingDone = new RegExp(
  String.raw`\byour (?:[\p{L}-]+ ){1,3}(?:has been|have been|was|is|are|were) (?:just |now |already |successfully )*${verbs}(?<=ed|sent|reset)\b`,
  "iu",
);

/** A tool has changed something in this turn, or a text speaks of it: what we said before, or what a tool found. */
function isDone(found: RegExpExecArray, { acted, said }: Evidence, known: string): boolean {
  const stem = (found.groups?.["verb"] ?? "").toLowerCase();
  return acted || known.includes(stem) || said.text.includes(`you ${stem}`);
}

const availability =
  /\b(?:(?:is|are|'s|'re) (?:still |currently |now |all |both |fully )*(?:available|in stock|sold out|out of stock|booked out|booked up|fully booked|free(?! (?:for|of|with|to|from))|vacant)|(?:have|has|there (?:is|are|'s)) (?:still |plenty of |lots of |some |many |enough |no |one |two |three |four |five |a few |\d+ )*(?:free |open |available )?(?:seats?|rooms?|tables?|slots?|places?|spaces?|spots?|tickets?|availability|stock)(?: left| free| open| available)?)\b/iu;
const availableWords = [
  "available",
  "availability",
  "stock",
  "seats",
  "seat",
  "free",
  "left",
  "booked",
  "sold",
  "slots",
  "spaces",
  "vacant",
  "open",
  "tables",
  "tickets",
  "rooms",
];

// `free` of charge and `open` at nine say nothing of what is left.
const ambiguous = new Set(["free", "open"]);

/** Something given speaks of availability, and of what the sentence speaks of; the person's own words do not count. */
function isAvailable(sentence: string, { given }: Evidence): boolean {
  const speaks = (word: string): boolean =>
    given.text.includes(`"${word}`) || (!ambiguous.has(word) && given.words.has(word));
  if (!availableWords.some(speaks)) return false;
  const topics = readWords(sentence).filter(
    (word) =>
      !availableWords.includes(word) &&
      !/^(still|currently|now|all|plenty|enough|yes|good|news|great|both|fully|lots|many|out)$/u.test(word),
  );
  return topics.length === 0 || topics.some((word) => given.text.includes(word.replace(/(?:es|s)$/u, "")));
}
