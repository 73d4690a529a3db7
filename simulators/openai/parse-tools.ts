import { badRequest } from "./api-error.ts";
import type { ToolChoice, ToolDefinition } from "./chat-request.ts";
import {
  checkArray,
  checkBoolean,
  checkName,
  checkObject,
  checkOneOf,
  checkString,
  isObject,
  type JsonObject,
  refuseUnknown,
  requireField,
  wrongType,
} from "./field-check.ts";

const functionFields = new Set(["name", "description", "parameters", "strict"]);

/** Checks the tools a request offers: at most 128, with names and schemas the platform takes. */
export function parseTools(value: unknown): readonly ToolDefinition[] {
  if (value === undefined || value === null) return [];
  return checkArray(value, "tools", { min: 1, max: 128, of: "objects" }).map(parseTool);
}

/** Checks which tool the caller demands; without a demand it is `auto`. */
export function parseToolChoice(value: unknown, tools: readonly ToolDefinition[]): ToolChoice {
  if (value === undefined || value === null) return { kind: "auto" };
  if (tools.length === 0) {
    throw badRequest(
      "tool_choice",
      null,
      "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are specified.",
    );
  }
  if (typeof value === "string")
    return { kind: checkOneOf(value, ["none", "auto", "required"], "tool_choice") };
  if (!isObject(value))
    throw wrongType("tool_choice", "one of 'none', 'auto', or 'required' or object", value);
  const demanded = checkObject(
    requireField(value, "function", "tool_choice.function"),
    "tool_choice.function",
  );
  const name = checkString(
    requireField(demanded, "name", "tool_choice.function.name"),
    "tool_choice.function.name",
  );
  if (tools.some((tool) => tool.name === name)) return { kind: "function", name };
  throw badRequest(
    "tool_choice",
    null,
    `Invalid value for 'tool_choice': no function named '${name}' was specified in the 'tools' parameter.`,
  );
}

function parseTool(value: unknown, index: number): ToolDefinition {
  const path = `tools[${index}]`;
  const tool = checkObject(value, path);
  checkOneOf(requireField(tool, "type", `${path}.type`), ["function"], `${path}.type`);
  const defined = checkObject(requireField(tool, "function", `${path}.function`), `${path}.function`);
  refuseUnknown(defined, functionFields, `${path}.function`);
  const name = checkName(requireField(defined, "name", `${path}.function.name`), `${path}.function.name`);
  const description = defined["description"] ?? "";
  const strict = defined["strict"] ?? false;
  return {
    name,
    description: checkString(description, `${path}.function.description`),
    parameters: checkParameters(defined["parameters"], {
      name,
      path: `${path}.function.parameters`,
      strict: checkBoolean(strict, `${path}.function.strict`),
    }),
  };
}

function checkParameters(
  value: unknown,
  { name, path, strict }: { name: string; path: string; strict: boolean },
): JsonObject {
  if (value === undefined || value === null) return { type: "object", properties: {} };
  const schema = checkObject(value, path);
  const type = schema["type"];
  if (Object.keys(schema).length > 0 && type !== "object") {
    throw badRequest(
      path,
      "invalid_function_parameters",
      `Invalid schema for function '${name}': schema must be a JSON Schema of 'type: "object"', got 'type: "${typeof type === "string" ? type : "None"}"'.`,
    );
  }
  const fault = strict ? findStrictFault(schema) : undefined;
  if (fault !== undefined) {
    throw badRequest(path, "invalid_function_parameters", `Invalid schema for function '${name}': ${fault}`);
  }
  return schema;
}

/** What a schema lacks for strict mode (closed objects, every property required), or undefined. */
export function findStrictFault(schema: JsonObject, context: readonly string[] = []): string | undefined {
  const where = `In context=(${context.map((step) => `'${step}'`).join(", ")}), `;
  const properties = schema["properties"];
  if (schema["type"] === "object" && schema["additionalProperties"] !== false) {
    return `${where}'additionalProperties' is required to be supplied and to be false.`;
  }
  if (!isObject(properties)) return undefined;
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const optional = Object.keys(properties).find((key) => !required.includes(key));
  if (optional !== undefined) {
    return `${where}'required' is required to be supplied and to be an array including every key in properties. Missing '${optional}'.`;
  }
  for (const [key, property] of Object.entries(properties)) {
    const fault = isObject(property) ? findStrictFault(property, [...context, "properties", key]) : undefined;
    if (fault !== undefined) return fault;
  }
  return undefined;
}
