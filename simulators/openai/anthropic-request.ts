import { ApiError } from "./api-error.ts";
import { isObject, type JsonObject } from "./field-check.ts";

/**
 * Checks a body of Anthropic's Messages API where it differs from OpenAI's and gives it back in OpenAI's words, for
 * the one brain behind both. Throws the platform's 400.
 */
export function fromAnthropic(body: unknown): JsonObject {
  if (!isObject(body)) throw refuse("The request body is not valid JSON");
  if (typeof body["max_tokens"] !== "number") throw refuse("max_tokens: Field required");
  if (typeof body["temperature"] === "number" && body["temperature"] > 1) {
    throw refuse("temperature: range: 0..1");
  }
  const { system, tools, tool_choice: choice, stop_sequences: stop } = body;
  return {
    model: body["model"],
    max_tokens: body["max_tokens"],
    messages: [...toSystem(system), ...toMessages(body["messages"])],
    ...(body["stream"] === true ? { stream: true } : {}),
    ...(body["temperature"] === undefined ? {} : { temperature: body["temperature"] }),
    ...(Array.isArray(stop) && stop.length > 0 ? { stop } : {}),
    ...(Array.isArray(tools) && tools.length > 0 ? { tools: tools.map(toTool) } : {}),
    ...(isObject(choice) ? { tool_choice: toToolChoice(choice) } : {}),
  };
}

function toSystem(system: unknown): readonly JsonObject[] {
  if (system === undefined || system === null) return [];
  const content = typeof system === "string" ? system : readBlocks(system).map(readText).join("\n");
  return [{ role: "system", content }];
}

function toMessages(value: unknown): readonly JsonObject[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw refuse("messages: at least one message is required");
  }
  const messages = value.filter(isObject);
  if (messages[0]?.["role"] !== "user") {
    throw refuse('messages: first message must use the "user" role');
  }
  checkToolUses(messages);
  return messages.flatMap((message, index) => toMessage(message, index));
}

function toMessage(message: JsonObject, index: number): readonly JsonObject[] {
  const { role, content } = message;
  if (role !== "user" && role !== "assistant") {
    throw refuse(`messages.${index}.role: Input should be 'user' or 'assistant'`);
  }
  if (typeof content === "string") {
    if (content.trim() === "") throw refuse(`messages.${index}: user messages must have non-empty content`);
    return [{ role, content }];
  }
  const blocks = readBlocks(content);
  for (const block of blocks) {
    if (block["type"] === "text" && readText(block).trim() === "") {
      throw refuse("messages: text content blocks must be non-empty");
    }
  }
  return role === "user" ? fromUser(blocks) : [fromAssistant(blocks)];
}

function fromUser(blocks: readonly JsonObject[]): readonly JsonObject[] {
  const results = blocks
    .filter(({ type }) => type === "tool_result")
    .map((block) => ({
      role: "tool",
      tool_call_id: block["tool_use_id"],
      content:
        typeof block["content"] === "string"
          ? block["content"]
          : readBlocks(block["content"]).map(readText).join(""),
    }));
  const texts = blocks.filter(({ type }) => type === "text").map(readText);
  return texts.length === 0 ? results : [...results, { role: "user", content: texts.join("\n") }];
}

function fromAssistant(blocks: readonly JsonObject[]): JsonObject {
  const text = blocks
    .filter(({ type }) => type === "text")
    .map(readText)
    .join("");
  const calls = blocks.filter(({ type }) => type === "tool_use");
  if (calls.length === 0) return { role: "assistant", content: text };
  return {
    role: "assistant",
    content: text === "" ? null : text,
    tool_calls: calls.map(({ id, name, input }) => ({
      id,
      type: "function",
      function: { name, arguments: JSON.stringify(input) },
    })),
  };
}

/** Every call must be answered in the very next message. */
function checkToolUses(messages: readonly JsonObject[]): void {
  messages.forEach((message, index) => {
    const uses = idsOf(message, "tool_use", "id");
    const results = idsOf(messages[index + 1], "tool_result", "tool_use_id");
    const missing = uses.find((id) => !results.includes(id));
    if (missing === undefined) return;
    throw refuse(
      `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${String(missing)}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
    );
  });
}

function idsOf(message: JsonObject | undefined, type: string, field: string): readonly unknown[] {
  const content = message?.["content"];
  if (!Array.isArray(content)) return [];
  return content.filter(isObject).flatMap((block) => (block["type"] === type ? [block[field]] : []));
}

function toTool(tool: unknown, index: number): JsonObject {
  if (!isObject(tool) || typeof tool["name"] !== "string")
    throw refuse(`tools.${index}.name: Field required`);
  if (!isObject(tool["input_schema"]) || tool["input_schema"]["type"] !== "object") {
    throw refuse(`tools.${index}.custom.input_schema.type: Field required`);
  }
  const { name, description, input_schema: parameters } = tool;
  return { type: "function", function: { name, ...(description ? { description } : {}), parameters } };
}

function toToolChoice({ type, name }: JsonObject): unknown {
  if (type === "tool") return { type: "function", function: { name } };
  return type === "any" ? "required" : type;
}

function readBlocks(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function readText(block: JsonObject): string {
  return typeof block["text"] === "string" ? block["text"] : "";
}

function refuse(message: string): ApiError {
  return new ApiError(400, message);
}
