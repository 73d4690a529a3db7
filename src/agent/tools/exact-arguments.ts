import type { KeptCall } from "../../core/kept-call.ts";
import type { Schema, Tool, ToolContext } from "../../core/tool.ts";

/** What a tool's stand-in takes: the same arguments, checked by the same rules, handed on as exact text. */
export function takingText(tool: Tool): Pick<Tool<string>, "input" | "check"> {
  const { check } = tool;
  const input: Schema<string> = {
    parse: (value) => toExactArguments(tool, value),
    toJSONSchema: () => tool.input.toJSONSchema(),
  };
  if (check === undefined) return { input };
  return { input, check: (text, context) => check(tool.input.parse(JSON.parse(text)), context) };
}

/** The call a stand-in leaves to be run later. */
export function toKeptCall(tool: Tool, argumentsText: string, context: ToolContext): KeptCall {
  const { tenantId, conversationId, turnId, contactId: requester, role, idempotencyKey } = context;
  const call = { tenantId, conversationId, turnId, requester, role, idempotencyKey };
  return { ...call, tool: tool.name, arguments: argumentsText };
}

/**
 * A call's arguments as JSON text that the tool reads back as the same: with its defaults filled in where that survives
 * JSON, else as they came. Throws what the tool's own schema throws.
 */
function toExactArguments(tool: Tool, value: unknown): string {
  const parsed = JSON.stringify(tool.input.parse(value));
  return readsBackAs(tool, parsed) ? parsed : JSON.stringify(value);
}

function readsBackAs(tool: Tool, text: string): boolean {
  try {
    return JSON.stringify(tool.input.parse(JSON.parse(text))) === text;
  } catch {
    return false;
  }
}
