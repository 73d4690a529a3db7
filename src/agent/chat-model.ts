import type {
  AIMessage,
  BaseMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
} from "@langchain/core/messages";
import type { ChatOpenAICompletions } from "@langchain/openai";
import { PermanentError, TransientError } from "../core/errors.ts";
import type { ModelSettings } from "./agent-settings.ts";
import { contentFilter, emptyAnswer, toModelError } from "./model-error.ts";
import type { ModelReply } from "./model-reply.ts";
import type { PromptMessage, ToolDefinition } from "./prompt-message.ts";
import { createToolCallParts } from "./tool-call-parts.ts";
import { createWatchdog } from "./watchdog.ts";

/** One question to a model. */
export interface ModelQuestion {
  readonly messages: readonly PromptMessage[];
  readonly tools: readonly ToolDefinition[];
  /** Receives the text so far of this call, each time it grew. Must not throw. */
  readonly onText: (text: string) => void;
  readonly signal: AbortSignal;
}

/** One model behind one endpoint. */
export interface ChatModel {
  readonly name: string;
  /** Loads the client's code, once; asking does it by itself. */
  load(): Promise<void>;
  /** Asks once, without retries. Rejects with TransientError, PermanentError, or the signal's reason. */
  ask(question: ModelQuestion): Promise<ModelReply>;
}

/** Where OpenAI itself answers. */
export const openAiBaseURL = "https://api.openai.com/v1";

/** A chat model through LangChain's client for OpenAI-compatible APIs. */
export function createChatModel(settings: ModelSettings): ChatModel {
  let loading: ReturnType<typeof loadClient> | undefined;
  const client = () => (loading ??= loadClient(settings));
  return {
    name: settings.model,
    load: async () => void (await client()),
    async ask(question) {
      const loaded = await client();
      question.signal.throwIfAborted();
      const watchdog = createWatchdog(question.signal, settings);
      try {
        return await readStream(loaded, question, watchdog);
      } catch (cause) {
        question.signal.throwIfAborted();
        throw toFailure(cause, settings.model, watchdog.cutBy());
      } finally {
        watchdog.end();
      }
    },
  };
}

interface Client {
  readonly model: ChatOpenAICompletions;
  toMessages(messages: readonly PromptMessage[]): BaseMessage[];
}

// Loaded on first use: importing LangChain's client costs some 700 ms and 90 MB.
async function loadClient(settings: ModelSettings): Promise<Client> {
  const [{ ChatOpenAICompletions }, messages] = await Promise.all([
    import("@langchain/openai"),
    import("@langchain/core/messages"),
  ]);
  const model = new ChatOpenAICompletions({
    model: settings.model,
    apiKey: settings.apiKey,
    maxTokens: settings.maxTokens,
    temperature: settings.temperature,
    timeout: settings.timeoutMs,
    maxRetries: 0,
    // The client reads OPENAI_BASE_URL by itself when none is given; settings are read in one place.
    // It also prints what it cannot parse, which is what the customer reads.
    configuration: { baseURL: settings.baseURL ?? openAiBaseURL, logLevel: "off" },
    // LangChain drops a refusal's text; it stands only in the raw piece.
    __includeRawResponse: true,
  });
  return { model, toMessages: (prompt) => prompt.map((message) => toLangChain(message, messages)) };
}

interface MessageKinds {
  readonly SystemMessage: typeof SystemMessage;
  readonly HumanMessage: typeof HumanMessage;
  readonly AIMessage: typeof AIMessage;
  readonly ToolMessage: typeof ToolMessage;
}

function toLangChain(message: PromptMessage, kinds: MessageKinds): BaseMessage {
  switch (message.role) {
    case "system":
      return new kinds.SystemMessage(message.text);
    case "user":
      return new kinds.HumanMessage(message.text);
    case "assistant":
      return new kinds.AIMessage({
        content: message.text,
        tool_calls: (message.toolCalls ?? []).map((call) => ({
          type: "tool_call" as const,
          id: call.id,
          name: call.name,
          args: parseArguments(call.arguments),
        })),
      });
    case "tool":
      return new kinds.ToolMessage({ content: message.text, tool_call_id: message.toolCallId });
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

async function readStream(
  client: Client,
  question: ModelQuestion,
  watchdog: { readonly signal: AbortSignal; beat(): void },
): Promise<ModelReply> {
  const calls = createToolCallParts();
  let text = "";
  let refusal = "";
  let finish: unknown;
  let model = client.model.model;
  let tokens = { inputTokens: 0, outputTokens: 0 };
  // The model's own generator, not `stream()`: callbacks, tracing and events double the CPU of a call.
  const pieces = client.model._streamResponseChunks(client.toMessages(question.messages), {
    signal: watchdog.signal,
    ...(question.tools.length > 0 ? { tools: [...question.tools], tool_choice: "auto" } : {}),
  });
  for await (const piece of pieces) {
    watchdog.beat();
    const { message } = piece;
    if (piece.text !== "") {
      text += piece.text;
      question.onText(text);
    }
    if ("tool_call_chunks" in message && Array.isArray(message.tool_call_chunks)) {
      for (const part of message.tool_call_chunks) calls.add(part);
    }
    refusal += readRefusal(message.additional_kwargs["__raw_response"]);
    finish = piece.generationInfo?.["finish_reason"] ?? finish;
    const answering: unknown = piece.generationInfo?.["model_name"];
    if (typeof answering === "string" && answering !== "") model = answering;
    if ("usage_metadata" in message) tokens = readUsage(message.usage_metadata) ?? tokens;
  }
  watchdog.signal.throwIfAborted();
  return judge({ text: text === "" ? refusal : text, calls: calls.calls(), finish, model, tokens });
}

function readRefusal(raw: unknown): string {
  if (typeof raw !== "object" || raw === null) return "";
  const { choices } = raw as { choices?: readonly { delta?: { refusal?: unknown } }[] };
  const refusal = choices?.[0]?.delta?.refusal;
  return typeof refusal === "string" ? refusal : "";
}

function readUsage(usage: unknown): { inputTokens: number; outputTokens: number } | undefined {
  if (typeof usage !== "object" || usage === null) return undefined;
  const { input_tokens: input, output_tokens: output } = usage as Record<string, unknown>;
  return { inputTokens: Number(input) || 0, outputTokens: Number(output) || 0 };
}

interface Heard {
  readonly text: string;
  readonly calls: ModelReply["toolCalls"];
  readonly finish: unknown;
  readonly model: string;
  readonly tokens: { readonly inputTokens: number; readonly outputTokens: number };
}

function judge({ text, calls, finish, model, tokens }: Heard): ModelReply {
  if (finish === "content_filter") {
    throw new PermanentError(`model ${model}: withheld by the content filter`, { code: contentFilter });
  }
  // A body that ends early without an error, or whose events cannot be read, looks like a short stream.
  if (finish === undefined && (text !== "" || calls.length > 0)) {
    throw new TransientError(`model ${model}: the answer broke off`, { code: "broken_off" });
  }
  if (text.trim() === "" && calls.length === 0) {
    throw new TransientError(`model ${model}: empty answer`, { code: emptyAnswer });
  }
  return { text, toolCalls: calls, cut: finish === "length", model, ...tokens };
}

function toFailure(
  cause: unknown,
  model: string,
  cutBy: string | undefined,
): TransientError | PermanentError {
  if (cause instanceof TransientError || cause instanceof PermanentError) return cause;
  if (cutBy !== undefined) return new TransientError(`model ${model}: ${cutBy}`, { cause, code: "timeout" });
  return toModelError(cause, model);
}
