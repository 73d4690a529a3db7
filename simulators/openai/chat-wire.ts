import type { PreparedAnswer, WireToolCall } from "./answer.ts";
import type { ChatRequest } from "./chat-request.ts";
import { newId } from "./ids.ts";

/** A piece of a stream: its text on the wire, and how many tokens of the answer it carries. */
export interface Frame {
  readonly text: string;
  readonly tokens: number;
}

/** The last frame of every stream that ended well. */
export const doneFrame: Frame = { text: "data: [DONE]\n\n", tokens: 0 };

/** The body of a chat completion that is not streamed. */
export function toCompletion(request: ChatRequest, answer: PreparedAnswer, promptTokens: number): object {
  const choice = {
    message: {
      role: "assistant",
      content: answer.textTokens.length === 0 ? emptyContent(answer) : answer.textTokens.join(""),
      refusal: answer.refusalTokens.length === 0 ? null : answer.refusalTokens.join(""),
      annotations: [],
      ...(answer.toolCalls.length === 0 ? {} : { tool_calls: answer.toolCalls.map(toToolCall) }),
    },
    logprobs: null,
    finish_reason: answer.finishReason,
  };
  return {
    ...toHead(request, "chat.completion"),
    choices: Array.from({ length: request.n }, (_, index) => ({ index, ...choice })),
    usage: toUsage(promptTokens, answer.completionTokens * request.n),
  };
}

/** The frames of a streamed chat completion, in order, `[DONE]` included. */
export function toFrames(
  request: ChatRequest,
  answer: PreparedAnswer,
  promptTokens: number,
): readonly Frame[] {
  const head = JSON.stringify(toHead(request, "chat.completion.chunk")).slice(0, -1);
  const usageOpen = request.includeUsage ? ',"usage":null' : "";
  const frames: Frame[] = [];
  for (let index = 0; index < request.n; index += 1) {
    const before = `data: ${head},"choices":[{"index":${index},"delta":`;
    const push = (delta: string, tokens: 0 | 1, finish = "null"): void => {
      frames.push({
        text: `${before}${delta},"logprobs":null,"finish_reason":${finish}}]${usageOpen}}\n\n`,
        tokens,
      });
    };
    pushAnswer(answer, push);
  }
  if (request.includeUsage)
    frames.push(toUsageFrame(head, promptTokens, answer.completionTokens * request.n));
  frames.push(doneFrame);
  return frames;
}

/** Azure's first piece, which tells what its filter says of the prompt and chooses nothing. */
export function azurePreludeFrame(request: ChatRequest): Frame {
  const safe = { filtered: false, severity: "safe" };
  const results = { hate: safe, self_harm: safe, sexual: safe, violence: safe };
  const chunk = {
    ...toHead(request, "chat.completion.chunk"),
    choices: [],
    prompt_filter_results: [{ prompt_index: 0, content_filter_results: results }],
  };
  return { text: `data: ${JSON.stringify(chunk)}\n\n`, tokens: 0 };
}

/** A well-formed answer that chose nothing: what some gateways send instead of an error. */
export function toEmptyCompletion(request: ChatRequest, promptTokens: number): object {
  return { ...toHead(request, "chat.completion"), choices: [], usage: toUsage(promptTokens, 0) };
}

/** The same as a stream. */
export function toEmptyFrames(request: ChatRequest): readonly Frame[] {
  const chunk = { ...toHead(request, "chat.completion.chunk"), choices: [] };
  return [{ text: `data: ${JSON.stringify(chunk)}\n\n`, tokens: 0 }, doneFrame];
}

function toHead(request: ChatRequest, object: string): object {
  return {
    id: newId("chatcmpl-"),
    object,
    created: Math.floor(Date.now() / 1000),
    model: request.model,
    service_tier: request.serviceTier,
    system_fingerprint: "fp_local",
  };
}

function emptyContent(answer: PreparedAnswer): string | null {
  return answer.toolCalls.length > 0 || answer.refusalTokens.length > 0 ? null : "";
}

function toToolCall({
  call,
  argumentTokens,
}: {
  call: WireToolCall;
  argumentTokens: readonly string[];
}): object {
  return { id: call.id, type: "function", function: { name: call.name, arguments: argumentTokens.join("") } };
}

function toUsage(promptTokens: number, completionTokens: number): object {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

function pushAnswer(
  answer: PreparedAnswer,
  push: (delta: string, tokens: 0 | 1, finish?: string) => void,
): void {
  const onlyCalls = answer.toolCalls.length > 0 && answer.textTokens.length === 0;
  push(`{"role":"assistant","content":${onlyCalls ? "null" : '""'},"refusal":null}`, 0);
  for (const token of answer.textTokens) push(`{"content":${JSON.stringify(token)}}`, 1);
  for (const token of answer.refusalTokens) push(`{"refusal":${JSON.stringify(token)}}`, 1);
  answer.toolCalls.forEach(({ call, argumentTokens }, index) => {
    const opening = { index, id: call.id, type: "function", function: { name: call.name, arguments: "" } };
    push(JSON.stringify({ tool_calls: [opening] }), 0);
    for (const token of argumentTokens) {
      push(`{"tool_calls":[{"index":${index},"function":{"arguments":${JSON.stringify(token)}}}]}`, 1);
    }
  });
  push("{}", 0, JSON.stringify(answer.finishReason));
}

function toUsageFrame(head: string, promptTokens: number, completionTokens: number): Frame {
  const usage = JSON.stringify(toUsage(promptTokens, completionTokens));
  return { text: `data: ${head},"choices":[],"usage":${usage}}\n\n`, tokens: 0 };
}
