import { createBudget, type Budget } from "../insights/cost/budget.ts";
import { createSpendingLedger, type SpendingLedger } from "../insights/cost/spending-ledger.ts";
import type { Metrics } from "../insights/metrics.ts";
import type { Log } from "../core/log.ts";
import type { Settings } from "../settings.ts";
import type { Database } from "../store/database.ts";
import type { FastState } from "../store/fast-state.ts";
import { tenantIdOf } from "../tenants/companies.ts";

/** What is spent, and what may be. */
export interface ComposedMoney {
  readonly ledger: SpendingLedger;
  readonly budget: Budget;
}

interface MoneyParts {
  readonly settings: Pick<Settings, "ai" | "tenants">;
  readonly fast: FastState;
  readonly database: Database;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** One purse for models and tools, with its limits and alerts, on the page of metrics. */
export function composeMoney({ settings, fast, database, metrics, log }: MoneyParts): ComposedMoney {
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
    onRefused: (scope) => metrics.overBudget.inc({ scope }),
  });
  const capped = [...companies].flatMap(([id, { slug, maxCostPerDay }]) =>
    maxCostPerDay === undefined ? [] : [{ id, slug, maxCostPerDay }],
  );
  metrics.costLimit.set({ company: "all" }, maxPerDay);
  for (const { slug, maxCostPerDay } of capped) metrics.costLimit.set({ company: slug }, maxCostPerDay);
  metrics.watchSpending(async () => {
    const all = await budget.spentToday();
    const each = capped.map(async ({ id, slug }) => [slug, await budget.spentToday(id)] as const);
    return new Map([["all", all], ...(await Promise.all(each))]);
  });
  return { ledger, budget };
}
