import type { z } from "zod";
import { SettingsError } from "../../core/errors.ts";
import type { Tool } from "../../core/tool.ts";
import { faqFile, type FaqFile } from "../faq/faq-file.ts";
import { findFlowProblems } from "../flows/check-flows.ts";
import { createFlowBook, type FlowBook } from "../flows/flow-book.ts";
import { flowFile, type Flow } from "../flows/flow-file.ts";
import { phraseFile, type PhraseFile } from "../phrases/phrases.ts";

/** A company's files as they were read, not yet understood; undefined where there is no such file. */
export interface BrainFiles {
  readonly flows?: unknown;
  readonly faq?: unknown;
  readonly templates?: unknown;
}

/** What a company's keyless brain knows. */
export interface BrainConfig {
  readonly book: FlowBook;
  readonly faq: FaqFile | undefined;
  readonly phrases: PhraseFile | undefined;
}

/** What the files may refer to. */
export interface BrainSurroundings {
  readonly slug: string;
  readonly tools: readonly Tool[];
  /** The names of all intents that are understood for this company. */
  readonly intents: readonly string[];
  readonly toolCalling: boolean;
}

/** Reads a company's files. Throws one SettingsError that names every problem with its remedy. */
export function parseBrainFiles(
  files: BrainFiles,
  { slug, tools, intents, toolCalling }: BrainSurroundings,
): BrainConfig {
  const problems: string[] = [];
  const read = <T>(folder: string, schema: z.ZodType<T>, value: unknown): T | undefined => {
    if (value === undefined) return undefined;
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    problems.push(
      ...parsed.error.issues.map((issue) => `config/${folder}/${slug}.yaml: ${toSentence(issue)}`),
    );
    return undefined;
  };
  const flows: readonly Flow[] = read("flows", flowFile, files.flows)?.flows ?? [];
  const faq = read("faq", faqFile, files.faq);
  const phrases = read("templates", phraseFile, files.templates);
  problems.push(
    ...findFlowProblems(flows, tools, intents).map((problem) => `config/flows/${slug}.yaml: ${problem}`),
  );
  if (problems.length > 0) throw new SettingsError(problems.map((problem) => `- ${problem}`).join("\n"));
  const usable = flows.filter(({ steps }) => toolCalling || steps.every(({ call }) => call === undefined));
  return { book: createFlowBook(usable), faq, phrases };
}

function toSentence({ path, message }: z.core.$ZodIssue): string {
  return path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`;
}
