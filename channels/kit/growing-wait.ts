import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds. */
export interface GrowingWait {
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * Waits before something that failed `failures` times is tried again: twice as long each time, not at all before the first
 * failure. Waits differ, so that many processes do not come back at the same moment. Resolves at once when told to stop, and
 * keeps no process from ending.
 */
export async function growingWait(
  failures: number,
  { firstMs, longestMs }: GrowingWait,
  signal: AbortSignal,
): Promise<void> {
  if (failures === 0) return;
  const waitMs = Math.min(longestMs, firstMs * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
  await sleep(waitMs, undefined, { signal, ref: false }).catch(() => {});
}
