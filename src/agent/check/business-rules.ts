/** Rules as a company wrote them down. */
export interface RuleTexts {
  /** Each with a phrase, said as it stands in any case, or a pattern; `reason` is told to the model. */
  readonly forbidden: readonly {
    readonly phrase?: string | undefined;
    readonly pattern?: string | undefined;
    readonly reason?: string | undefined;
  }[];
  /** A line that must stand in an answer that speaks of something. */
  readonly required: readonly { readonly when: readonly string[]; readonly line: string }[];
  readonly facts: readonly string[];
}

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

/** Rules ready for many answers. Throws a SyntaxError for a pattern that is none: whoever reads them looks first. */
export function createBusinessRules({ forbidden, required, facts }: RuleTexts): BusinessRules {
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
    .map((word) => word.replaceAll(/[$()*+.?[\\\]^{|}/]/gu, String.raw`\$&`));
  return String.raw`(?<![\p{L}\p{N}])${words.join(String.raw`\s+`)}(?![\p{L}\p{N}])`;
}
