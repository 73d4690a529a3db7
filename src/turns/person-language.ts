import type { AgentAnswer } from "../core/agent.ts";
import { toTextLanguage, type TextLanguage } from "../core/texts/texts.ts";
import type { Claim } from "./claim.ts";
import type { TurnRequest, Workbench } from "./workbench.ts";

/** In which the person of a conversation is told things, as far as that is known without listening. */
export function languageOf({ contact }: Pick<Claim, "contact">): TextLanguage {
  return toTextLanguage(contact.language, contact.locale);
}

/**
 * The language (ISO 639-1) of somebody who has written this: what the words clearly are, then what they were told things
 * in so far, then that of a few words that were understood, then what their platform says.
 */
export async function hearLanguage(
  { contact }: { readonly contact: Pick<Claim["contact"], "language" | "locale"> },
  texts: readonly string[],
  understood?: string,
): Promise<string> {
  // What tells languages apart takes its time to load, and most turns never ask here.
  const { decideLanguage } = await import("../guard/understanding/language.ts");
  const known = contact.language ?? understood;
  return decideLanguage(texts.join("\n"), { known, locale: contact.locale }).language;
}

/** In which whoever asks is told things before there is an answer. */
export async function languageAsked({
  claim,
  questions,
}: Pick<TurnRequest, "claim" | "questions">): Promise<TextLanguage> {
  return toTextLanguage(await hearLanguage(claim, wordsOf(questions)));
}

/** The answer with the language its question was in, where whatever answered did not listen to that. */
export async function withLanguage(
  { claim, questions }: Pick<TurnRequest, "claim" | "questions">,
  answer: AgentAnswer,
): Promise<AgentAnswer> {
  const words = wordsOf(questions);
  if (answer.kind === "failed" || answer.language !== undefined || words.length === 0) return answer;
  return { ...answer, language: await hearLanguage(claim, words) };
}

/** In which an answer's own lines are said: the answer's language, or where there was no answer the question's. */
export async function languageUnder(
  { request }: Pick<Workbench, "request">,
  answer: AgentAnswer,
): Promise<TextLanguage> {
  if (answer.kind === "failed") return languageAsked(request);
  return answer.language === undefined ? languageOf(request.claim) : toTextLanguage(answer.language);
}

/** What was said; a note of Baton's own and a button are in nobody's language. */
function wordsOf(questions: TurnRequest["questions"]): readonly string[] {
  return questions.filter(({ role, text }) => role !== "system" && text !== "").map(({ text }) => text);
}
