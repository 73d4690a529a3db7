import type { MayCall } from "../run-tool.ts";

/** A bucket of tokens that all processes share, as the fast state keeps it. */
export interface CallBuckets {
  take(
    key: string,
    bucket: { readonly capacity: number; readonly refillPerMinute: number },
  ): Promise<{ readonly allowed: boolean; readonly retryAfterMs: number }>;
}

/** Keeps each tool's own limit, for each caller of each tenant by themselves. A tool without one is not limited. */
export function limitTools(buckets: CallBuckets): MayCall {
  return async (tool, { tenantId, contactId }) => {
    if (tool.rateLimit === undefined) return { allowed: true };
    const { perMinute } = tool.rateLimit;
    return buckets.take(`tool:${tenantId}:${contactId}:${tool.name}`, {
      capacity: perMinute,
      refillPerMinute: perMinute,
    });
  };
}
