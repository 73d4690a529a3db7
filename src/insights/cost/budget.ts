import type { ContactId, ConversationId, TenantId } from "../../core/ids.ts";
import type { FastState } from "../../store/fast-state.ts";
import { createAllowances, type Allowance, type Held } from "./allowance.ts";
import { decideSpending, type SpendingReading, type SpendingScope } from "./decide-spending.ts";
import type { SpendingLedger } from "./spending-ledger.ts";

/** What may be spent. `undefined`: no limit of that kind. */
export interface SpendingLimits {
  /** `AI_MAX_COST_PER_DAY`: US dollars of the whole deployment on a day in UTC. */
  readonly maxPerDayUsd: number;
  /** `AI_COST_ALERT_THRESHOLD`: raises one alert a day; from here on the cheap tier answers. */
  readonly alertThresholdUsd: number;
  /** US dollars of one company on a day. At the same share of it as the deployment's an alert is raised. */
  readonly tenantPerDayUsd?: ((tenantId: TenantId) => number | undefined) | undefined;
  readonly tokensPerCustomerDay?: number | undefined;
  readonly tokensPerConversation?: number | undefined;
}

/** Whose turn spends. */
export interface Spender {
  readonly tenantId: TenantId;
  readonly contactId: ContactId;
  readonly conversationId: ConversationId;
  /** Nothing was said in the conversation before, so nothing was spent in it. */
  readonly isFirst?: boolean | undefined;
}

/** What was or may be used. */
export interface Spent {
  readonly costUsd: number;
  readonly tokens: number;
}

/** The right to make one call, already paid for at its most. */
export type Reservation =
  | {
      readonly kind: "granted";
      /** `cheap`: ask the cheap tier instead of the wanted one. */
      readonly tier: "wanted" | "cheap";
      /** Counts what the call used and gives the rest back. Must be called once, also when the call failed. Never rejects. */
      settle(spent: Spent): Promise<void>;
    }
  | { readonly kind: "refused"; readonly scope: SpendingScope; readonly resetsAt: Date | undefined };

/** Told once a day each: the threshold was crossed, the limit refused its first call. */
export interface SpendingAlert {
  readonly kind: "threshold crossed" | "limit reached";
  readonly scope: SpendingScope;
  readonly tenantId: TenantId | undefined;
  readonly spentUsd: number;
  readonly limitUsd: number;
  readonly day: string;
}

/** Money and tokens, kept within their limits before they are spent, across all processes. */
export interface Budget {
  /**
   * Asks for one model call by the most it can use: the tokens of its prompt and the longest answer, at their prices.
   * Calls whose real use stays within that never exceed a limit together. Rejects only when the ledger cannot be read.
   */
  reserve(spender: Spender, wanted: Spent, cheap?: Spent): Promise<Reservation>;
  /** Counts what cost something without being asked for first: a tool, a search. Never rejects. */
  charge(spender: Spender, spent: Spent): Promise<void>;
  /** The same for what a company as a whole needed, and nobody's turn in it: its documents. Never rejects. */
  chargeCompany(tenantId: TenantId, costUsd: number): Promise<void>;
  /** US dollars spent today, for gauges. */
  spentToday(tenantId?: TenantId): Promise<number>;
}

export interface BudgetParts {
  readonly fast: Pick<FastState, "count" | "countAll">;
  readonly ledger: Pick<SpendingLedger, "dayUsd" | "customerTokens" | "conversationTokens">;
  readonly limits: SpendingLimits;
  readonly onAlert: (alert: SpendingAlert) => void;
  /** Told of each call that was refused. */
  readonly onRefused?: ((scope: SpendingScope) => void) | undefined;
  readonly now?: (() => Date) | undefined;
}

interface Scope {
  readonly name: SpendingScope;
  readonly unit: "dollars" | "tokens";
  readonly allowance: Allowance;
  readonly limit: number;
  readonly threshold: number | undefined;
}

const dayMs = 24 * 60 * 60 * 1000;
const micro = 1_000_000;

export function createBudget({
  fast,
  ledger,
  limits,
  onAlert,
  onRefused,
  now = () => new Date(),
}: BudgetParts): Budget {
  const allowances = createAllowances({ fast, now: () => now().getTime() });
  const { maxPerDayUsd, alertThresholdUsd } = limits;
  const alertShare = maxPerDayUsd > 0 ? Math.min(1, alertThresholdUsd / maxPerDayUsd) : 1;

  async function reserve(spender: Spender, wanted: Spent, cheap?: Spent): Promise<Reservation> {
    const day = toDay(now());
    const held = await Promise.all(scopesOf(spender, day).map((scope) => hold(scope, wanted)));
    const decision = decideSpending(held.map((one) => toReading(one, wanted, cheap)));
    switch (decision.kind) {
      case "no model":
        await Promise.all(held.map(({ hold: each }) => each.change(0)));
        onRefused?.(decision.scope);
        await alertOfLimit(decision.scope, spender, day, held);
        return { kind: "refused", scope: decision.scope, resetsAt: resetOf(decision.scope, day) };
      case "cheap tier":
        await Promise.all(held.map(({ scope, hold: each }) => each.change(amountOf(scope, cheap ?? wanted))));
        return grant("cheap", spender, day, held);
      case "ok":
        return grant("wanted", spender, day, held);
      default:
        throw new Error(`unknown decision: ${JSON.stringify(decision satisfies never)}`);
    }
  }

  function grant(
    tier: "wanted" | "cheap",
    spender: Spender,
    day: string,
    held: readonly HeldScope[],
  ): Reservation {
    let settled = false;
    return {
      kind: "granted",
      tier,
      async settle(spent) {
        if (settled) return;
        settled = true;
        await Promise.allSettled(held.map((one) => settle(one, spender, day, spent)));
      },
    };
  }

  async function chargeAll(
    scopes: readonly Scope[],
    spender: Pick<Spender, "tenantId">,
    { day, spent }: { readonly day: string; readonly spent: Spent },
  ): Promise<void> {
    const none = { costUsd: 0, tokens: 0 };
    const held = await Promise.allSettled(scopes.map((scope) => hold(scope, none)));
    const found = held.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    await Promise.allSettled(found.map((one) => settle(one, spender, day, spent)));
  }

  async function settle(
    { scope, hold: each }: HeldScope,
    { tenantId }: Pick<Spender, "tenantId">,
    day: string,
    spent: Spent,
  ) {
    const { before, after } = await each.settle(amountOf(scope, spent));
    const { threshold } = scope;
    if (threshold === undefined || before >= threshold || after < threshold) return;
    onAlert({
      kind: "threshold crossed",
      scope: scope.name,
      tenantId: scope.name === "tenant day" ? tenantId : undefined,
      spentUsd: after / micro,
      limitUsd: scope.limit / micro,
      day,
    });
  }

  async function alertOfLimit(
    name: SpendingScope,
    { tenantId }: Spender,
    day: string,
    held: readonly HeldScope[],
  ): Promise<void> {
    const found = held.find(({ scope }) => scope.name === name);
    if (found === undefined || found.scope.unit === "tokens") return;
    const { scope, hold: each } = found;
    if ((await fast.count(`limit-told:${scope.allowance.key}`, 1, dayMs)) > 1) return;
    onAlert({
      kind: "limit reached",
      scope: name,
      tenantId: name === "tenant day" ? tenantId : undefined,
      spentUsd: each.used / micro,
      limitUsd: scope.limit / micro,
      day,
    });
  }

  async function hold(scope: Scope, wanted: Spent): Promise<HeldScope> {
    return { scope, hold: await allowances.hold(scope.allowance, amountOf(scope, wanted)) };
  }

  function scopesOf({ tenantId, contactId, conversationId, isFirst = false }: Spender, day: string): Scope[] {
    const { tokensPerCustomerDay, tokensPerConversation } = limits;
    const scopes = dayScopes(tenantId, day);
    if (tokensPerCustomerDay !== undefined) {
      const key = `tokens:${tenantId}:${contactId}:${day}`;
      const load = () => ledger.customerTokens(tenantId, contactId, day);
      scopes.push(tokenScope("customer day", { key, ttlMs: 2 * dayMs, load }, tokensPerCustomerDay));
    }
    if (tokensPerConversation !== undefined) {
      const key = `tokens:${tenantId}:${conversationId}`;
      const load = async () => (isFirst ? 0 : ledger.conversationTokens(tenantId, conversationId));
      scopes.push(tokenScope("conversation", { key, ttlMs: 2 * dayMs, load }, tokensPerConversation));
    }
    return scopes;
  }

  function dayScopes(tenantId: TenantId, day: string): Scope[] {
    const ofTenant = limits.tenantPerDayUsd?.(tenantId);
    const own = ofTenant === undefined ? [] : [tenantScope(tenantId, day, ofTenant)];
    return [deploymentScope(day), ...own];
  }

  function deploymentScope(day: string): Scope {
    const load = async () => toMicro(await ledger.dayUsd(day));
    return {
      name: "deployment day",
      unit: "dollars",
      allowance: { key: `cost:${day}`, ttlMs: 2 * dayMs, load },
      limit: toMicro(maxPerDayUsd),
      threshold: toMicro(alertThresholdUsd),
    };
  }

  function tenantScope(tenantId: TenantId, day: string, limitUsd: number): Scope {
    const load = async () => toMicro(await ledger.dayUsd(day, tenantId));
    return {
      name: "tenant day",
      unit: "dollars",
      allowance: { key: `cost:${tenantId}:${day}`, ttlMs: 2 * dayMs, load },
      limit: toMicro(limitUsd),
      threshold: toMicro(limitUsd * alertShare),
    };
  }

  return {
    reserve,
    charge: async (spender, spent) => {
      const day = toDay(now());
      await chargeAll(scopesOf(spender, day), spender, { day, spent });
    },
    chargeCompany: async (tenantId, costUsd) => {
      const day = toDay(now());
      await chargeAll(dayScopes(tenantId, day), { tenantId }, { day, spent: { costUsd, tokens: 0 } });
    },
    spentToday: async (tenantId) => {
      const day = toDay(now());
      const scope = tenantId === undefined ? deploymentScope(day) : tenantScope(tenantId, day, 0);
      return (await allowances.used(scope.allowance)) / micro;
    },
  };
}

interface HeldScope {
  readonly scope: Scope;
  readonly hold: Held;
}

function tokenScope(name: SpendingScope, allowance: Allowance, limit: number): Scope {
  return { name, unit: "tokens", allowance, limit, threshold: undefined };
}

function toReading({ scope, hold }: HeldScope, wanted: Spent, cheap: Spent | undefined): SpendingReading {
  return {
    scope: scope.name,
    used: hold.used,
    total: hold.total,
    limit: scope.limit,
    threshold: scope.threshold,
    wanted: amountOf(scope, wanted),
    cheap: cheap === undefined ? undefined : amountOf(scope, cheap),
  };
}

/** Rounded up, so that many small calls are not free. */
function amountOf({ unit }: Scope, { costUsd, tokens }: Spent): number {
  return unit === "dollars" ? toMicro(costUsd) : Math.ceil(tokens);
}

function toMicro(usd: number): number {
  // What floating point adds in the last place is no millionth of a dollar.
  return Math.ceil(Number((usd * micro).toFixed(3)));
}

function toDay(at: Date): string {
  return at.toISOString().slice(0, 10);
}

function resetOf(scope: SpendingScope, day: string): Date | undefined {
  return scope === "conversation" ? undefined : new Date(Date.parse(`${day}T00:00:00Z`) + dayMs);
}
