import { TransientError, UncertainError } from "../../src/core/errors.ts";
import type { Log } from "../../src/core/log.ts";
import { growingWait } from "./growing-wait.ts";

interface LaterParts {
  readonly platform: string;
  /** Nothing is tried any more. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** A platform, or our database, that cannot be asked just now. */
export function isAway(cause: unknown): cause is TransientError | UncertainError {
  return cause instanceof TransientError || cause instanceof UncertainError;
}

/**
 * Does what a channel begins with, which needs its platform. A platform that is away keeps nobody from starting: then it
 * resolves all the same, and goes on trying until it is done, or refused. Rejects with what is refused at once. `act` may
 * be called again wherever it stopped.
 */
export async function nowOrLater(act: () => Promise<void>, parts: LaterParts): Promise<void> {
  try {
    await act();
  } catch (cause) {
    if (!isAway(cause)) throw cause;
    const { platform, log } = parts;
    log.warn(
      { err: cause },
      `${platform} cannot be reached to check the bot token; trying again until it can`,
    );
    void tryOn(act, parts);
  }
}

const beforeAskingAgain = { firstMs: 500, longestMs: 60_000 };

async function tryOn(act: () => Promise<void>, { platform, signal, log }: LaterParts): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    await growingWait(attempt, beforeAskingAgain, signal);
    if (signal.aborted) return;
    try {
      await act();
      return log.info({ attempt }, `${platform} answers: the bot token is checked`);
    } catch (cause) {
      if (isAway(cause)) continue;
      return log.error({ err: cause }, `${platform} does not take the bot token`);
    }
  }
}
