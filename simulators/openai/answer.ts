/** What the model says to one request. An empty answer is a legal one. */
export interface Answer {
  readonly text?: string;
  readonly refusal?: string;
  readonly toolCalls?: readonly ScriptedToolCall[];
  /** Without it: `tool_calls` when there are calls, else `stop`. */
  readonly finishReason?: FinishReason;
  /** Thinking time before the first byte. */
  readonly delayMs?: number;
}

/** A tool call to make. Arguments that are a string are sent as they are, JSON or not; anything else as JSON. */
export interface ScriptedToolCall {
  readonly name: string;
  readonly arguments: unknown;
  readonly id?: string;
}

/** Why the model stopped speaking. */
export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter";

/** A tool call as it goes over the wire. */
export interface WireToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** The answer as it will be sent: pieces to stream, and why it ends. */
export interface PreparedAnswer {
  readonly textTokens: readonly string[];
  readonly refusalTokens: readonly string[];
  readonly toolCalls: readonly { readonly call: WireToolCall; readonly argumentTokens: readonly string[] }[];
  readonly finishReason: FinishReason;
  readonly completionTokens: number;
}

/** The limits a request puts on an answer. */
export interface AnswerLimits {
  readonly maxTokens: number | undefined;
  readonly stop: readonly string[];
}
