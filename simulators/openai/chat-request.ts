import type { JsonObject } from "./field-check.ts";

/** A message of the conversation, already checked. Content parts are kept as they came. */
export interface ChatMessage {
  readonly role: "system" | "developer" | "user" | "assistant" | "tool" | "function";
  readonly content?: string | readonly JsonObject[] | null;
  readonly name?: string;
  readonly refusal?: string | null;
  readonly tool_calls?: readonly RequestedToolCall[];
  readonly tool_call_id?: string;
}

/** A tool call an assistant message carries. `arguments` is the model's text, JSON or not. */
export interface RequestedToolCall {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
}

/** A tool the caller offers. */
export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
}

/** The body of a chat completion as the platform accepts it. `raw` is the body itself. */
export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly tools: readonly ToolDefinition[];
  readonly toolChoice: ToolChoice;
  readonly parallelToolCalls: boolean;
  readonly responseFormat: ResponseFormat;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly maxTokens: number | undefined;
  readonly stop: readonly string[];
  readonly n: number;
  readonly serviceTier: string;
  readonly raw: JsonObject;
}

/** Whether the model may, must or must not call a tool, or which one it must. */
export type ToolChoice =
  { readonly kind: "none" | "auto" | "required" } | { readonly kind: "function"; readonly name: string };

/** The shape the answer must have. */
export type ResponseFormat =
  | { readonly kind: "text" | "json_object" }
  | { readonly kind: "json_schema"; readonly name: string; readonly schema: JsonObject };

/** Begins what a caller says after an answer that was cut, to have the rest of it. */
export const goOnMark = "[Your answer was cut off";

/** Begins what a caller says when it did not let a part of an answer through; no person said it. */
export const heldBackMark = "[Part of your answer was held back";

/** The text of a message: its string, or its text parts joined. */
export function toText(message: ChatMessage): string {
  const { content } = message;
  if (typeof content === "string") return content;
  if (content === undefined || content === null) return "";
  return content.map((part) => (typeof part["text"] === "string" ? part["text"] : "")).join("");
}

/** The text of the last user message that has one, of a body that may not be valid; empty when there is none. */
export function peekLastUserText(body: unknown): string {
  const messages = (body as { messages?: unknown } | null)?.messages;
  if (!Array.isArray(messages)) return "";
  const texts = messages.flatMap((message: ChatMessage | null) =>
    message?.role === "user" ? [readContent(message)] : [],
  );
  return texts.findLast((text) => text !== "" && !text.startsWith(goOnMark)) ?? "";
}

function readContent(message: ChatMessage): string {
  if (typeof message.content === "string") return message.content;
  return Array.isArray(message.content) ? toText(message) : "";
}
