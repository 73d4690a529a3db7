import { type ApiCall, sendBody } from "./api-call.ts";
import { badRequest } from "./api-error.ts";
import { embedText } from "./embed-text.ts";
import {
  checkArray,
  checkInteger,
  checkOneOf,
  type JsonObject,
  missing,
  refuseUnknown,
} from "./field-check.ts";
import { findModel, type ModelCard } from "./model-card.ts";
import { checkBody, checkModel } from "./parse-chat-request.ts";
import { countTokens } from "./tokens.ts";

const knownFields = new Set(["input", "model", "dimensions", "encoding_format", "user"]);

/** Answers `POST /v1/embeddings`: the same text always gets the same vector, of length 1. */
export async function answerEmbeddings(call: ApiCall, models: readonly ModelCard[]): Promise<void> {
  const raw = checkBody(call.body);
  const model = checkModel(raw);
  if (raw["input"] === undefined) throw missing("input");
  refuseUnknown(raw, knownFields);
  const card = findModel(models, model, "embedding");
  const dimensions = readDimensions(raw, card);
  const encoding = checkOneOf(raw["encoding_format"] ?? "float", ["float", "base64"], "encoding_format");
  const inputs = readInputs(raw["input"]);
  const tokens = inputs.reduce((sum, input) => sum + checkLength(input, card), 0);
  call.entry.promptTokens = tokens;
  await sendBody(call, {
    object: "list",
    data: inputs.map(({ text }, index) => ({
      object: "embedding",
      index,
      embedding: encode(embedText(text, dimensions), encoding),
    })),
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  });
}

interface Input {
  readonly text: string;
  readonly tokens: number;
}

function readDimensions(raw: JsonObject, card: ModelCard): number {
  const most = card.dimensions ?? 1_536;
  const asked = raw["dimensions"];
  if (asked === undefined || asked === null) return most;
  if (card.id === "text-embedding-ada-002") {
    throw badRequest(null, null, "This model does not support specifying dimensions.");
  }
  const dimensions = checkInteger(asked, "dimensions", { min: 1 });
  if (dimensions <= most) return dimensions;
  throw badRequest(
    null,
    null,
    `Invalid value for 'dimensions' = ${dimensions}. Must be less than or equal to ${most}.`,
  );
}

function readInputs(value: unknown): readonly Input[] {
  if (typeof value === "string") return [readText(value)];
  const items = Array.isArray(value) ? checkArray(value, "input", { max: 2_048 }) : [];
  if (items.length === 0) throw invalidInput();
  if (items.every((item) => typeof item === "number")) return [readTokens(items)];
  return items.map((item) => {
    if (typeof item === "string") return readText(item);
    if (Array.isArray(item) && item.length > 0) return readTokens(item);
    throw invalidInput();
  });
}

function readText(text: string): Input {
  if (text === "") throw invalidInput();
  return { text, tokens: countTokens(text) };
}

function readTokens(tokens: readonly unknown[]): Input {
  if (!tokens.every((token) => Number.isInteger(token))) throw invalidInput();
  return { text: tokens.join(" "), tokens: tokens.length };
}

function invalidInput(): Error {
  return badRequest(
    null,
    null,
    "'$.input' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference.",
  );
}

function checkLength({ tokens }: Input, card: ModelCard): number {
  if (tokens <= card.contextTokens) return tokens;
  throw badRequest(
    null,
    null,
    `This model's maximum context length is ${card.contextTokens} tokens, however you requested ${tokens} tokens (${tokens} in your prompt; 0 for the completion). Please reduce your prompt; or completion length.`,
  );
}

function encode(vector: Float32Array, encoding: "float" | "base64"): readonly number[] | string {
  return encoding === "float" ? [...vector] : Buffer.from(vector.buffer).toString("base64");
}
