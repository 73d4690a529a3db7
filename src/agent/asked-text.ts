import type { AgentRequest } from "../core/agent.ts";

/** What a turn answers, as one text. */
export function askedText({ questions }: Pick<AgentRequest, "questions">): string {
  return questions.map(({ text }) => text).join("\n");
}
