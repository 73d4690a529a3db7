import type { AgentRequest } from "../../core/agent.ts";
import type { Log } from "../../core/log.ts";
import { parseJson } from "../../core/parse-json.ts";
import type { Tool } from "../../core/tool.ts";
import type { ToolResult } from "../flows/flow-engine.ts";
import type { Next } from "../flows/run-flow.ts";
import type { MayCall } from "../run-tool.ts";
import { createToolBelts, runToolCalls } from "../tool-belt.ts";
import type { TurnClock } from "../turn-clock.ts";

/** What calling tools from a flow needs. */
export interface FlowToolsParts {
  readonly tools: readonly Tool[];
  readonly mayCall?: MayCall | undefined;
  readonly log: Log;
}

/** One call of a turn; `place` is the same whenever the turn is replayed. */
export interface FlowCall {
  readonly request: AgentRequest;
  readonly call: Extract<Next, { kind: "call" }>;
  readonly place: number;
  readonly clock: TurnClock;
  readonly onCall: (costUsd: number) => void;
}

/** How it ended; `uncertain`: a write may have happened, and a person has to look. */
export type FlowCallOutcome = ToolResult | { readonly ok: "uncertain"; readonly problem: string };

// A seat map is long, and no model has to read it.
const maxToolResultBytes = 500_000;

/**
 * Calls tools as a model's calls are: journaled, with a key that stays for a replay, under the caller's role and the
 * tool's own limits. A write that nobody confirmed is refused.
 */
export function createFlowTools({
  tools,
  mayCall,
  log,
}: FlowToolsParts): (call: FlowCall) => Promise<FlowCallOutcome> {
  const beltFor = createToolBelts(tools);

  return async ({ request, call, place, clock, onCall }) => {
    const belt = beltFor(request.context);
    const tool = belt.find(call.tool);
    if (tool === undefined) {
      log.error(
        { tool: call.tool, role: request.context.role },
        "a flow calls a tool this caller may not use",
      );
      return { ok: false, problem: "" };
    }
    if (tool.effect === "write" && !call.confirmed)
      throw new Error(`a flow calls ${call.tool} without a confirmation`);
    const [outcome] = await runToolCalls(
      [{ id: `flow_${place}`, name: call.tool, arguments: JSON.stringify(call.input) }],
      place,
      {
        request,
        belt,
        clock,
        settings: { maxToolCalls: 1, maxToolResultBytes },
        mayCall,
        log,
        written: new Map(),
        onCall,
      },
    );
    if (outcome === undefined) return { ok: false, problem: "" };
    if (outcome.kind === "uncertain") return { ok: "uncertain", problem: outcome.text };
    if (outcome.kind === "error") return { ok: false, problem: toWords(call.tool, outcome.text) };
    return { ok: true, value: parseResult(outcome.text) };
  };
}

/** What is written for people is told to them; what is written for models or operators is not. */
function toWords(tool: string, text: string): string {
  return text.startsWith(`${tool} `) ||
    text.startsWith("The arguments of ") ||
    text.startsWith("There is no tool")
    ? ""
    : text.replace(new RegExp(`^${tool}: `, "u"), "");
}

function parseResult(text: string): unknown {
  const value = parseJson(text);
  return value === undefined ? text : value;
}
