import measureWords from "wink-sentiment";

/** How a message feels: 0 furious, 0.5 neither, 1 delighted; with the words that made it so. */
export interface Sentiment {
  readonly score: number;
  readonly because: readonly string[];
}

const readCharacters = 1_000;
// The tokenizer takes quadratic time over a run without spaces, and no word with a feeling is this long.
const unbroken = /\S{41,}/g;
// A single strong word ("terrible", 3) comes out just below 0.3, a mild one ("sad", 2) just above.
const damping = 25;
const phrasesWeigh = 5;
const shoutFactor = 1.3;

// What people need support for is no feeling about it: "I lost my card, the payment failed" is calm.
const matters = new Set(
  `top charged charge charges please help want withdrawal withdrawals pay paying pays cancel cancelled canceled
  cancelling canceling cancellation wrong work works working worked lost stolen stole steal lose losing problem
  problems issue issues accept accepts accepted accepting no failed fail fails failing failure friend error errors
  free support supported supports unable missing reject rejected rejecting rejects block blocked blocking mistake
  mistakes certain limit limited limits stop stopped stops dispute disputed swift disappeared urgent urgently broken
  broke denied deny stuck trouble forgot forgotten allow allowed reach reaches resolve resolved solve solved clear
  clearly cleared fraud fraudulent suspicious hacked hack misplaced prevent avoid refuse refused debt expired delay
  delayed delays late leave leaves matter important interested approved approve active join shortage crash crashed
  damaged emergency fire sick ill pain injury death died dead kill killed alert warning warn warned penalty illegal
  odd strange confirm like united unsuccessful accidentally accident unsure determined increased natural growth`
    .split(/\s+/)
    .filter((word) => word !== ""),
);

/** What people say when they have had enough, in the languages where a word list has nothing to say as well. */
const escalations = new RegExp(
  [
    "unacceptable",
    "ridiculous",
    "outrageous",
    "fed up",
    "sick (?:and tired )?of",
    "had enough",
    "waste of (?:my )?time",
    "worst (?:service|support|company|experience|app|bot)",
    "(?:speak|talk) (?:to|with) (?:your|a|the) (?:manager|supervisor|boss)",
    "my (?:lawyer|attorney|solicitor) (?:will|is|has)",
    "(?:call|contact|involve|hear from) (?:my|a) (?:lawyer|attorney|solicitor)",
    "legal action",
    "(?:i will|i'll|gonna|going to) (?:sue|report you|complain)",
    "scam(?:mers?|med)?",
    "rip[- ]?off",
    "never again",
    "useless",
    "for the (?:third|fourth|fifth|hundredth|\\d+th) time",
    "how many (?:more )?times",
    "nobody (?:helps|answers|cares|responds)",
    "no ?one (?:helps|answers|cares|responds)",
    "inaceptable",
    "vergüenza",
    "estoy hart[oa]",
    "inacceptable",
    "j'en ai (?:marre|assez)",
    "scandaleux",
    "unverschämt(?:heit)?",
    "inakzeptabel",
    "(?:ich habe|habe ich) (?:die nase voll|genug)",
    "frechheit",
    "inaceitável",
    "inaccettabile",
    "vergogna",
  ].join("|"),
  "giu",
);
const negated = /(?:\bnot|n't|\bnever|\bno|\bisn't|\bwithout|\bkein\w*|\bnicht|\bpas)\s+(?:\S+\s+){0,2}$/iu;
const letters = /\p{Lu}{3,}/gu;

/**
 * Measures one message offline. English by words, with negation ("not happy", "not bad"); every language by
 * phrases of escalation and by emoji. Never throws; reads at most 1 000 characters.
 */
export function measureSentiment(text: string): Sentiment {
  const read = text.slice(0, readCharacters).replaceAll("’", "'").replaceAll(unbroken, " ");
  const words = scoreWords(read);
  const phrases = findEscalations(read);
  const sum = words.reduce((total, { score }) => total + score, 0) - phrases.length * phrasesWeigh;
  const loud = sum < 0 && isShouting(read) ? sum * shoutFactor : sum;
  return {
    score: Math.round((1 + loud / Math.sqrt(loud * loud + damping)) * 50) / 100,
    because: [...words.map(({ value }) => value.toLowerCase()), ...phrases],
  };
}

function scoreWords(text: string): { value: string; score: number }[] {
  return (measureWords(text).tokenizedPhrase ?? []).flatMap(({ value, score }) =>
    score === undefined || score === 0 || matters.has(value.toLowerCase()) ? [] : [{ value, score }],
  );
}

function findEscalations(text: string): string[] {
  const found: string[] = [];
  for (const match of text.matchAll(escalations)) {
    const isInsideWord = /[\p{L}\p{N}]$/u.test(text.slice(0, match.index));
    const before = text.slice(Math.max(0, match.index - 40), match.index);
    if (!isInsideWord && !negated.test(before)) found.push(match[0].toLowerCase());
  }
  return found;
}

function isShouting(text: string): boolean {
  const shouted = text.match(letters)?.join("").length ?? 0;
  return /!{2,}|[?!]{3,}/.test(text) || (shouted > 12 && shouted > text.length / 2);
}
