import type { Agent, AgentAnswer, AgentRequest } from "../../core/agent.ts";
import type { TenantId } from "../../core/ids.ts";
import { addUsage } from "../usage-meter.ts";
import type { KeylessBrain } from "./keyless-brain.ts";

/** How a company is answered: with models where there are any, or by rules alone. */
export interface BrainOfTenant {
  readonly brain: KeylessBrain;
  readonly mode: "hybrid" | "rules";
}

// A person has to look at these, or the person has waited long enough: other words would not help.
const insteadOf: ReadonlySet<string> = new Set([
  "no model configured",
  "model unavailable",
  "empty answer",
  "over budget",
  "too many steps",
]);

/**
 * The same agent, with a brain behind it that needs no model: it answers where none is configured, where none
 * answers, and always for companies in the mode `rules`. A turn that has called a tool already is not thought again.
 */
export function withKeylessBrain<A extends Agent>(
  agent: A,
  brainOf: (tenantId: TenantId) => BrainOfTenant | undefined,
): A {
  async function answer(request: AgentRequest): Promise<AgentAnswer> {
    const found = brainOf(request.context.tenantId);
    if (found?.mode === "rules") return found.brain.answer(request);
    // Nobody asked anything: the turn tells what approved calls did, and there is nothing to understand.
    if (found === undefined || request.questions.length === 0) return agent.answer(request);
    const first = await agent.answer(request);
    if (first.kind === "answered" || !insteadOf.has(first.reason) || first.usage.toolCalls > 0) return first;
    const limited = first.reason !== "no model configured";
    const second = await found.brain.answer(request, { limited });
    const usage = addUsage(first.usage, second.usage);
    if (second.kind === "failed" || first.reason === "model unavailable") return { ...second, usage };
    const { canned: _, ...answer } = second; // asking again soon would help only where models were down
    return { ...answer, usage };
  }

  return { ...agent, answer };
}
