/** What must never be said, whoever asks. */
export interface Guarded {
  /** A word that stands in the system prompt for no other purpose than to be recognised. */
  readonly canary?: string | undefined;
  /** Texts that are instructions and not facts: the rules of the system prompt. */
  readonly instructions: readonly string[];
}

/** What a sentence gives away. */
export type Leak = "the prompt's mark" | "the prompt's rules" | "a secret" | "a card number";

/** Guarded texts, prepared for many sentences. */
export interface LeakFinder {
  /** `before` is what was said before the sentence in the same answer: a mark may be spread over both. */
  find(sentence: string, before: string): Leak | undefined;
}

const shingleWords = 8;

export function createLeakFinder({ canary, instructions }: Guarded): LeakFinder {
  const mark = canary === undefined ? undefined : squeeze(canary);
  const marks = mark === undefined || mark === "" ? [] : [mark, [...mark].toReversed().join("")];
  const known = new Set(instructions.flatMap((text) => shingles(text)));
  return {
    find(sentence, before) {
      const longest = (mark?.length ?? 0) * 4;
      const around = squeeze(`${longest > 0 ? before.slice(-longest) : ""}${sentence}`);
      if (marks.some((each) => around.includes(each))) return "the prompt's mark";
      if (secrets.some((shape) => shape.test(sentence))) return "a secret";
      if (hasCardNumber(sentence)) return "a card number";
      if (known.size === 0) return undefined;
      const tail = words(before)
        .slice(1 - shingleWords)
        .join(" ");
      return shingles(`${tail} ${sentence}`).some((each) => known.has(each))
        ? "the prompt's rules"
        : undefined;
    },
  };
}

/** Letters and digits alone, so that dashes, spaces and look-alike dressing hide nothing. */
function squeeze(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, "");
}

function words(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function shingles(text: string): string[] {
  const all = words(text);
  const found: string[] = [];
  for (let at = 0; at + shingleWords <= all.length; at += 1)
    found.push(all.slice(at, at + shingleWords).join(" "));
  return found;
}

const secrets: readonly RegExp[] = [
  /\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{16,}/u,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/u,
  /\bgh[pousr]_[A-Za-z0-9]{20,}/u,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/u,
  /\bAIza[A-Za-z0-9_-]{30,}/u,
  /-----BEGIN [A-Z ]*PRIVATE KEY/u,
  /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{5,}/u,
  /\b(?:postgres(?:ql)?|mysql|mongodb(?:\+srv)?|rediss?|amqps?):\/\/[^\s:@/]+:[^\s@/]+@/iu,
  /\bBearer [A-Za-z0-9._-]{20,}/u,
];

function hasCardNumber(text: string): boolean {
  const runs = text.match(/(?<![\d-])\d(?:[ -]?\d){12,18}(?![\d-])/gu) ?? [];
  return runs.some((run) => isCardNumber(run.replaceAll(/\D/gu, "")));
}

/** The check digit of payment cards. */
function isCardNumber(digits: string): boolean {
  let sum = 0;
  for (const [at, digit] of [...digits].toReversed().entries()) {
    const doubled = at % 2 === 0 ? Number(digit) : Number(digit) * 2;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0 && !/^(\d)\1*$/u.test(digits);
}
