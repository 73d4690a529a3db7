/** Writes the newest of what it is offered, one at a time. */
export interface Latest<T> {
  /** Resolves when this value or a newer one is written; rejects when that write failed. */
  offer(value: T): Promise<void>;
  /** Writes nothing more; resolves when a write in hand is over, however it ended. */
  close(): Promise<void>;
}

/** Leaves at least `everyMs` between the end of one write and the next; the first one waits as well. */
export function createLatest<T>(write: (value: T) => Promise<void>, everyMs: () => number): Latest<T> {
  let next: { value: T } | undefined;
  let running: Promise<void> | undefined;
  let wake: (() => void) | undefined;
  let isClosed = false;
  let lastAt = performance.now();

  function offer(value: T): Promise<void> {
    if (isClosed) return Promise.resolve();
    next = { value };
    running ??= run();
    return running;
  }

  async function run(): Promise<void> {
    try {
      while (next !== undefined) {
        await pause(lastAt + everyMs() - performance.now());
        if (isClosed) return;
        const { value } = next;
        next = undefined;
        await write(value).finally(() => {
          lastAt = performance.now();
        });
      }
    } finally {
      // In the same step as the last look at `next`, so that no offer falls in between.
      running = undefined;
    }
  }

  function pause(ms: number): Promise<void> {
    if (ms <= 0 || isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async function close(): Promise<void> {
    isClosed = true;
    wake?.();
    await running?.catch(() => {}); // whoever offered it was told
  }

  return { offer, close };
}
