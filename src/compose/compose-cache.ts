import { createHash } from "node:crypto";
import { createAnswerCache, type AnswerCache } from "../agent/cache/answer-cache.ts";
import { askedText } from "../agent/asked-text.ts";
import type { AgentRequest } from "../core/agent.ts";
import type { Embedder } from "../agent/cache/similar-questions.ts";
import { decideLanguage } from "../guard/understanding/language.ts";
import type { TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
import type { Embedder as VectorsOf } from "../knowledge/embed/embedder.ts";
import type { Metrics } from "../insights/metrics.ts";
import type { Settings } from "../settings.ts";
import { usualRules } from "../settings/rule-files.ts";
import type { FastState } from "../store/fast-state.ts";
import type { Sealer } from "../store/seal.ts";
import { tenantIdOf } from "../tenants/companies.ts";

interface CacheCompositionParts {
  readonly settings: Pick<Settings, "tenants" | "rules">;
  readonly fast: Pick<FastState, "get" | "set">;
  readonly sealer: Pick<Sealer, "forTenant">;
  readonly metrics: Pick<Metrics, "cacheLooks">;
  /** Grows with each change of what a company's documents say; until there are any it stands still. */
  readonly documentsVersionOf?: ((tenantId: TenantId) => string) | undefined;
  /** Whose vectors are a key to answers; none are when left out. */
  readonly embedder?: VectorsOf | undefined;
  readonly embedWithinMs?: number | undefined;
  readonly log: Log;
}

/** The answers that may be given again, and by what a company's are named. */
export interface ComposedCache {
  readonly cache: AnswerCache;
  readonly knowledgeVersionOf: (tenantId: TenantId) => string | undefined;
  /** Undefined where no similar questions are looked for. */
  readonly hearLanguage: ((request: AgentRequest) => string | undefined) | undefined;
}

/** A company's own files name its answers: who changes what it says has changed what was answered. */
export function composeCache(parts: CacheCompositionParts): ComposedCache {
  const { settings, fast, sealer, metrics, documentsVersionOf = () => "0", log } = parts;
  const versions = new Map(
    settings.tenants
      .map((tenant) => ({ ...tenant, rules: settings.rules.get(tenant.slug) ?? usualRules }))
      .filter(({ rules }) => rules.cache)
      .map(({ slug, name, rules, brain }) => [tenantIdOf(slug), digest([name, rules, [...brain]])]),
  );
  const embedder = toSentenceEmbedder(parts.embedder);
  return {
    cache: createAnswerCache({
      fast,
      sealer,
      embedder,
      embedWithinMs: parts.embedWithinMs,
      onLook: (outcome) => metrics.cacheLooks.inc({ outcome }),
      log,
    }),
    knowledgeVersionOf: (tenantId) => {
      const files = versions.get(tenantId);
      return files === undefined ? undefined : `${files} ${documentsVersionOf(tenantId)}`;
    },
    hearLanguage: embedder === undefined ? undefined : hearClearly,
  };
}

/** Short and mixed texts are in no language for sure; what a person speaks otherwise says nothing of them. */
function hearClearly(request: AgentRequest): string | undefined {
  const { language, reason } = decideLanguage(askedText(request), { known: request.language });
  return reason === "clear text" ? language : undefined;
}

/** A model that an operator chose understands sentences; Baton's own vectors know words alone, and are no key to an answer. */
function toSentenceEmbedder(embedder: VectorsOf | undefined): Embedder | undefined {
  if (embedder === undefined) return undefined;
  const { model, embed } = embedder;
  return {
    real: true,
    name: model,
    embed: async (text, payer, signal) => (await embed([text], signal, payer))[0] ?? [],
  };
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("base64url").slice(0, 16);
}
