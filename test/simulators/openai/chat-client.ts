import type OpenAI from "openai";

/** What a client has in hand when a stream ended. */
export interface StreamedAnswer {
  text: string;
  deltas: number;
  toolCalls: { id: string; name: string; arguments: string }[];
  finishReason: string | undefined;
  usage: OpenAI.CompletionUsage | undefined;
}

/** Reads a stream to its end the way the documentation shows. Rejects when the stream breaks. */
export async function readStream(stream: AsyncIterable<OpenAI.ChatCompletionChunk>): Promise<StreamedAnswer> {
  const answer: StreamedAnswer = {
    text: "",
    deltas: 0,
    toolCalls: [],
    finishReason: undefined,
    usage: undefined,
  };
  for await (const chunk of stream) addChunk(answer, chunk);
  return answer;
}

/** Asks one question as a stream with usage. */
export async function askStream(
  client: OpenAI,
  content: string,
  model = "gpt-4o-mini",
): Promise<StreamedAnswer> {
  const stream = await client.chat.completions.create({
    model,
    stream: true,
    stream_options: { include_usage: true },
    messages: [{ role: "user", content }],
  });
  return readStream(stream);
}

/** A tool that tells the time of a zone. */
export const aTimeTool: OpenAI.ChatCompletionTool = {
  type: "function",
  function: {
    name: "get_time",
    description: "Tells the time",
    parameters: { type: "object", properties: { timezone: { type: "string" } } },
  },
};

/** A tool that opens a ticket. */
export const aTicketTool: OpenAI.ChatCompletionTool = {
  type: "function",
  function: {
    name: "create_ticket",
    description: "Opens a ticket",
    parameters: {
      type: "object",
      required: ["subject", "description"],
      properties: {
        subject: { type: "string" },
        description: { type: "string" },
        priority: { type: "string", enum: ["low", "normal", "high", "urgent"] },
        assignee: { type: "string" },
      },
    },
  },
};

function addChunk(answer: StreamedAnswer, chunk: OpenAI.ChatCompletionChunk): void {
  if (chunk.usage) answer.usage = chunk.usage;
  const choice = chunk.choices[0];
  if (choice === undefined) return;
  answer.finishReason = choice.finish_reason ?? answer.finishReason;
  if (choice.delta.content) {
    answer.text += choice.delta.content;
    answer.deltas += 1;
  }
  for (const delta of choice.delta.tool_calls ?? []) {
    const call = (answer.toolCalls[delta.index] ??= { id: "", name: "", arguments: "" });
    call.id ||= delta.id ?? "";
    call.name ||= delta.function?.name ?? "";
    call.arguments += delta.function?.arguments ?? "";
    if (delta.function?.arguments) answer.deltas += 1;
  }
}
