import type { PreparedAgent } from "../agent/agent.ts";
import { askedText } from "../agent/asked-text.ts";
import type { UnderstandTurn } from "../agent/with-understanding.ts";
import type { AgentRequest, Usage } from "../core/agent.ts";
import type { TenantId } from "../core/ids.ts";
import type { Journal } from "../core/journal.ts";
import type { Log } from "../core/log.ts";
import type { Understand } from "../core/understanding.ts";
import { readWithModel } from "../guard/understanding/ask-model.ts";
import {
  createLazyUnderstander,
  type CompanyUnderstander,
} from "../guard/understanding/lazy-understander.ts";
import { decideRouteOf } from "../guard/understanding/route.ts";
import type { Settings } from "../settings.ts";
import { tenantIdOf } from "../tenants/companies.ts";

/** How messages are understood: offline, or with a cheap model's help where a company chose that. */
export interface ComposedUnderstanding {
  /** For rules: every company has one. */
  understanderOf(tenant: { readonly slug: string; readonly brain: ReadonlyMap<string, unknown> }): {
    readonly intents: readonly string[];
    readonly load: UnderstandTurn;
  };
  /** For agents: only companies that chose a model's help are understood before they are answered. */
  understandFor(tenantId: TenantId): UnderstandTurn | undefined;
  routeOf(request: AgentRequest): "simple" | "complex";
  /** Trains, aside, what the first message will need. */
  warmUp(): Promise<void>;
}

interface UnderstandingParts {
  readonly settings: Pick<Settings, "tenants" | "ai">;
  /** The agent is built with what understands, and asked by it later. */
  readonly agent: () => Pick<PreparedAgent, "askOnce" | "hasModels">;
  readonly log: Log;
}

export function composeUnderstanding({ settings, agent, log }: UnderstandingParts): ComposedUnderstanding {
  const lazies = new Map<string, CompanyUnderstander>();
  const chosen = new Map(
    settings.tenants
      .filter(({ understanding }) => understanding === "model")
      .map((tenant) => [tenantIdOf(tenant.slug), tenant]),
  );
  const lazyOf: (tenant: Parameters<ComposedUnderstanding["understanderOf"]>[0]) => CompanyUnderstander = ({
    slug,
    brain,
  }) => {
    const lazy = lazies.get(slug) ?? createLazyUnderstander(brain.get("intents"), slug);
    lazies.set(slug, lazy);
    return lazy;
  };

  // A turn that models fail to answer is understood again by the rules: what was asked once is not asked twice.
  const heard = new WeakMap<Journal, Promise<Understand>>();

  function understandWith(lazy: CompanyUnderstander): UnderstandTurn {
    return (request, onUsed) => {
      if (!agent().hasModels) return lazy.load();
      const known = heard.get(request.journal) ?? readTurn(lazy, request, onUsed);
      heard.set(request.journal, known);
      return known;
    };
  }

  async function readTurn(
    lazy: CompanyUnderstander,
    request: AgentRequest,
    onUsed: (used: Usage) => void,
  ): Promise<Understand> {
    const { intents, own } = lazy;
    const understand = await lazy.load();
    return readWithModel(askedText(request), {
      offline: { intents, understand },
      own,
      ask: async (prompt) => {
        const { text, usage } = await agent().askOnce(request, "understand", prompt);
        onUsed(usage);
        return text ?? "";
      },
    });
  }

  return {
    understanderOf: (tenant) => {
      const lazy = lazyOf(tenant);
      const asksModel = chosen.has(tenantIdOf(tenant.slug));
      return { intents: lazy.intents, load: asksModel ? understandWith(lazy) : () => lazy.load() };
    },
    understandFor: (tenantId) => {
      const tenant = chosen.get(tenantId);
      const isAsked = tenant !== undefined && tenant.mode === "hybrid" && agent().hasModels;
      return isAsked ? understandWith(lazyOf(tenant)) : undefined;
    },
    routeOf: (request) => {
      const earlier = request.history.filter(({ role }) => role === "user").map(({ text }) => text);
      return decideRouteOf({ text: askedText(request), earlier }).tier;
    },
    warmUp: async () => {
      const needed = settings.tenants.filter(
        (tenant) =>
          tenant.mode === "rules" ||
          chosen.has(tenantIdOf(tenant.slug)) ||
          (tenant.brain.size > 0 && !agent().hasModels),
      );
      const startedAt = performance.now();
      for (const tenant of needed) await lazyOf(tenant).load();
      const tookMs = Math.round(performance.now() - startedAt);
      if (needed.length > 0) log.info({ companies: needed.length, tookMs }, "messages can be understood");
    },
  };
}
