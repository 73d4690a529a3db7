import { z } from "zod";
import { SettingsError } from "../../core/errors.ts";

const pattern = z.string().min(1).max(500).refine(isPattern, "is not a regular expression");
const rule = z.strictObject({
  /** Words that must not be said, as they stand, in any case. */
  phrase: z.string().min(1).max(200).optional(),
  /** Or a pattern for them. */
  pattern: pattern.optional(),
  /** Told to the model that has to say it differently. */
  reason: z.string().min(1).max(300).optional(),
});

const rulesFile = z.strictObject({
  forbidden: z
    .array(
      rule.refine(({ phrase, pattern: shape }) => (phrase === undefined) !== (shape === undefined), {
        message: "must have a phrase or a pattern, and not both",
      }),
    )
    .default([]),
  /** A line that must stand in an answer that speaks of something. */
  required: z
    .array(z.strictObject({ when: z.array(z.string().min(1)).min(1), line: z.string().min(1).max(500) }))
    .default([]),
  /** Sentences that are true: prices, hours, places. Answers may rest on them. */
  facts: z.array(z.string().min(1).max(2_000)).default([]),
});

/** What one company allows its bot to say. */
export interface BusinessRules {
  readonly facts: readonly string[];
  /** Why a sentence must not be said, or undefined. */
  findForbidden(sentence: string): string | undefined;
  /** The required lines that a whole answer lacks, in the order of the file. */
  missingLines(answer: string): readonly string[];
}

/** No rules at all. */
export const noRules: BusinessRules = { facts: [], findForbidden: () => undefined, missingLines: () => [] };

/** Reads a company's rules as parsed from YAML. Throws SettingsError that names every problem and where it stands. */
export function parseBusinessRules(value: unknown, name: string): BusinessRules {
  const parsed = rulesFile.safeParse(value ?? {});
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `- ${name}: ${path.join(".")} ${message}`,
    );
    throw new SettingsError(`The business rules need attention:\n${problems.join("\n")}`);
  }
  const { forbidden, required, facts } = parsed.data;
  const matchers = forbidden.map(({ phrase, pattern: shape, reason }) => ({
    matches: new RegExp(shape ?? phraseToPattern(phrase ?? ""), "iu"),
    reason: reason ?? `the company does not say ${phrase === undefined ? "that" : `"${phrase}"`}`,
  }));
  const lines = required.map(({ when, line }) => ({ when: when.map((words) => toSearch(words)), line }));
  return {
    facts,
    findForbidden: (sentence) => matchers.find(({ matches }) => matches.test(sentence))?.reason,
    missingLines: (answer) =>
      lines
        .filter(({ when, line }) => when.some((each) => each.test(answer)) && !answer.includes(line))
        .map(({ line }) => line),
  };
}

function toSearch(words: string): RegExp {
  return new RegExp(phraseToPattern(words), "iu");
}

/** Whole words, whatever space stands between them. */
function phraseToPattern(phrase: string): string {
  const words = phrase
    .trim()
    .split(/\s+/u)
    .map((word) => word.replaceAll(/[$()*+.?[\\\]^{|}/-]/gu, String.raw`\$&`));
  return String.raw`(?<![\p{L}\p{N}])${words.join(String.raw`\s+`)}(?![\p{L}\p{N}])`;
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text, "iu");
    return true;
  } catch {
    return false;
  }
}
