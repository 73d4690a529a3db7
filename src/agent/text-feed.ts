/** Passes the newest text on, one call at a time. */
export interface TextFeed {
  /** Takes the whole text so far. Never waits, never throws. */
  push(text: string): void;
  /** Resolves when the newest text was passed on; rejects with what the receiver threw. */
  settle(): Promise<void>;
}

/**
 * Calls `onText` with ever newer texts and never again before its last promise resolved:
 * texts that came meanwhile are skipped but for the newest. After a failure nothing more is passed on.
 */
export function createTextFeed(
  onText: (text: string) => void | Promise<void>,
  onFailure: (cause: unknown) => void,
): TextFeed {
  let newest = "";
  let passed = "";
  let running: Promise<void> | undefined;
  let failure: { readonly cause: unknown } | undefined;

  function passOn(): void {
    while (running === undefined && failure === undefined && passed !== newest) {
      passed = newest;
      try {
        const taking = onText(passed);
        if (taking !== undefined) running = taking.then(takeNext, fail);
      } catch (cause) {
        fail(cause);
      }
    }
  }
  function takeNext(): void {
    running = undefined;
    passOn();
  }
  function fail(cause: unknown): void {
    running = undefined;
    failure = { cause };
    onFailure(cause);
  }

  return {
    push(text) {
      newest = text;
      passOn();
    },
    async settle() {
      while (running !== undefined) await running;
      if (failure !== undefined) throw failure.cause;
    },
  };
}
