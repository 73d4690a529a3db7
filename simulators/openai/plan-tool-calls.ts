import type { ScriptedToolCall } from "./answer.ts";
import type { ToolDefinition } from "./chat-request.ts";
import type { Exchange } from "./exchange.ts";
import type { JsonObject } from "./field-check.ts";
import { fillSchema } from "./fill-schema.ts";
import { toTimeZone } from "./time-zone.ts";

interface Intent {
  readonly tool: string;
  readonly asks: RegExp;
  suggest(text: string, name: string, schema: JsonObject): unknown;
}

const intents: readonly Intent[] = [
  {
    tool: "get_time",
    asks: /\b(what(?:'s| is)? the time|what time is it|tell me the time)\b/i,
    suggest: suggestTime,
  },
  {
    tool: "create_ticket",
    asks: /\b(?:open|create|file|raise) (?:a |an |me a )?(?:new )?(?:support )?ticket\b/i,
    suggest: suggestTicket,
  },
];

/**
 * The tool calls a sensible model would make: the time and a ticket when they are asked for and offered,
 * whatever the caller demands through `tool_choice`, nothing that was already called in this turn.
 */
export function planToolCalls(exchange: Exchange): readonly ScriptedToolCall[] {
  const called = new Set(exchange.toolResults.map((result) => result.name));
  const text = exchange.asked.join("\n");
  const planned = intents.flatMap((intent) => {
    const tool = exchange.tools.find((candidate) => candidate.name === intent.tool);
    if (tool === undefined || called.has(tool.name) || !intent.asks.test(text)) return [];
    return [planCall(tool, text, intent)];
  });
  const calls = planned.length > 0 ? planned : planDemandedCall(exchange, text);
  return exchange.request.parallelToolCalls ? calls : calls.slice(0, 1);
}

function planDemandedCall(exchange: Exchange, text: string): readonly ScriptedToolCall[] {
  const demanded =
    exchange.request.toolChoice.kind === "required" || exchange.request.toolChoice.kind === "function";
  const tool = exchange.tools[0];
  if (!demanded || tool === undefined) return [];
  const intent = intents.find((candidate) => candidate.tool === tool.name);
  return [planCall(tool, text, intent)];
}

function planCall(tool: ToolDefinition, text: string, intent: Intent | undefined): ScriptedToolCall {
  const plain = stripMarkers(text);
  const suggest = (name: string, schema: JsonObject): unknown =>
    intent === undefined ? suggestText(plain, name) : intent.suggest(plain, name, schema);
  return { name: tool.name, arguments: fillSchema(tool.parameters, suggest) };
}

function suggestTime(text: string, name: string): unknown {
  const place = /\b(?:in|for|at) ([A-Za-z][\w/+-]*(?: [A-Z][\w/+-]*)*)/.exec(text)?.[1];
  if (place === undefined) return undefined;
  if (/zone|^tz$/i.test(name)) return toTimeZone(place);
  return /city|place|location|where/i.test(name) ? place : undefined;
}

function suggestTicket(text: string, name: string, schema: JsonObject): unknown {
  const about = /\bticket\b(?:\s+(?:about|for|regarding|because|on|that))?:?\s+([^\n]+)/i
    .exec(text)?.[1]
    ?.trim();
  if (/subject|title|summary|topic/i.test(name))
    return (about ?? text.trim()).replace(/[.!?]+$/, "").slice(0, 120);
  if (/description|body|details|message|text/i.test(name)) return text.trim();
  if (/priority|urgency|severity/i.test(name)) return suggestPriority(text, schema);
  return undefined;
}

function suggestPriority(text: string, schema: JsonObject): unknown {
  const levels = Array.isArray(schema["enum"]) ? schema["enum"] : [];
  const named = levels.find(
    (level) => typeof level === "string" && new RegExp(`\\b${RegExp.escape(level)}\\b`, "i").test(text),
  );
  if (named !== undefined) return named;
  return levels.find((level) => level === "normal" || level === "medium");
}

function suggestText(text: string, name: string): unknown {
  return /query|question|text|message|input|search|reason|summary/i.test(name) ? text.trim() : undefined;
}

/** A text without the `[[…]]` marks that steer this API. */
export function stripMarkers(text: string): string {
  return text.replace(/(?<!\s)\s*\[\[[^\]\n]*\]\]/g, "");
}
