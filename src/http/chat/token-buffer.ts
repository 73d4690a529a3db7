/** A piece of a message being written: `text` stands at `from`. */
export interface Glimpse {
  readonly id: string;
  readonly from: number;
  readonly text: string;
}

/** How timers are set; handed in so that tests need not wait. */
export interface Timers {
  set(fn: () => void, ms: number): unknown;
  clear(timer: unknown): void;
}

/** Collects what is written into a few writes to one client. */
export interface TokenBuffer {
  /** What does not go on where the client is, is left out: the client gets it with the next whole text. */
  push(glimpse: Glimpse): void;
  /** The whole text so far, as it is kept: fills every gap. */
  reset(id: string, text: string): void;
  /** Writes what is waiting, now. */
  flush(): void;
  /** How much of a message the client has been shown. */
  shown(id: string): string;
  forget(id: string): void;
  stop(): void;
}

const everyMs = 50;
const most = 5;

const realTimers: Timers = {
  set: (fn, ms) => setTimeout(fn, ms),
  clear: (timer) => clearTimeout(timer as NodeJS.Timeout),
};

/** Writes every 50 ms or 5 tokens, whichever is first. */
export function createTokenBuffer(
  write: (glimpse: Glimpse) => void,
  timers: Timers = realTimers,
): TokenBuffer {
  const texts = new Map<string, string>();
  let waiting: { id: string; from: number; text: string; count: number } | undefined;
  let timer: unknown;

  function flush(): void {
    timers.clear(timer);
    timer = undefined;
    const out = waiting;
    waiting = undefined;
    if (out !== undefined) write({ id: out.id, from: out.from, text: out.text });
  }

  function push({ id, from, text }: Glimpse): void {
    const have = texts.get(id) ?? "";
    if (from > have.length || (from === have.length && text === "")) return;
    texts.set(id, have.slice(0, from) + text);
    if (waiting !== undefined && (waiting.id !== id || waiting.from + waiting.text.length !== from)) flush();
    waiting ??= { id, from, text: "", count: 0 };
    waiting.text += text;
    waiting.count += 1;
    if (waiting.count >= most) return flush();
    timer ??= timers.set(flush, everyMs);
  }

  return {
    push,
    reset: (id, text) => {
      const have = texts.get(id) ?? "";
      if (have.startsWith(text)) return; // the client is further already
      push(
        text.startsWith(have)
          ? { id, from: have.length, text: text.slice(have.length) }
          : { id, from: 0, text },
      );
    },
    flush,
    shown: (id) => texts.get(id) ?? "",
    forget: (id) => void texts.delete(id),
    stop: () => {
      timers.clear(timer);
      timer = undefined;
      waiting = undefined;
      texts.clear();
    },
  };
}
