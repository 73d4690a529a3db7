import type {
  AIMessage,
  BaseMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
} from "@langchain/core/messages";
import type { PromptMessage } from "./prompt-message.ts";

/** LangChain's classes of messages. */
export interface MessageKinds {
  readonly SystemMessage: typeof SystemMessage;
  readonly HumanMessage: typeof HumanMessage;
  readonly AIMessage: typeof AIMessage;
  readonly ToolMessage: typeof ToolMessage;
}

/** Loads them; part of loading a client. */
export function loadMessageKinds(): Promise<MessageKinds> {
  return import("@langchain/core/messages");
}

/**
 * A message as LangChain's clients take it. Half of a character, out of a text that was cut or came in so, is U+FFFD:
 * Anthropic refuses a request with one.
 */
export function toLangChain(message: PromptMessage, kinds: MessageKinds): BaseMessage {
  const text = message.text.toWellFormed();
  switch (message.role) {
    case "system":
      return new kinds.SystemMessage(text);
    case "user":
      return new kinds.HumanMessage(text);
    case "assistant":
      return new kinds.AIMessage({
        content: text,
        tool_calls: (message.toolCalls ?? []).map((call) => ({
          type: "tool_call" as const,
          id: call.id,
          name: call.name,
          args: parseArguments(call.arguments),
        })),
      });
    case "tool":
      return new kinds.ToolMessage({ content: text, tool_call_id: message.toolCallId });
    default:
      throw new Error(`unknown message: ${message satisfies never}`);
  }
}

// Broken arguments are told back as none: servers differ in what they take, and the tool's answer names the fault.
function parseArguments(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch {
    return {};
  }
}

/** Anthropic wants a user to speak first and refuses texts without a word; a history cut to its window has both. */
export function toAnthropicOrder(messages: readonly PromptMessage[]): readonly PromptMessage[] {
  const spoken = messages.map((message) =>
    message.text.trim() === "" && !calls(message) ? { ...message, text: "(no text)" } : message,
  );
  const first = spoken.findIndex(({ role }) => role !== "system");
  if (spoken[first]?.role !== "assistant") return spoken;
  return spoken.toSpliced(first, 0, { role: "user", text: "(the conversation began earlier)" });
}

function calls(message: PromptMessage): boolean {
  return message.role === "assistant" && (message.toolCalls ?? []).length > 0;
}
