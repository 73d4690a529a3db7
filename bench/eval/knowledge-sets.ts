import { readFileSync } from "node:fs";
import { z } from "zod";
import { firstOfEach, intentsOf, readBanking } from "./read-banking.ts";

/** Documents, and questions with the document that answers each. */
export interface KnowledgeSet {
  readonly name: string;
  readonly documents: readonly { readonly id: string; readonly title: string; readonly body: string }[];
  readonly questions: readonly { readonly text: string; readonly document: string }[];
}

const documentLine = z
  .object({
    id: z.coerce.string(),
    title: z.string().optional(),
    question: z.string().optional(),
    text: z.string().optional(),
    body: z.string().optional(),
    answer: z.string().optional(),
    answers: z.array(z.string()).optional(),
  })
  .transform(({ id, title, question, text, body, answer, answers = [] }) => ({
    id,
    title: title ?? question ?? "",
    body: [text, body, answer, ...answers].filter((part) => part !== undefined).join("\n\n"),
  }));
const questionLine = z
  .object({ query: z.string(), doc: z.coerce.string() })
  .transform(({ query, doc }) => ({ text: query, document: doc }));

/**
 * A set in two JSONL files: documents as `{id, title|question, text|body|answer|answers}`, questions as `{query, doc}`.
 */
export function readKnowledgeSet(
  name: string,
  documents: string | URL,
  questions: string | URL,
): KnowledgeSet {
  return {
    name,
    documents: readLines(documents).map((line) => documentLine.parse(line)),
    questions: readLines(questions).map((line) => questionLine.parse(line)),
  };
}

/** BANKING77 as a help centre: a page for each intent, from its name and its first five questions; asked with the test split. */
export function bankingSet(): KnowledgeSet {
  const train = readBanking("train");
  const pages = Map.groupBy(firstOfEach(train, intentsOf(train), 5), ({ intent }) => intent);
  return {
    name: "banking77 as 77 pages",
    documents: [...pages].map(([intent, examples]) => ({
      id: intent,
      title: intent.replaceAll("_", " "),
      body: examples.map(({ text }) => text).join("\n\n"),
    })),
    questions: readBanking("test")
      .filter((_, at) => at % 3 === 0)
      .map(({ text, intent }) => ({ text, document: intent })),
  };
}

function readLines(file: string | URL): unknown[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as unknown);
}
