import type { Answer } from "./answer.ts";
import { type ChatRequest, goOnMark, toText } from "./chat-request.ts";

/** A request for the rest of an answer: the conversation before it, and what was said of the answer. */
export interface Rest {
  readonly request: ChatRequest;
  readonly said: string;
}

/** Recognizes a request that ends with the beginning of an answer and the wish to have the rest. */
export function toRest(request: ChatRequest): Rest | undefined {
  const [said, wish] = request.messages.slice(-2);
  if (wish?.role !== "user" || said?.role !== "assistant" || !toText(wish).startsWith(goOnMark))
    return undefined;
  return { request: { ...request, messages: request.messages.slice(0, -2) }, said: toText(said) };
}

/** What is left to say of an answer; one that begins otherwise is said as it is, as an inattentive model would. */
export function goOn(answer: Answer, said: string): Answer {
  const { text = "" } = answer;
  return text.startsWith(said) ? { ...answer, text: text.slice(said.length).trimStart() } : answer;
}
