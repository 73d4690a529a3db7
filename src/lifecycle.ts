import type { Part } from "./core/part.ts";

/** A service made of parts. Both promises are the same however often they are asked for. */
export interface Lifecycle {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts parts in the order given and stops them in reverse, so a part may rely on
 * everything listed before it. A start that fails stops what had started.
 */
export function createLifecycle(parts: readonly Part[], shutdownMs: number): Lifecycle {
  const started: Part[] = [];
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;

  async function startAll(): Promise<void> {
    for (const part of parts) {
      if (stopping !== undefined) return stopping; // told to stop while still starting
      started.push(part);
      try {
        await part.start();
      } catch (cause) {
        await stop().catch(() => {}); // the failed start is the error worth reporting
        throw new Error(`${part.name} did not start`, { cause });
      }
    }
  }

  function start(): Promise<void> {
    starting ??= startAll();
    return starting;
  }

  function stop(): Promise<void> {
    stopping ??= stopAll(started.toReversed(), AbortSignal.timeout(shutdownMs));
    return stopping;
  }

  return { start, stop };
}

async function stopAll(parts: readonly Part[], deadline: AbortSignal): Promise<void> {
  const failures: Error[] = [];
  for (const part of parts) {
    try {
      await part.stop(deadline);
    } catch (cause) {
      failures.push(new Error(`${part.name} did not stop cleanly`, { cause }));
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, "shutdown was not clean");
}
