import type { TranscriptItem, WebThread } from "../../core/transcript.ts";
import type { TranscriptBook } from "../../inbox/transcript.ts";
import { createTokenBuffer, type Glimpse } from "./token-buffer.ts";

/** What one client is told of a thread. */
export interface FollowerSink {
  /** A message is new, has changed or is gone; never one that is still being written. */
  item(item: TranscriptItem): void;
  token(glimpse: Glimpse): void;
  typing(): void;
  /** Everything up to this cursor was told. */
  upTo(cursor: number): void;
}

/** Follows one thread for one client, on any process: live where it can, from the transcript always. */
export interface Follower {
  /** Resolves when live events are heard; then reads from `cursor` on. */
  start(): Promise<void>;
  /** Looks at the transcript now. */
  look(): void;
  stop(): void;
}

const pageSize = 100;
/** What was announced while Redis was away is found this late at most, milliseconds. */
const lookEveryMs = 10_000;
const afterFailureMs = 1_000;

export function createFollower(parts: {
  readonly book: Pick<TranscriptBook, "follow" | "changedAfter">;
  readonly thread: WebThread;
  readonly cursor: number;
  readonly sink: FollowerSink;
}): Follower {
  const { book, thread, sink } = parts;
  const buffer = createTokenBuffer((glimpse) => sink.token(glimpse));
  let cursor = parts.cursor;
  let isWanted = false;
  let reading: Promise<void> | undefined;
  let unfollow = () => {};
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  function look(): void {
    if (isStopped) return;
    isWanted = true;
    reading ??= readOn().finally(() => (reading = undefined));
  }

  async function readOn(): Promise<void> {
    while (isWanted && !isStopped) {
      isWanted = false;
      try {
        const items = await book.changedAfter(thread, cursor, pageSize);
        if (isStopped) return;
        for (const item of items) tell(item);
        if (items.length === pageSize) isWanted = true;
        sink.upTo(cursor);
      } catch {
        setTimeout(look, afterFailureMs).unref(); // the database is away: what is kept there is not lost
        return;
      }
    }
  }

  function tell(item: TranscriptItem): void {
    cursor = item.cursor;
    if (item.state === "streaming") return buffer.reset(item.id, item.content.text);
    buffer.flush();
    buffer.forget(item.id);
    sink.item(item);
  }

  return {
    look,
    start: async () => {
      unfollow = await book.follow(thread, (event) => {
        if (isStopped) return;
        if (event.kind === "changed") look();
        else if (event.kind === "token") buffer.push(event);
        else sink.typing();
      });
      if (isStopped) return unfollow();
      timer = setInterval(look, lookEveryMs).unref();
      look();
    },
    stop: () => {
      isStopped = true;
      clearInterval(timer);
      buffer.stop();
      unfollow();
    },
  };
}
