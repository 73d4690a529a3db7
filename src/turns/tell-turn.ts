import type { AgentAnswer } from "../core/agent.ts";
import type { StepIntent, StepOutcome } from "../core/journal.ts";
import type { Role } from "../core/tool.ts";
import type { Metrics } from "../insights/metrics.ts";
import type { Workbench } from "./workbench.ts";

/** One line per turn, and its numbers. */
export function tellTurn(
  { parts, request, turn, modelMs }: Workbench,
  answer: AgentAnswer,
  workedMs: number,
): void {
  const { claim, lease, questions, role } = request;
  const { metrics, log } = parts;
  const { usage } = answer;
  const model = answer.kind === "answered" ? answer.model : "none";
  const seconds = ((questions[0]?.waitedMs ?? 0) + workedMs) / 1000;
  metrics.responseTime.observe({ channel: claim.channel, agent: role }, seconds);
  metrics.turnOverhead.observe(Math.max(0, seconds - modelMs() / 1000));
  metrics.turns.inc({ outcome: answer.kind === "answered" ? "answered" : answer.reason });
  metrics.costDollars.inc({ agent: role, model }, usage.costUsd);
  metrics.costPerAnswer.observe({ agent: role }, usage.costUsd);
  if (usage.modelCalls > 0) metrics.modelCalls.observe({ agent: role }, usage.modelCalls);
  metrics.tokensPerConversation.observe({ agent: role, model }, usage.inputTokens + usage.outputTokens);
  tellEdition(metrics, role, answer, seconds);
  if (answer.kind === "failed") metrics.errors.inc({ kind: answer.reason });
  log.info(
    {
      conversation_id: lease.conversationId,
      company_id: lease.tenantId,
      latency_ms: Math.round(seconds * 1000),
      tokens_used: usage.inputTokens + usage.outputTokens,
      cache_hit: isCacheHit(answer),
      model,
      outcome: answer.kind === "answered" ? "answered" : answer.reason,
      correlationId: turn.correlationId,
      ...(answer.kind === "failed" && { detail: answer.detail }),
    },
    "message_processed",
  );
}

/** Where a candidate is tried, it is held against what it is to replace. */
function tellEdition(metrics: Metrics, agent: Role, answer: AgentAnswer, seconds: number): void {
  const { edition, usage } = answer;
  if (edition === undefined) return;
  metrics.editionAnswers.inc({
    agent,
    edition,
    outcome: answer.kind === "answered" ? "answered" : answer.reason,
  });
  metrics.editionCost.inc({ agent, edition }, usage.costUsd);
  metrics.editionTime.observe({ agent, edition }, seconds);
  if (answer.kind === "answered") metrics.editionHeld.inc({ agent, edition }, answer.heldBack ?? 0);
}

/** A tool's call is over. */
export function tellStep(
  { toolCalls, toolTime }: Pick<Metrics, "toolCalls" | "toolTime">,
  { kind, name: tool }: Pick<StepIntent, "kind" | "name">,
  { ok, durationMs }: Pick<StepOutcome, "ok" | "durationMs">,
): void {
  if (kind !== "tool") return;
  toolCalls.inc({ tool, outcome: ok ? "ok" : "failed" });
  toolTime.observe({ tool }, durationMs / 1000);
}

/** It was given before, and no model was paid for it again. */
export function isCacheHit(answer: AgentAnswer): boolean {
  return answer.kind === "answered" && answer.fromCache !== undefined;
}
