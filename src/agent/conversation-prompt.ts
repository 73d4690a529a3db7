import type { AgentRequest, SpokenMessage } from "../core/agent.ts";
import {
  chooseMessages,
  recallClosest,
  trimToTokens,
  type Closeness,
  type MemorySettings,
} from "./memory.ts";
import type { PromptMessage } from "./prompt-message.ts";
import { findSpeakers, toPromptDone, toPromptMessages } from "./prompt.ts";
import type { SystemPrompts } from "./system-prompt.ts";
import { createSystemPrompts } from "./system-prompt.ts";
import { boundTokens, loadTokenCounter } from "./tokens.ts";

/** The messages of one turn as they are told to a model: system, history, questions, then what was thought since. */
export interface ConversationPrompt {
  messages(): readonly PromptMessage[];
  add(messages: readonly PromptMessage[]): void;
  /** Drops the older half of the history; false when none is left to drop. */
  halveHistory(): boolean;
}

const nothingClose: Closeness = async () => [];

/** Builds the prompt of a turn; the history is cut by the memory's rule and to the token budget, newest first. */
export async function createConversationPrompt(
  request: AgentRequest,
  settings: MemorySettings,
  prompts: Pick<SystemPrompts, "write"> = createSystemPrompts(),
  closeness: Closeness = nothingClose,
): Promise<ConversationPrompt> {
  const system: PromptMessage = { role: "system", text: prompts.write(request) };
  const speakers = findSpeakers([...request.history, ...request.questions]);
  const questions = toPromptMessages(request.questions, speakers);
  let history = toPromptMessages(await chooseHistory(request, settings, closeness), speakers);
  const thought: PromptMessage[] = toPromptDone(request.done ?? []);
  return {
    messages: () => [system, ...history, ...questions, ...thought],
    add: (messages) => void thought.push(...messages),
    halveHistory() {
      if (history.length === 0) return false;
      history = history.slice(Math.ceil(history.length / 2));
      return true;
    },
  };
}

async function chooseHistory(
  { history, questions, unsummarized }: AgentRequest,
  settings: MemorySettings,
  closeness: Closeness,
): Promise<readonly SpokenMessage[]> {
  const newest = chooseMessages(history, settings, unsummarized);
  const older = history.slice(0, history.length - newest.length);
  const asked = questions.map(({ text }) => text).join("\n");
  const kept = [...(await recallClosest(older, asked, settings, closeness)), ...newest];
  const surely = trimToTokens(kept, settings.historyTokens, boundTokens);
  if (surely.length === kept.length) return kept;
  return trimToTokens(kept, settings.historyTokens, await loadTokenCounter());
}
