import type { Answer, AnswerLimits, FinishReason, PreparedAnswer, ScriptedToolCall } from "./answer.ts";
import { newId } from "./ids.ts";
import { splitTokens } from "./tokens.ts";

/**
 * Cuts an answer into the tokens it is sent in, ends it at a stop sequence, and shortens it to the tokens
 * asked for: what was cut short ends with `length`.
 */
export function prepareAnswer(answer: Answer, limits: AnswerLimits): PreparedAnswer {
  const text = cutAtStop(answer.text ?? "", limits.stop);
  const budget = { left: limits.maxTokens ?? Infinity, short: false };
  const textTokens = takeTokens(splitTokens(text), budget);
  const refusalTokens = takeTokens(splitTokens(answer.refusal ?? ""), budget);
  const toolCalls = (answer.toolCalls ?? []).map((call) => {
    const wire = toWireCall(call);
    return { call: wire, argumentTokens: takeTokens(splitTokens(wire.arguments), budget) };
  });
  const callTokens = toolCalls.reduce((sum, { argumentTokens }) => sum + argumentTokens.length, 0);
  return {
    textTokens,
    refusalTokens,
    toolCalls,
    finishReason: budget.short ? "length" : toFinishReason(answer),
    completionTokens: textTokens.length + refusalTokens.length + callTokens,
  };
}

function cutAtStop(text: string, stop: readonly string[]): string {
  const ends = stop.map((sequence) => text.indexOf(sequence)).filter((at) => at >= 0);
  return ends.length === 0 ? text : text.slice(0, Math.min(...ends));
}

function takeTokens(tokens: readonly string[], budget: { left: number; short: boolean }): readonly string[] {
  const taken = tokens.length <= budget.left ? tokens : tokens.slice(0, budget.left);
  budget.short ||= taken.length < tokens.length;
  budget.left -= taken.length;
  return taken;
}

function toWireCall(call: ScriptedToolCall): { id: string; name: string; arguments: string } {
  const text = typeof call.arguments === "string" ? call.arguments : JSON.stringify(call.arguments ?? {});
  return { id: call.id ?? newId("call_"), name: call.name, arguments: text };
}

function toFinishReason(answer: Answer): FinishReason {
  if (answer.finishReason !== undefined) return answer.finishReason;
  return (answer.toolCalls?.length ?? 0) > 0 ? "tool_calls" : "stop";
}
