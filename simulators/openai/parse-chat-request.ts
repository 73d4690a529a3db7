import { badRequest, contextLengthExceeded } from "./api-error.ts";
import type { ChatMessage, ChatRequest, ToolChoice, ToolDefinition } from "./chat-request.ts";
import { toText } from "./chat-request.ts";
import {
  checkArray,
  checkBoolean,
  checkInteger,
  checkNumber,
  checkObject,
  checkOneOf,
  checkString,
  isObject,
  type JsonObject,
  missing,
  refuseUnknown,
} from "./field-check.ts";
import { findModel, type ModelCard } from "./model-card.ts";
import { parseMessages } from "./parse-messages.ts";
import { parseResponseFormat } from "./parse-response-format.ts";
import { parseToolChoice, parseTools } from "./parse-tools.ts";
import { countTokens } from "./tokens.ts";

const knownFields = new Set(
  `messages model audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens
  max_tokens metadata modalities moderation n parallel_tool_calls prediction presence_penalty prompt_cache_key
  prompt_cache_options prompt_cache_retention reasoning_effort response_format safety_identifier seed service_tier
  stop store stream stream_options temperature tool_choice tools top_logprobs top_p user verbosity
  web_search_options`.split(/\s+/),
);

/**
 * Checks a chat completion's body in the platform's order (model, messages there, unknown fields, types,
 * bounds, conversation) and gives it back typed. Throws the platform's 400 or 404.
 */
export function parseChatRequest(body: unknown, models: readonly ModelCard[]): ChatRequest {
  const raw = checkBody(body);
  const model = checkModel(raw);
  if (raw["messages"] === undefined) throw missing("messages");
  refuseUnknown(raw, knownFields);
  const card = findModel(models, model, "chat");
  checkNumbers(raw);
  checkModelFeatures(raw, card);
  const messages = parseMessages(raw["messages"]);
  const tools = parseTools(raw["tools"]);
  const responseFormat = parseResponseFormat(raw["response_format"], messages);
  return { ...readOptions(raw, tools), model, messages, tools, responseFormat, raw };
}

/** Tokens of the prompt, messages and tool definitions together; four characters a token. */
export function countPromptTokens(request: ChatRequest): number {
  const perMessage = request.messages.map(
    (message) => 4 + countTokens(toText(message)) + countCalls(message),
  );
  const tools = request.tools.length === 0 ? 0 : countTokens(JSON.stringify(request.tools));
  return 3 + tools + perMessage.reduce((sum, tokens) => sum + tokens, 0);
}

/** Throws the platform's `context_length_exceeded` when the prompt is longer than the model can read. */
export function checkContextLength(promptTokens: number, card: ModelCard): void {
  if (promptTokens > card.contextTokens) throw contextLengthExceeded(card.contextTokens, promptTokens);
}

/** The body as an object, or the platform's 400 for one that cannot be read as JSON. */
export function checkBody(body: unknown): JsonObject {
  if (isObject(body)) return body;
  throw badRequest(
    null,
    null,
    "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON. If you have trouble figuring out how to fix this, please contact us through our help center at help.openai.com.)",
  );
}

/** The model's name, or the platform's 400 that asks for one. */
export function checkModel(raw: JsonObject): string {
  const model = raw["model"];
  if (model === undefined || model === null || model === "") {
    throw badRequest(null, null, "you must provide a model parameter");
  }
  return checkString(model, "model");
}

function checkNumbers(raw: JsonObject): void {
  const decimals: readonly (readonly [string, number, number])[] = [
    ["frequency_penalty", -2, 2],
    ["presence_penalty", -2, 2],
    ["temperature", 0, 2],
    ["top_p", 0, 1],
  ];
  for (const [field, min, max] of decimals) {
    if (isGiven(raw[field])) checkNumber(raw[field], field, { min, max });
  }
  const integers: readonly (readonly [string, { min?: number; max?: number }])[] = [
    ["n", { min: 1, max: 8 }],
    ["max_completion_tokens", { min: 1 }],
    ["max_tokens", { min: 1 }],
    ["top_logprobs", { min: 0, max: 20 }],
    ["seed", {}],
  ];
  for (const [field, bounds] of integers) {
    if (isGiven(raw[field])) checkInteger(raw[field], field, bounds);
  }
  for (const field of ["logprobs", "store", "stream", "parallel_tool_calls"]) {
    if (isGiven(raw[field])) checkBoolean(raw[field], field);
  }
}

function checkModelFeatures(raw: JsonObject, card: ModelCard): void {
  if (isGiven(raw["max_tokens"]) && isGiven(raw["max_completion_tokens"])) {
    throw badRequest(
      null,
      "invalid_parameter_combination",
      "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.",
    );
  }
  if (card.reasoning !== true) return;
  if (isGiven(raw["max_tokens"])) {
    throw badRequest(
      "max_tokens",
      "unsupported_parameter",
      "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    );
  }
  if (isGiven(raw["temperature"]) && raw["temperature"] !== 1) {
    throw badRequest(
      "temperature",
      "unsupported_value",
      `Unsupported value: 'temperature' does not support ${String(raw["temperature"])} with this model. Only the default (1) value is supported.`,
    );
  }
  if (isGiven(raw["stop"])) {
    throw badRequest(
      "stop",
      "unsupported_parameter",
      "Unsupported parameter: 'stop' is not supported with this model.",
    );
  }
}

type Options = Omit<ChatRequest, "model" | "messages" | "tools" | "responseFormat" | "raw">;

function readOptions(raw: JsonObject, tools: readonly ToolDefinition[]): Options {
  const stream = raw["stream"] === true;
  const toolChoice: ToolChoice = parseToolChoice(raw["tool_choice"], tools);
  if (isGiven(raw["parallel_tool_calls"]) && tools.length === 0) {
    throw badRequest(
      "parallel_tool_calls",
      null,
      "Invalid value for 'parallel_tool_calls': 'parallel_tool_calls' is only allowed when 'tools' are specified.",
    );
  }
  const limit = raw["max_completion_tokens"] ?? raw["max_tokens"];
  return {
    toolChoice,
    parallelToolCalls: raw["parallel_tool_calls"] !== false,
    stream,
    includeUsage: readIncludeUsage(raw["stream_options"], stream),
    maxTokens: typeof limit === "number" ? limit : undefined,
    stop: readStop(raw["stop"]),
    n: typeof raw["n"] === "number" ? raw["n"] : 1,
    serviceTier: readServiceTier(raw["service_tier"]),
  };
}

function readIncludeUsage(value: unknown, stream: boolean): boolean {
  if (!isGiven(value)) return false;
  const options = checkObject(value, "stream_options");
  if (!stream) {
    throw badRequest(
      "stream_options",
      null,
      "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
    );
  }
  refuseUnknown(options, new Set(["include_usage", "include_obfuscation"]), "stream_options");
  const include = options["include_usage"];
  return isGiven(include) ? checkBoolean(include, "stream_options.include_usage") : false;
}

function readStop(value: unknown): readonly string[] {
  if (!isGiven(value)) return [];
  if (typeof value === "string") return [value];
  return checkArray(value, "stop", { max: 4 }).map((item, index) => checkString(item, `stop[${index}]`));
}

function readServiceTier(value: unknown): string {
  if (!isGiven(value)) return "default";
  const tier = checkOneOf(value, ["auto", "default", "fast", "flex", "priority"], "service_tier");
  return tier === "auto" ? "default" : tier;
}

function countCalls(message: ChatMessage): number {
  if (!message.tool_calls) return 0;
  return message.tool_calls.reduce(
    (sum, call) => sum + 3 + countTokens(call.function.name) + countTokens(call.function.arguments),
    0,
  );
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
