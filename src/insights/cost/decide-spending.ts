/** What may be used up, in the order in which people are told. */
export type SpendingScope = "deployment day" | "tenant day" | "customer day" | "conversation";

/** One allowance as it stands, with the call that is asked for counted in. */
export interface SpendingReading {
  readonly scope: SpendingScope;
  readonly used: number;
  readonly total: number;
  readonly limit: number;
  /** From here on the cheap tier answers. */
  readonly threshold?: number | undefined;
  /** What the call may use at most, by the wanted and by the cheap tier. */
  readonly wanted: number;
  readonly cheap: number | undefined;
}

/** What may be asked. `no model`: the cache or the keyless brain answers. */
export type SpendingDecision =
  | { readonly kind: "ok" }
  | { readonly kind: "cheap tier" }
  | { readonly kind: "no model"; readonly scope: SpendingScope };

/**
 * Decides before a call, by the most it can cost. The cheap tier answers where the threshold is crossed or the wanted
 * model would cross a limit, no model where the cheap one would, too. Touches nothing.
 */
export function decideSpending(readings: readonly SpendingReading[]): SpendingDecision {
  const withCheap = ({ total, wanted, cheap }: SpendingReading): number => total - wanted + (cheap ?? wanted);
  const exceeded = readings.find((reading) => withCheap(reading) > reading.limit);
  const isOver = readings.some(({ total, limit }) => total > limit);
  const isLate = readings.some(({ used, threshold }) => threshold !== undefined && used >= threshold);
  const hasCheap = readings.every(({ cheap }) => cheap !== undefined);
  if (exceeded !== undefined) return { kind: "no model", scope: exceeded.scope };
  return hasCheap && (isOver || isLate) ? { kind: "cheap tier" } : { kind: "ok" };
}
