/** Limits of one streamed call, in milliseconds. */
interface StreamLimits {
  readonly timeoutMs: number;
  readonly firstByteMs: number;
  readonly idleMs: number;
}

/** Watches over one streamed call and cuts it when nothing comes any more. */
export interface Watchdog {
  /** Aborted with the caller's reason, or when a limit is over. */
  readonly signal: AbortSignal;
  /** A piece of the answer came. */
  beat(): void;
  /** Which limit cut the call, once one did. */
  cutBy(): string | undefined;
  /** Frees the timers; must be called however the call ends. */
  end(): void;
}

/** Starts the clock of one streamed call. */
export function createWatchdog(outer: AbortSignal, limits: StreamLimits): Watchdog {
  const controller = new AbortController();
  let limit: string | undefined;
  let flowing = false;
  const cut = (name: string) => {
    limit ??= name;
    controller.abort();
  };
  const follow = () => controller.abort(outer.reason);
  if (outer.aborted) follow();
  else outer.addEventListener("abort", follow, { once: true });
  const total = setTimeout(cut, limits.timeoutMs, `not complete after ${limits.timeoutMs} ms`);
  let silence = setTimeout(cut, limits.firstByteMs, `no first byte for ${limits.firstByteMs} ms`);

  return {
    signal: controller.signal,
    beat() {
      if (flowing) return void silence.refresh();
      flowing = true;
      clearTimeout(silence);
      silence = setTimeout(cut, limits.idleMs, `silent for ${limits.idleMs} ms`);
    },
    cutBy: () => limit,
    end() {
      clearTimeout(total);
      clearTimeout(silence);
      outer.removeEventListener("abort", follow);
    },
  };
}
