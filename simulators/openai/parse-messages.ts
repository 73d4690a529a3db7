import { badRequest } from "./api-error.ts";
import type { ChatMessage, RequestedToolCall } from "./chat-request.ts";
import {
  checkArray,
  checkMaxLength,
  checkName,
  checkObject,
  checkOneOf,
  checkString,
  isObject,
  type JsonObject,
  missing,
  refuseUnknown,
  requireField,
  wrongType,
} from "./field-check.ts";

const roles = ["system", "assistant", "user", "function", "tool", "developer"] as const;

const messageFields: Readonly<Record<ChatMessage["role"], ReadonlySet<string>>> = {
  system: new Set(["role", "content", "name"]),
  developer: new Set(["role", "content", "name"]),
  user: new Set(["role", "content", "name"]),
  assistant: new Set([
    "role",
    "content",
    "name",
    "refusal",
    "tool_calls",
    "function_call",
    "audio",
    "annotations",
  ]),
  tool: new Set(["role", "content", "tool_call_id", "name"]),
  function: new Set(["role", "content", "name"]),
};

const partTypes: Readonly<Record<ChatMessage["role"], readonly string[]>> = {
  system: ["text"],
  developer: ["text"],
  user: ["text", "image_url", "input_audio", "file"],
  assistant: ["text", "refusal"],
  tool: ["text"],
  function: ["text"],
};

/**
 * Checks the conversation as the platform does: each message by itself, then that every tool call is
 * followed by its results and every result follows its call. Throws the platform's 400.
 */
export function parseMessages(value: unknown): readonly ChatMessage[] {
  const messages = checkArray(value, "messages", { min: 1, of: "objects" }).map(parseMessage);
  checkToolResults(messages);
  return messages;
}

function parseMessage(value: unknown, index: number): ChatMessage {
  const path = `messages[${index}]`;
  const message = checkObject(value, path);
  const role = checkOneOf(requireField(message, "role", `${path}.role`), roles, `${path}.role`);
  refuseUnknown(message, messageFields[role], path);
  checkContent(message, role, path);
  if (message["name"] !== undefined) checkName(message["name"], `${path}.name`);
  if (role === "assistant") parseToolCalls(message, path);
  if (role === "tool")
    checkString(requireField(message, "tool_call_id", `${path}.tool_call_id`), `${path}.tool_call_id`);
  return message as unknown as ChatMessage;
}

function checkContent(message: JsonObject, role: ChatMessage["role"], path: string): void {
  const content = message["content"];
  if (content === undefined || content === null) return checkContentMayMiss(message, role, path);
  if (typeof content === "string") return;
  if (!Array.isArray(content))
    throw wrongType(`${path}.content`, "one of a string or array of objects", content);
  checkArray(content, `${path}.content`, { min: 1 }).forEach((part, index) => {
    checkPart(part, partTypes[role], `${path}.content[${index}]`);
  });
}

function checkContentMayMiss(message: JsonObject, role: ChatMessage["role"], path: string): void {
  const speaksByOtherMeans = ["tool_calls", "function_call", "refusal", "audio"].some(
    (field) => message[field] !== undefined && message[field] !== null,
  );
  if (role === "assistant" && speaksByOtherMeans) return;
  throw badRequest(
    path.replace("[", ".[").concat(".content"),
    null,
    "Invalid value for 'content': expected a string, got null.",
  );
}

function checkPart(value: unknown, types: readonly string[], path: string): void {
  const part = checkObject(value, path);
  const type = checkOneOf(requireField(part, "type", `${path}.type`), types, `${path}.type`);
  if (type === "text") checkString(requireField(part, "text", `${path}.text`), `${path}.text`);
  if (type === "image_url") {
    const image = checkObject(requireField(part, "image_url", `${path}.image_url`), `${path}.image_url`);
    checkString(requireField(image, "url", `${path}.image_url.url`), `${path}.image_url.url`);
  }
}

function parseToolCalls(message: JsonObject, path: string): void {
  const calls = message["tool_calls"];
  if (calls === undefined || calls === null) return;
  checkArray(calls, `${path}.tool_calls`, { min: 1, of: "objects" }).forEach((call, index) => {
    checkToolCall(call, `${path}.tool_calls[${index}]`);
  });
}

function checkToolCall(value: unknown, path: string): void {
  const call = checkObject(value, path);
  const id = checkString(requireField(call, "id", `${path}.id`), `${path}.id`);
  checkMaxLength(id, `${path}.id`, 40);
  checkOneOf(requireField(call, "type", `${path}.type`), ["function"], `${path}.type`);
  const called = checkObject(requireField(call, "function", `${path}.function`), `${path}.function`);
  checkName(requireField(called, "name", `${path}.function.name`), `${path}.function.name`);
  if (!isObject(called) || called["arguments"] === undefined) throw missing(`${path}.function.arguments`);
  checkString(called["arguments"], `${path}.function.arguments`);
}

function checkToolResults(messages: readonly ChatMessage[]): void {
  let awaited = new Set<string>();
  messages.forEach((message, index) => {
    if (message.role === "tool") {
      if (!awaited.delete(message.tool_call_id ?? "")) throw strayToolResult(message, index, messages);
      return;
    }
    if (awaited.size > 0) throw unansweredToolCalls(awaited, index);
    awaited = new Set((message.tool_calls ?? []).map((call: RequestedToolCall) => call.id));
  });
  if (awaited.size > 0) throw unansweredToolCalls(awaited, messages.length);
}

function strayToolResult(message: ChatMessage, index: number, messages: readonly ChatMessage[]): Error {
  const inToolTurn = messages[index - 1]?.role === "tool" || messages[index - 1]?.tool_calls !== undefined;
  return inToolTurn
    ? badRequest(
        `messages.[${index}].tool_call_id`,
        null,
        `Invalid parameter: 'tool_call_id' of '${message.tool_call_id ?? ""}' not found in 'tool_calls' of previous message.`,
      )
    : badRequest(
        `messages.[${index}].role`,
        null,
        // The platform spells it so.
        "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
      );
}

function unansweredToolCalls(ids: ReadonlySet<string>, index: number): Error {
  return badRequest(
    `messages.[${index}].role`,
    null,
    `An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: ${[...ids].join(", ")}`,
  );
}
