import type { LayerName, LimitLayer } from "./limit-layers.ts";

/** What one layer says to one more message. */
export interface LayerReading {
  readonly layer: LimitLayer;
  readonly allowed: boolean;
  /** Milliseconds until it may let one through; 0 when it does now, Infinity when it never will. */
  readonly retryAfterMs: number;
}

/** Whether a message may be worked on now; if not, which limit says so and until when. */
export type LimitDecision =
  | { readonly kind: "allowed" }
  | {
      readonly kind: "limited";
      readonly layer: LayerName;
      readonly limit: number;
      readonly windowMs: number;
      readonly retryAfterMs: number;
      readonly resetsAt: Date;
    };

const neverMs = 24 * 60 * 60 * 1000;

/** The most restrictive of several limits: of those that refuse, the one that refuses longest. Touches nothing. */
export function decideLimit(readings: readonly LayerReading[], now: Date): LimitDecision {
  const refusing = readings.filter(({ allowed }) => !allowed);
  const strictest = refusing.toSorted((a, b) => b.retryAfterMs - a.retryAfterMs)[0];
  if (strictest === undefined) return { kind: "allowed" };
  const { name: layer, limit, windowMs } = strictest.layer;
  // A limit of nothing never resets; whoever asks again tomorrow gets the same answer.
  const retryAfterMs = Math.min(strictest.retryAfterMs, neverMs);
  const resetsAt = new Date(now.getTime() + retryAfterMs);
  return { kind: "limited", layer, limit, windowMs, retryAfterMs, resetsAt };
}
