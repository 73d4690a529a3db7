import type { Answer } from "./answer.ts";
import {
  type ChatMessage,
  type ChatRequest,
  heldBackMark,
  type ToolDefinition,
  toText,
} from "./chat-request.ts";

/** What a rule may look at to decide its answer. */
export interface Exchange {
  readonly request: ChatRequest;
  readonly model: string;
  /** Texts of the user messages no final answer followed, oldest first. */
  readonly unanswered: readonly string[];
  /** Of these what people said, without the instruction of a caller that did not let an answer through. */
  readonly asked: readonly string[];
  readonly lastUserText: string;
  /** Assistant messages in the request so far. */
  readonly turn: number;
  /** Offered and allowed: empty under `tool_choice: "none"`, one under a demanded function. */
  readonly tools: readonly ToolDefinition[];
  /** What the tools said since the last final answer, oldest first. */
  readonly toolResults: readonly ToolResult[];
  /** Where the caller wants the rest of an answer that was cut: its beginning. */
  readonly continues: string | undefined;
}

/** One tool's result, with the name of the tool that gave it. */
export interface ToolResult {
  readonly id: string;
  readonly name: string;
  readonly content: string;
}

/** Decides an answer, or leaves the request to the next rule by returning undefined. */
export type Rule = (exchange: Exchange) => Answer | string | undefined | Promise<Answer | string | undefined>;

/** Reads a checked request the way a model would: what was asked, and what the tools said since. */
export function toExchange(request: ChatRequest, continues?: string): Exchange {
  const open = request.messages.slice(findLastAnswer(request.messages) + 1);
  const unanswered = open.filter((message) => message.role === "user").map(toText);
  const lastUser = request.messages.findLast((message) => message.role === "user");
  return {
    request,
    model: request.model,
    unanswered,
    asked: unanswered.filter((text) => !text.startsWith(heldBackMark)),
    lastUserText: lastUser === undefined ? "" : toText(lastUser),
    turn: request.messages.filter((message) => message.role === "assistant").length,
    tools: allowTools(request),
    toolResults: readToolResults(open),
    continues,
  };
}

function findLastAnswer(messages: readonly ChatMessage[]): number {
  return messages.findLastIndex(
    (message) => message.role === "assistant" && (message.tool_calls ?? []).length === 0,
  );
}

function allowTools({ tools, toolChoice }: ChatRequest): readonly ToolDefinition[] {
  if (toolChoice.kind === "none") return [];
  return toolChoice.kind === "function" ? tools.filter((tool) => tool.name === toolChoice.name) : tools;
}

function readToolResults(messages: readonly ChatMessage[]): readonly ToolResult[] {
  const names = new Map<string, string>();
  const results: ToolResult[] = [];
  for (const message of messages) {
    for (const call of message.tool_calls ?? []) names.set(call.id, call.function.name);
    if (message.role !== "tool") continue;
    const id = message.tool_call_id ?? "";
    results.push({ id, name: names.get(id) ?? "", content: toText(message) });
  }
  return results;
}
