import type { AgentRequest, SpokenMessage } from "../core/agent.ts";
import { chooseMessages, trimToTokens, type MemorySettings } from "./memory.ts";
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

/** Builds the prompt of a turn; the history is cut by the memory's rule and to the token budget, newest first. */
export async function createConversationPrompt(
  request: AgentRequest,
  settings: MemorySettings,
  prompts: Pick<SystemPrompts, "write"> = createSystemPrompts(),
): Promise<ConversationPrompt> {
  const system: PromptMessage = { role: "system", text: prompts.write(request) };
  const speakers = findSpeakers([...request.history, ...request.questions]);
  const questions = toPromptMessages(request.questions, speakers);
  let history = toPromptMessages(await chooseHistory(request, settings), speakers);
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
  { history, unsummarized }: AgentRequest,
  settings: MemorySettings,
): Promise<readonly SpokenMessage[]> {
  const kept = chooseMessages(history, settings, unsummarized);
  const surely = trimToTokens(kept, settings.historyTokens, boundTokens);
  if (surely.length === kept.length) return kept;
  return trimToTokens(kept, settings.historyTokens, await loadTokenCounter());
}
