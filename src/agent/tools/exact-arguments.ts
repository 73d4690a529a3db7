import type { Tool } from "../../core/tool.ts";

/**
 * A call's arguments as JSON text that the tool reads back as the same: with its defaults filled in where that survives
 * JSON, else as they came. Throws what the tool's own schema throws.
 */
export function toExactArguments(tool: Tool, value: unknown): string {
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
