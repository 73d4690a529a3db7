import type { FinishReason, PreparedAnswer } from "./answer.ts";
import type { ChatRequest } from "./chat-request.ts";
import type { Frame } from "./chat-wire.ts";
import { newId } from "./ids.ts";

const stopReasons: Readonly<Record<FinishReason, string>> = {
  stop: "end_turn",
  length: "max_tokens",
  tool_calls: "tool_use",
  content_filter: "refusal",
};

/** A message of Anthropic's API that is not streamed. */
export function toAnthropicMessage(
  request: ChatRequest,
  answer: PreparedAnswer,
  promptTokens: number,
): object {
  const text = [...answer.textTokens, ...answer.refusalTokens].join("");
  return {
    ...toHead(request),
    content: [
      ...(text === "" ? [] : [{ type: "text", text }]),
      ...answer.toolCalls.map(({ call }) => ({
        type: "tool_use",
        id: toToolUseId(call.id),
        name: call.name,
        input: parseInput(call.arguments),
      })),
    ],
    stop_reason: stopReasons[answer.finishReason],
    stop_sequence: null,
    usage: toUsage(promptTokens, answer.completionTokens),
  };
}

/** The events of a streamed message, in order. */
export function toAnthropicFrames(
  request: ChatRequest,
  answer: PreparedAnswer,
  promptTokens: number,
): readonly Frame[] {
  const message = { ...toHead(request), content: [], stop_reason: null, stop_sequence: null };
  const frames: Frame[] = [
    toFrame({ type: "message_start", message: { ...message, usage: toUsage(promptTokens, 1) } }),
  ];
  let index = 0;
  const pushBlock = (block: object, deltas: readonly object[]): void => {
    frames.push(toFrame({ type: "content_block_start", index, content_block: block }));
    if (index === 0) frames.push(toFrame({ type: "ping" }));
    for (const delta of deltas) frames.push(toFrame({ type: "content_block_delta", index, delta }, 1));
    frames.push(toFrame({ type: "content_block_stop", index }));
    index += 1;
  };
  const texts = [...answer.textTokens, ...answer.refusalTokens];
  if (texts.length > 0) {
    pushBlock(
      { type: "text", text: "" },
      texts.map((text) => ({ type: "text_delta", text })),
    );
  }
  for (const { call, argumentTokens } of answer.toolCalls) {
    pushBlock(
      { type: "tool_use", id: toToolUseId(call.id), name: call.name, input: {} },
      argumentTokens.map((text) => ({ type: "input_json_delta", partial_json: text })),
    );
  }
  frames.push(
    toFrame({
      type: "message_delta",
      delta: { stop_reason: stopReasons[answer.finishReason], stop_sequence: null },
      usage: { output_tokens: answer.completionTokens },
    }),
    toFrame({ type: "message_stop" }),
  );
  return frames;
}

/** One server-sent event, named as its type. */
export function toFrame(
  event: { readonly type: string; readonly [field: string]: unknown },
  tokens = 0,
): Frame {
  return { text: `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`, tokens };
}

function toHead({ model }: ChatRequest): object {
  return { id: newId("msg_"), type: "message", role: "assistant", model };
}

function toToolUseId(id: string): string {
  return id.replace(/^call_/, "toolu_");
}

function toUsage(input: number, output: number): object {
  return {
    input_tokens: input,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: output,
    service_tier: "standard",
  };
}

function parseInput(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
