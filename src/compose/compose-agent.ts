import { createAgent, type PreparedAgent } from "../agent/agent.ts";
import { agentSettings, modelSettings, type AgentModels } from "../agent/agent-settings.ts";
import { withAnswerCache } from "../agent/cache/with-answer-cache.ts";
import type { Candidates } from "../agent/editions.ts";
import { createMemoryWindow, type Closeness } from "../agent/memory.ts";
import type { LookUp } from "../agent/keyless/keyless-brain.ts";
import { createBrains } from "../agent/keyless/create-brains.ts";
import { withKeylessBrain } from "../agent/keyless/with-keyless-brain.ts";
import { withUnderstanding } from "../agent/with-understanding.ts";
import { limitTools } from "../agent/tools/limit-tools.ts";
import type { TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { Role, Tool } from "../core/tool.ts";
import { limitPolicyOf } from "../guard/limits/limit-policy.ts";
import { createLimits, type Limits } from "../guard/limits/limits.ts";
import type { Budget } from "../insights/cost/budget.ts";
import type { Metrics } from "../insights/metrics.ts";
import type { Embedder } from "../knowledge/embed/embedder.ts";
import type { Settings } from "../settings.ts";
import type { ModelChoice } from "../settings/agent-models.ts";
import type { FastState } from "../store/fast-state.ts";
import type { Sealer } from "../store/seal.ts";
import { tenantIdOf } from "../tenants/companies.ts";
import type { MemoryKeeperParts } from "../turns/memory-keeper.ts";
import { composeCache } from "./compose-cache.ts";
import { composeChecks } from "./compose-checks.ts";
import { composeUnderstanding } from "./compose-understanding.ts";

/** What answers, and what bounds it. */
export interface ComposedAgent {
  readonly agent: PreparedAgent;
  readonly limits: Limits;
  /** What becomes of talks that leave a model's window. */
  readonly memory: Pick<MemoryKeeperParts, "window" | "summarizes" | "summarize">;
}

export interface AgentCompositionParts {
  readonly settings: Settings;
  readonly tools: readonly Tool[];
  readonly fast: FastState;
  readonly sealer: Pick<Sealer, "forTenant">;
  readonly budget: Budget;
  readonly metrics: Metrics;
  /** Pauses between tries of one model; the default suits production. */
  readonly modelRetry:
    { readonly attempts: number; readonly minMs: number; readonly maxMs: number } | undefined;
  /** Looks in companies' documents, for the brain that has no model. */
  readonly lookUp?: LookUp | undefined;
  /** Whether a company has documents by now. */
  readonly hasDocuments?: ((tenantId: TenantId) => boolean) | undefined;
  /** Grows with each change of what a company's documents say. */
  readonly documentsVersionOf?: ((tenantId: TenantId) => string) | undefined;
  /** Whose vectors are a key to answers that were given before; none are when left out. */
  readonly embedder?: Embedder | undefined;
  /** How long an answer waits for the vector of its question; the default suits production. */
  readonly similarWithinMs?: number | undefined;
  /** How close in meaning earlier messages are to a question, for memories that go by it. */
  readonly closeness?: Closeness | undefined;
  readonly log: Log;
}

/** Models over tools, the brain that works without either, and the money and limits around them. */
export function composeAgent(parts: AgentCompositionParts): ComposedAgent {
  const {
    settings,
    tools,
    fast,
    sealer,
    budget,
    metrics,
    modelRetry,
    lookUp,
    documentsVersionOf,
    hasDocuments,
    closeness,
    embedder,
    similarWithinMs,
    log,
  } = parts;
  const { ai } = settings;
  const thinking = agentSettings.parse({
    enableToolCalling: ai.toolCalling,
    enableStreaming: ai.streaming,
    memory: ai.memory.mode,
    window: ai.memory.messages,
    exchanges: ai.memory.exchanges,
    historyTokens: ai.memory.tokens,
    prices: ai.prices,
    ...(modelRetry !== undefined && { retry: modelRetry }),
  });
  const mayCall = limitTools(fast);
  const understanding = composeUnderstanding({ settings, agent: () => thinker, log });
  const brainOf = createBrains(
    settings.tenants.map((tenant) => ({ ...tenant, id: tenantIdOf(tenant.slug) })),
    {
      tools,
      toolCalling: ai.toolCalling,
      turnTimeoutMs: thinking.turnTimeoutMs,
      mayCall,
      lookUp,
      hasDocuments,
      understanderOf: understanding.understanderOf,
      log,
    },
  );
  const thinker = createAgent({
    settings: thinking,
    purse: budget,
    checks: composeChecks({ settings, metrics, log }),
    mayCall,
    models: modelsOf(ai),
    prompts: ai.prompts,
    delegates: ai.choices.delegates,
    candidates: candidatesOf(ai),
    closeness,
    tools,
    routeOf: (request) => {
      const tier = understanding.routeOf(request);
      metrics.routed.inc({ agent: request.context.role, tier });
      return tier;
    },
    log,
  });
  metrics.watchModels(thinker.conditions);
  const { understandFor } = understanding;
  const remembering = withAnswerCache(withUnderstanding(thinker, { understandFor, log }), {
    ...composeCache({
      settings,
      fast,
      sealer,
      metrics,
      documentsVersionOf,
      embedder,
      embedWithinMs: similarWithinMs,
      log,
    }),
    promptVersionOf: ({ context, persona }) => thinker.promptVersion(context, persona),
    log,
  });
  const agent = withKeylessBrain(remembering, brainOf);
  const policy = limitPolicyOf(ai.rateLimit);
  const limits = createLimits({
    fast,
    policyFor: () => policy,
    onInsistence: (who) => log.warn(who, "somebody keeps writing against their limits"),
  });
  return {
    agent: {
      ...agent,
      warmUp: async () => {
        await agent.warmUp();
        await understanding.warmUp();
      },
    },
    limits,
    memory: {
      window: createMemoryWindow(thinking),
      summarizes: (tenantId) => agent.hasModels && brainOf(tenantId)?.mode !== "rules",
      summarize: agent.summarize,
    },
  };
}

/** The chains of all agents; without any model an empty one. */
function modelsOf({ choices }: Settings["ai"]): AgentModels {
  const parse = (list: readonly ModelChoice[]) => list.map((choice) => modelSettings.parse(choice));
  const both = (role: Role) => ({
    simple: parse(choices.agents[role].simple),
    complex: parse(choices.agents[role].complex),
  });
  return {
    agents: {
      customer: both("customer"),
      staff: both("staff"),
      admin: both("admin"),
      analytics: both("analytics"),
    },
    candidates: Object.fromEntries(
      Object.entries(choices.candidates).flatMap(([role, { models }]) =>
        models === undefined
          ? []
          : [[role, { simple: parse(models.simple), complex: parse(models.complex) }]],
      ),
    ),
    fallbacks: parse(choices.fallbacks),
  };
}

function candidatesOf({ choices }: Settings["ai"]): Candidates {
  return Object.fromEntries(
    Object.entries(choices.candidates).map(([role, { name, percent, prompt, companies }]) => [
      role,
      { name, percent, prompt, companies: companies && new Set(companies.map(tenantIdOf)) },
    ]),
  );
}
