import { createHash } from "node:crypto";
import { createAnswerCache, type AnswerCache } from "../agent/cache/answer-cache.ts";
import type { TenantId } from "../core/ids.ts";
import type { Log } from "../core/log.ts";
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
  readonly log: Log;
}

/** The answers that may be given again, and by what a company's are named. */
export interface ComposedCache {
  readonly cache: AnswerCache;
  readonly knowledgeVersionOf: (tenantId: TenantId) => string | undefined;
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
  return {
    cache: createAnswerCache({
      fast,
      sealer,
      onLook: (outcome) => metrics.cacheLooks.inc({ outcome }),
      log,
    }),
    knowledgeVersionOf: (tenantId) => {
      const files = versions.get(tenantId);
      return files === undefined ? undefined : `${files} ${documentsVersionOf(tenantId)}`;
    },
  };
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("base64url").slice(0, 16);
}
