import type { ChatGenerationChunk } from "@langchain/core/outputs";
import type { ChatOpenAICompletions } from "@langchain/openai";
import type { ModelSettings } from "./agent-settings.ts";
import { callForEvents, type CallAddress } from "./call-for-events.ts";
import { fixesTemperature, openAiBaseURL } from "./model-endpoint.ts";
import { loadMessageKinds, toAnthropicOrder, toLangChain } from "./model-messages.ts";
import type { PromptMessage, ToolDefinition } from "./prompt-message.ts";
import type { ToolCallPart } from "./tool-call-parts.ts";

/** What was heard of one streamed call so far, in no vendor's words. */
export interface Heard {
  text: string;
  refusal: string;
  /** `stop`, `length`, `content_filter`, or the vendor's own word; undefined until the vendor says that it is done. */
  finish: string | undefined;
  model: string;
  inputTokens: number;
  outputTokens: number;
  readonly calls: { add(part: ToolCallPart): void };
}

/** What to ask. */
export interface ClientQuestion {
  readonly messages: readonly PromptMessage[];
  readonly tools: readonly ToolDefinition[];
}

/** A vendor's client, loaded. */
export interface ModelClient {
  /** One streamed call, without retries. Throws what the vendor's client throws. */
  pieces(question: ClientQuestion, signal: AbortSignal): AsyncIterable<ChatGenerationChunk>;
  /** Adds what one piece says. */
  hear(piece: ChatGenerationChunk, heard: Heard): void;
}

/** Loads a provider's client. On first use only: importing one costs some 700 ms and 90 MB. */
export function loadModelClient(settings: ModelSettings): Promise<ModelClient> {
  switch (settings.provider) {
    case "openai":
    case "azure":
      return loadOpenAi(settings);
    case "anthropic":
      return loadAnthropic(settings);
    default:
      throw new Error(`unknown provider: ${settings.provider satisfies never}`);
  }
}

async function loadOpenAi(settings: ModelSettings): Promise<ModelClient> {
  const [{ ChatOpenAICompletions, AzureChatOpenAICompletions }, kinds] = await Promise.all([
    import("@langchain/openai"),
    loadMessageKinds(),
  ]);
  const fields = {
    model: settings.model,
    apiKey: settings.apiKey,
    maxTokens: settings.maxTokens,
    timeout: settings.timeoutMs,
    maxRetries: 0,
    // LangChain drops a refusal's text; it stands only in the raw piece.
    __includeRawResponse: true,
    ...(fixesTemperature(settings.model) ? {} : { temperature: settings.temperature }),
  };
  // The clients read addresses from the environment by themselves when none is given; settings are read in one
  // place. They also print what they cannot parse, which is what the customer reads.
  const model =
    settings.provider === "azure" && settings.apiVersion !== undefined
      ? new AzureChatOpenAICompletions({
          ...fields,
          azureOpenAIApiKey: settings.apiKey,
          azureOpenAIApiVersion: settings.apiVersion,
          azureOpenAIApiDeploymentName: settings.model,
          azureOpenAIBasePath: `${withoutSlash(settings.baseURL ?? "")}/openai/deployments`,
          configuration: { logLevel: "off" },
        })
      : callDirectly(
          new ChatOpenAICompletions({
            ...fields,
            configuration: { baseURL: toOpenAiURL(settings), logLevel: "off" },
          }),
        );
  return {
    // The model's own generator, not `stream()`: callbacks, tracing and events double the CPU of a call.
    pieces: ({ messages, tools }, signal) =>
      model._streamResponseChunks(
        messages.map((message) => toLangChain(message, kinds)),
        { signal, ...(tools.length > 0 ? { tools: [...tools], tool_choice: "auto" } : {}) },
      ),
    hear: hearOpenAi,
  };
}

/**
 * Lets a model's streamed calls go out without the vendor's client, which costs more than everything else of a call:
 * LangChain still writes the request and reads the pieces. Address and headers are the client's own.
 */
function callDirectly(model: ChatOpenAICompletions): ChatOpenAICompletions {
  const throughClient = model.completionWithRetry.bind(model);
  let asking: Promise<CallAddress> | undefined;
  const call = async (...[request, options]: Parameters<typeof throughClient>) => {
    const address = await (asking ??= readAddress(model));
    const signal = options?.signal ?? new AbortController().signal;
    return (await callForEvents(address, JSON.stringify(request), signal)) ?? throughClient(request, options);
  };
  model.completionWithRetry = call as typeof model.completionWithRetry;
  return model;
}

async function readAddress(model: ChatOpenAICompletions): Promise<CallAddress> {
  model._getClientOptions({});
  const { url, req } = await model.client.buildRequest({
    method: "post",
    path: "/chat/completions",
    body: {},
  });
  return { url, headers: Object.fromEntries(req.headers) };
}

/** Azure speaks OpenAI's own protocol under /openai/v1, where the model is the deployment's name. */
function toOpenAiURL({ provider, baseURL = openAiBaseURL }: ModelSettings): string {
  return provider === "azure" ? `${withoutSlash(baseURL)}/openai/v1` : baseURL;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}

function hearOpenAi(piece: ChatGenerationChunk, heard: Heard): void {
  const { message } = piece;
  heard.text += piece.text;
  heard.refusal += readRefusal(message.additional_kwargs["__raw_response"]);
  hearCallsAndUsage(message, heard);
  const finish: unknown = piece.generationInfo?.["finish_reason"];
  if (typeof finish === "string") heard.finish = finish;
  const answering: unknown = piece.generationInfo?.["model_name"];
  if (typeof answering === "string" && answering !== "") heard.model = answering;
}

function readRefusal(raw: unknown): string {
  if (typeof raw !== "object" || raw === null) return "";
  const { choices } = raw as { choices?: readonly { delta?: { refusal?: unknown } }[] };
  const refusal = choices?.[0]?.delta?.refusal;
  return typeof refusal === "string" ? refusal : "";
}

// Anthropic takes temperatures up to 1.
const hottestAnthropic = 1;

async function loadAnthropic(settings: ModelSettings): Promise<ModelClient> {
  const [{ ChatAnthropic }, kinds] = await Promise.all([import("@langchain/anthropic"), loadMessageKinds()]);
  const model = new ChatAnthropic({
    model: settings.model,
    apiKey: settings.apiKey,
    anthropicApiUrl: settings.baseURL ?? "https://api.anthropic.com",
    maxTokens: settings.maxTokens,
    maxRetries: 0,
    clientOptions: { timeout: settings.timeoutMs, logLevel: "off" },
    ...(fixesTemperature(settings.model)
      ? {}
      : { temperature: Math.min(settings.temperature, hottestAnthropic) }),
  });
  return {
    pieces: ({ messages, tools }, signal) =>
      model._streamResponseChunks(
        toAnthropicOrder(messages).map((message) => toLangChain(message, kinds)),
        { signal, ...(tools.length > 0 ? { tools: [...tools], tool_choice: "auto" } : {}) },
      ),
    hear: hearAnthropic,
  };
}

const anthropicFinish: Readonly<Record<string, string>> = {
  end_turn: "stop",
  tool_use: "tool_calls",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  refusal: "content_filter",
};

function hearAnthropic({ message }: ChatGenerationChunk, heard: Heard): void {
  // With tools the content comes in blocks, and LangChain's own text of such a piece is a tool's arguments.
  if (typeof message.content === "string") heard.text += message.content;
  else
    for (const block of message.content) if (block.type === "text") heard.text += String(block["text"] ?? "");
  hearCallsAndUsage(message, heard);
  const { stop_reason: finish, model } = message.additional_kwargs as Record<string, unknown>;
  if (typeof finish === "string") heard.finish = anthropicFinish[finish] ?? finish;
  if (typeof model === "string") heard.model = model;
}

/** Usage comes once at OpenAI and in two halves at Anthropic; each number only grows. */
function hearCallsAndUsage(message: ChatGenerationChunk["message"], heard: Heard): void {
  if ("tool_call_chunks" in message && Array.isArray(message.tool_call_chunks)) {
    for (const part of message.tool_call_chunks) heard.calls.add(part as ToolCallPart);
  }
  if (!("usage_metadata" in message)) return;
  const usage = message.usage_metadata;
  if (typeof usage !== "object" || usage === null) return;
  const { input_tokens: input, output_tokens: output } = usage as Record<string, unknown>;
  heard.inputTokens = Math.max(heard.inputTokens, Number(input) || 0);
  heard.outputTokens = Math.max(heard.outputTokens, Number(output) || 0);
}
