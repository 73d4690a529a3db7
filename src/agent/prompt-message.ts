import type { ModelToolCall } from "./model-reply.ts";

/** One message told to a model, in no vendor's words. */
export type PromptMessage =
  | { readonly role: "system" | "user"; readonly text: string }
  | { readonly role: "assistant"; readonly text: string; readonly toolCalls?: readonly ModelToolCall[] }
  | { readonly role: "tool"; readonly text: string; readonly toolCallId: string };

/** A function told to a model, in the shape OpenAI-compatible APIs take. */
export interface ToolDefinition {
  readonly type: "function";
  readonly function: {
    readonly name: string;
    readonly description: string;
    readonly parameters: Record<string, unknown>;
  };
}
