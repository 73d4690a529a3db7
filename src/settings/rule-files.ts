import { z } from "zod";
import { listFiles, readYaml } from "./config-files.ts";

const pattern = z
  .string()
  .min(1)
  .max(500)
  .refine(isPattern, "is not a regular expression: mend it, or write the words as a phrase");

const forbidden = z
  .strictObject({
    /** Words that must not be said, as they stand, in any case. */
    phrase: z.string().min(1).max(200).optional(),
    /** Or a pattern for them. */
    pattern: pattern.optional(),
    /** Told to the model that has to say it differently. */
    reason: z.string().min(1).max(300).optional(),
  })
  .refine((rule) => (rule.phrase === undefined) !== (rule.pattern === undefined), {
    message: "must have a phrase or a pattern, and not both",
  });

const required = z.strictObject({
  when: z.array(z.string("must be words an answer has").min(1)).min(1, "must name at least one word"),
  line: z.string("must be the line to add").min(1).max(500),
});

const ruleFile = z.strictObject({
  /** `enforce` holds back what nothing given says; `observe` only counts it; `off` does not look. */
  check: z.enum(["enforce", "observe", "off"], "must be enforce, observe or off").default("enforce"),
  /** Whether an answer may be given again to others who ask the same. */
  cache: z.boolean("must be true or false").default(true),
  forbidden: z.array(forbidden).default([]),
  /** A line that must stand in an answer that speaks of something. */
  required: z.array(required).default([]),
  /** Sentences that are true: prices, hours, places. Answers may rest on them. */
  facts: z.array(z.string("must be a sentence").min(1).max(2_000)).default([]),
});

/** What one company allows its bot to say, and how answers are held against it; `config/rules/<tenant>.yaml`. */
export type RuleFile = z.output<typeof ruleFile>;

const folderName = "config/rules";

/** A company without a file of its own: answers are checked, and nothing is forbidden. */
export const usualRules: RuleFile = ruleFile.parse({});

/** Reads the rules of all companies, by slug. Adds to `problems` all that is wrong, and files of nobody. */
export function readRuleFiles(
  folder: string,
  slugs: readonly string[],
  problems: string[],
): ReadonlyMap<string, RuleFile> {
  const files = listFiles(folder, folderName, ".yaml").map((name) => ({
    path: `${folderName}/${name}`,
    slug: name.replace(/\.yaml$/, ""),
  }));
  for (const { path, slug } of files.filter((file) => !slugs.includes(file.slug)))
    problems.push(
      `${path}: there is no config/tenants/${slug}.yaml. Name the file after a tenant, or remove it`,
    );
  return new Map(
    files.flatMap(({ path, slug }) => {
      const rules = readYaml(folder, path, ruleFile, problems);
      return rules === undefined ? [] : [[slug, rules] as const];
    }),
  );
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text, "iu");
    return true;
  } catch {
    return false;
  }
}
