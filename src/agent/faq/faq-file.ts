import { z } from "zod";
import { isValidResponse } from "../phrases/valid-response.ts";

const answer = z
  .string("must be the answer")
  .trim()
  .refine(isValidResponse, "must be an answer: longer than ten characters, and sure of itself");

const localized = z.strictObject({
  questions: z.array(z.string().trim().min(2)).default([]),
  answer,
});

const entry = z.strictObject({
  /** The ways people ask it; the first one stands where the questions are listed. */
  questions: z.array(z.string().trim().min(2).max(300)).min(1, "must have a question"),
  /** CommonMark. */
  answer,
  source: z
    .strictObject({ title: z.string().min(1), url: z.url("must be an address").optional() })
    .optional(),
  suggestions: z.array(z.string()).max(5).default([]),
  /** The same in other languages, by ISO 639-1 code. */
  languages: z.record(z.string().regex(/^[a-z]{2}$/, "must be a language such as de"), localized).default({}),
});
/** One question with its answer. */
export type FaqEntry = z.output<typeof entry>;

/** `config/faq/<tenant>.yaml`. */
export const faqFile = z.strictObject({
  /** Words that mean the same here: each list's words count as one. */
  synonyms: z.array(z.array(z.string().min(2)).min(2)).default([]),
  faq: z.array(entry).max(1_000),
});
/** A company's questions and answers. */
export type FaqFile = z.output<typeof faqFile>;
