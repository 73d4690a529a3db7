import { performance } from "node:perf_hooks";

/** Decides when work may begin. */
export interface Admission {
  /** Runs `work` as soon as it may begin; first come, first served. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** Share of the time the event loop was running code, above which it counts as busy. */
const busyAbove = 0.85;
/** How long the loop is watched before it is judged, and how soon those who wait ask again, milliseconds. */
const lookEveryMs = 50;

/**
 * The doors come first: while the event loop is busy no more than `least` pieces of work are in hand, the rest wait
 * their turn in the queue's own order. Work that waits for somebody else, a model above all, costs the loop nothing
 * and is not held back by this.
 */
export function createAdmission(least: number): Admission {
  const waiting: (() => void)[] = [];
  let inHand = 0;
  let seen = performance.eventLoopUtilization();
  let seenAt = performance.now();
  let isBusy = false;
  let timer: NodeJS.Timeout | undefined;

  function look(): void {
    const now = performance.now();
    if (now - seenAt < lookEveryMs) return;
    const current = performance.eventLoopUtilization();
    isBusy = performance.eventLoopUtilization(current, seen).utilization > busyAbove;
    seen = current;
    seenAt = now;
  }

  function mayBegin(): boolean {
    look();
    return inHand < least || !isBusy;
  }

  function admit(): void {
    while (waiting.length > 0 && mayBegin()) {
      inHand += 1;
      waiting.shift()?.();
    }
    if (waiting.length > 0) timer ??= setTimeout(tick, lookEveryMs);
  }

  function tick(): void {
    timer = undefined;
    admit();
  }

  async function enter(): Promise<void> {
    if (waiting.length === 0 && mayBegin()) {
      inHand += 1;
      return;
    }
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
      timer ??= setTimeout(tick, lookEveryMs);
    });
  }

  return {
    async run(work) {
      await enter();
      try {
        return await work();
      } finally {
        inHand -= 1;
        admit();
      }
    },
  };
}
