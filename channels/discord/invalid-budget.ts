import { TransientError } from "../../src/core/errors.ts";

/** Keeps a bot that something is wrong with from getting its whole address banned. */
export interface InvalidBudget {
  /** Throws TransientError once too many calls were refused; say what was to be done. */
  check(doing: string): void;
  /** Counts a call that was answered with 401, 403 or 429. */
  spend(): void;
}

/** Discord bans an address for 10 000 of them in ten minutes; several processes may share one. */
const windowMs = 10 * 60_000;
const most = 1_000;

/** Counts per process, in windows of ten minutes. */
export function createInvalidBudget(now: () => number): InvalidBudget {
  let startedAt = now();
  let spent = 0;

  function turnOver(): void {
    if (now() - startedAt < windowMs) return;
    startedAt = now();
    spent = 0;
  }

  return {
    check(doing) {
      turnOver();
      if (spent < most) return;
      throw new TransientError(
        `discord: ${doing}: held back, since Discord refused ${spent} calls within ten minutes`,
        { code: "invalid_budget", retryAfterMs: startedAt + windowMs - now() },
      );
    },
    spend() {
      turnOver();
      spent += 1;
    },
  };
}
