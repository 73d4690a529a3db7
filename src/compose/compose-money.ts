import { createPrices } from "../agent/prices.ts";
import { createBudget, type Budget } from "../insights/cost/budget.ts";
import { createEmbeddingBill, type EmbeddingBill } from "../insights/cost/embedding-bill.ts";
import { createSpendingLedger, type SpendingLedger } from "../insights/cost/spending-ledger.ts";
import type { Metrics } from "../insights/metrics.ts";
import type { Log } from "../core/log.ts";
import type { SpendingScope } from "../insights/cost/decide-spending.ts";
import type { RemoteEmbedderParts } from "../knowledge/embed/remote-embedder.ts";
import type { Settings } from "../settings.ts";
import type { Database } from "../store/database.ts";
import type { FastState } from "../store/fast-state.ts";
import { tenantIdOf } from "../tenants/companies.ts";

/** What is spent, and what may be. */
export interface ComposedMoney {
  readonly ledger: SpendingLedger;
  readonly budget: Budget;
  /** To be started and stopped with the house. */
  readonly bill: EmbeddingBill;
  /** What makes vectors where the operator chose a model, paid for by whose texts they are; undefined with Baton's own. */
  readonly embeddings: RemoteEmbedderParts | undefined;
}

interface PurseParts {
  readonly settings: Pick<Settings, "ai" | "tenants" | "embeddings">;
  readonly fast: FastState;
  readonly database: Database;
  /** Told of each call that was refused. */
  readonly onRefused?: ((scope: SpendingScope) => void) | undefined;
  readonly log: Log;
}

interface MoneyParts extends Omit<PurseParts, "onRefused"> {
  readonly metrics: Metrics;
}

// What a model of vectors without a row of its own costs: the dearest known one, and not what words would.
const dearestVectors = "text-embedding-3-large";
const million = 1_000_000;

/** One purse for models, tools and vectors, with its limits and alerts. */
export function openPurse({ settings, fast, database, onRefused, log }: PurseParts): ComposedMoney {
  const { maxPerDay, alertThreshold, tokensPerCustomerDay, tokensPerConversation } = settings.ai.cost;
  const companies = new Map(settings.tenants.map((tenant) => [tenantIdOf(tenant.slug), tenant]));
  const ledger = createSpendingLedger(database);
  const budget = createBudget({
    fast,
    ledger,
    limits: {
      maxPerDayUsd: maxPerDay,
      alertThresholdUsd: alertThreshold,
      tenantPerDayUsd: (tenantId) => companies.get(tenantId)?.maxCostPerDay,
      tokensPerCustomerDay,
      tokensPerConversation,
    },
    onAlert: (alert) => log.warn(alert, "spending needs attention"),
    onRefused,
  });
  const prices = createPrices(settings.ai.prices);
  const usdPerToken = (model: string): number =>
    prices.costOf(prices.knows(model) ? model : dearestVectors, { inputTokens: million, outputTokens: 0 }) /
    million;
  const bill = createEmbeddingBill({ ledger, budget, usdPerToken, log });
  const embeddings = settings.embeddings && { ...settings.embeddings, onUsed: bill.add };
  return { ledger, budget, bill, embeddings };
}

/** The purse of a running house, on the page of metrics. */
export function composeMoney({ metrics, ...parts }: MoneyParts): ComposedMoney {
  const money = openPurse({ ...parts, onRefused: (scope) => metrics.overBudget.inc({ scope }) });
  const { budget } = money;
  const { tenants, ai } = parts.settings;
  const { maxPerDay } = ai.cost;
  const capped = tenants.flatMap(({ slug, maxCostPerDay }) =>
    maxCostPerDay === undefined ? [] : [{ id: tenantIdOf(slug), slug, maxCostPerDay }],
  );
  metrics.costLimit.set({ company: "all" }, maxPerDay);
  for (const { slug, maxCostPerDay } of capped) metrics.costLimit.set({ company: slug }, maxCostPerDay);
  metrics.watchSpending(async () => {
    const all = await budget.spentToday();
    const each = capped.map(async ({ id, slug }) => [slug, await budget.spentToday(id)] as const);
    return new Map([["all", all], ...(await Promise.all(each))]);
  });
  return money;
}
