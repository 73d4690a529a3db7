import { setTimeout as sleep } from "node:timers/promises";
import { TransientError } from "../../core/errors.ts";

const mostTries = 5;
const mostMs = 10_000;

/**
 * Tries a courtesy until it is done, a few times: `false` and a TransientError mean later. Anything else it throws goes
 * through. Keeps no process alive.
 */
export async function patiently(work: () => Promise<boolean>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    let waitMs = 250 * 2 ** attempt;
    try {
      if ((await work()) || attempt >= mostTries) return;
    } catch (cause) {
      if (!(cause instanceof TransientError) || attempt >= mostTries) throw cause;
      waitMs = cause.retryAfterMs ?? waitMs;
    }
    await sleep(Math.min(mostMs, waitMs), undefined, { ref: false });
  }
}
