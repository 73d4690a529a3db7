import { performance } from "node:perf_hooks";

/** Whose work comes first where not all of it can be done at once. */
export const priorities = ["high", "normal", "low"] as const;
export type Priority = (typeof priorities)[number];

/** Decides when work may begin. */
export interface Admission {
  /**
   * Runs `work` as soon as it may begin: what matters more first, then first come, first served. Work of low priority
   * that has waited too long, or behind too much, is begun nevertheless, and told to put off what it can.
   */
  run<T>(work: (isShed: boolean) => Promise<T>, priority?: Priority): Promise<T>;
  /** Resolves once nobody waits and the process has time, after `mostMs` in any case; true when it had to wait. */
  calm(mostMs: number, signal?: AbortSignal): Promise<boolean>;
}

interface AdmissionTimes {
  /** So long work of low priority waits before it puts off what it can, milliseconds. */
  readonly patienceMs?: number | undefined;
  /** So much work of low priority may wait. */
  readonly mostWaiting?: number | undefined;
}

/** Share of the time the event loop was running code, above which it counts as busy. */
const busyAbove = 0.85;
/** How long the loop is watched before it is judged, and how soon those who wait ask again, milliseconds. */
const lookEveryMs = 50;

interface Waiting {
  readonly since: number;
  readonly begin: (isShed: boolean) => void;
}

/**
 * The doors come first: while the event loop is busy no more than `least` pieces of work are in hand, the rest wait
 * their turn in the queue's own order. Work that waits for somebody else, a model above all, costs the loop nothing
 * and is not held back by this.
 */
export function createAdmission(
  least: number,
  { patienceMs = 5_000, mostWaiting = 100 }: AdmissionTimes = {},
): Admission {
  const lanes: Readonly<Record<Priority, Waiting[]>> = { high: [], normal: [], low: [] };
  let inHand = 0;
  let shedding = 0;
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

  function nextLane(): Waiting[] | undefined {
    return priorities.map((priority) => lanes[priority]).find((lane) => lane.length > 0);
  }

  function admit(): void {
    for (let lane = nextLane(); lane !== undefined && mayBegin(); lane = nextLane()) {
      inHand += 1;
      lane.shift()?.begin(false);
    }
    shed();
    watch();
  }

  /**
   * Who comes next is judged by the last moments, so the loop is looked at for as long as they might have to wait: over
   * a long quiet time, one that became busy just now would still seem to have time.
   */
  function watch(): void {
    const isAwaited = nextLane() !== undefined;
    if (!isAwaited && inHand < least) return;
    timer ??= setTimeout(tick, lookEveryMs);
    if (isAwaited) timer.ref();
    else timer.unref();
  }

  /** One at a time: telling people to wait must not be what keeps the others waiting. */
  function shed(): void {
    const [first] = lanes.low;
    if (first === undefined || shedding > 0) return;
    const isLate = performance.now() - first.since > patienceMs;
    if (!isLate && lanes.low.length <= mostWaiting) return;
    inHand += 1;
    shedding += 1;
    lanes.low.shift()?.begin(true);
  }

  function tick(): void {
    timer = undefined;
    look();
    admit();
  }

  async function enter(priority: Priority): Promise<boolean> {
    if (nextLane() === undefined && mayBegin()) {
      inHand += 1;
      watch();
      return false;
    }
    return new Promise<boolean>((resolve) => {
      lanes[priority].push({ since: performance.now(), begin: resolve });
      watch();
    });
  }

  function isCalm(): boolean {
    look();
    return !isBusy && nextLane() === undefined;
  }

  return {
    async run(work, priority = "normal") {
      const isShed = await enter(priority);
      try {
        return await work(isShed);
      } finally {
        inHand -= 1;
        if (isShed) shedding -= 1;
        admit();
      }
    },
    async calm(mostMs, signal) {
      const until = performance.now() + mostMs;
      let waited = false;
      while (!isCalm() && performance.now() < until && signal?.aborted !== true) {
        waited = true;
        await new Promise((resolve) => setTimeout(resolve, lookEveryMs).unref());
      }
      return waited;
    },
  };
}
