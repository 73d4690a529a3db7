import { setTimeout as sleep } from "node:timers/promises";
import type { TenantId } from "../../core/ids.ts";

export interface GoRoundParts {
  /** The companies that have sources now. */
  readonly companies: () => readonly TenantId[];
  /** Goes through one company's sources that are due; `isFirst` since the start. */
  readonly goThrough: (tenantId: TenantId, isFirst: boolean, signal: AbortSignal) => Promise<void>;
  /** Asked whenever a company was gone through and all of them were once: whether to tell of it. */
  readonly isNews: () => boolean;
  readonly onRound: (signal: AbortSignal) => Promise<void>;
  /** They are to be looked at again. */
  readonly isRepeated: () => boolean;
  /** Resolves with their next change, and when the signal aborts. */
  readonly changed?: ((signal: AbortSignal) => Promise<void>) | undefined;
}

// One company that is slow holds up itself; two leave little room, and reading takes a processor as it is.
const atOnce = 2;
const lookEveryMs = 60_000;

/**
 * Goes through all companies' sources, each company's one after the other and two companies at once, again and again
 * until the signal aborts; once where nothing asks to be repeated. What one of them fails over ends the others.
 */
export async function goRound(parts: GoRoundParts, signal: AbortSignal): Promise<void> {
  const { companies, goThrough, isNews, onRound, isRepeated, changed } = parts;
  const ending = new AbortController();
  const either = AbortSignal.any([signal, ending.signal]);
  const inTurn = createSlots(atOnce);
  const lanes = new Map<TenantId, Promise<void>>();
  const seen = new Set<TenantId>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  let isFirstTold = false;
  let telling = Promise.resolve();

  async function go(tenantId: TenantId): Promise<void> {
    await inTurn(async () => {
      either.throwIfAborted();
      await goThrough(tenantId, !seen.has(tenantId), either).catch(fail);
    });
    seen.add(tenantId);
    lanes.delete(tenantId);
    await tell();
  }

  /** Whoever waits for their turn does not begin any more. */
  function fail(cause: unknown): never {
    failed.reject(cause);
    ending.abort();
    throw cause;
  }

  function tell(): Promise<void> {
    if (!companies().every((each) => seen.has(each))) return telling;
    if (isNews() || !isFirstTold) telling = telling.then(() => onRound(either));
    isFirstTold = true;
    return telling;
  }

  try {
    if (companies().length === 0) await tell();
    for (;;) {
      for (const tenantId of companies().filter((each) => !lanes.has(each))) {
        const lane = go(tenantId);
        lane.catch(failed.reject);
        lanes.set(tenantId, lane);
      }
      if (!isRepeated() && changed === undefined) return void (await Promise.all(lanes.values()));
      await Promise.race([nextLook(either, changed), failed.promise]);
    }
  } finally {
    ending.abort();
    await Promise.allSettled(lanes.values());
  }
}

async function nextLook(signal: AbortSignal, changed: GoRoundParts["changed"]): Promise<void> {
  const resting = new AbortController();
  const either = AbortSignal.any([signal, resting.signal]);
  try {
    await Promise.race(
      [sleep(lookEveryMs, undefined, { signal: either }), changed?.(either)].filter(
        (each) => each !== undefined,
      ),
    );
  } finally {
    resting.abort();
  }
  signal.throwIfAborted();
}

/** Runs as many works at once, the others in the order they came. */
function createSlots(most: number): (work: () => Promise<void>) => Promise<void> {
  const waiting: (() => void)[] = [];
  let free = most;
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
