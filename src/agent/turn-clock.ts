/** The time a turn has, and why it ended early. */
export interface TurnClock {
  /** Aborted when the time is over, the caller stops, or `stop` is called. */
  readonly signal: AbortSignal;
  remainingMs(): number;
  /** The turn's own time is over; false when somebody stopped it before. */
  isOver(): boolean;
  stop(cause: unknown): void;
  /** Frees the timer; must be called. */
  end(): void;
}

/** Starts a turn's clock. */
export function createTurnClock(outer: AbortSignal, timeoutMs: number): TurnClock {
  const controller = new AbortController();
  const endsAt = performance.now() + timeoutMs;
  let isOver = false;
  const follow = () => controller.abort(outer.reason);
  if (outer.aborted) follow();
  else outer.addEventListener("abort", follow, { once: true });
  const timer = setTimeout(() => {
    isOver = !controller.signal.aborted;
    controller.abort(new Error(`the turn took longer than ${timeoutMs} ms`));
  }, timeoutMs);
  return {
    signal: controller.signal,
    remainingMs: () => endsAt - performance.now(),
    isOver: () => isOver,
    stop: (cause) => controller.abort(cause),
    end() {
      clearTimeout(timer);
      outer.removeEventListener("abort", follow);
    },
  };
}
