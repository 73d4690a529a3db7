import type { TranscriptItem } from "../../core/transcript.ts";
import type { Scene } from "./acts.ts";
import { stateKeyOf, type ChatHouse } from "./chat-house.ts";
import { createFollower, type FollowerSink } from "./follower.ts";

/** How waiting for an answer ended. `answers` are the finished messages said since, oldest first. */
export interface Waited {
  readonly kind: "answered" | "too long" | "gone";
  readonly answers: readonly TranscriptItem[];
}

/** An answer may be complete a moment before its conversation is. */
const askEveryMs = 250;

/**
 * Waits until what was said with `id` is dealt with and every answer to it was told. `show` sees what comes meanwhile.
 * Ends early as `gone` when the signal aborts.
 */
export async function waitForAnswer(
  { book, progress }: Pick<ChatHouse, "book" | "progress">,
  scene: Scene,
  {
    id,
    cursor,
    withinMs,
    signal,
    show = {},
  }: {
    readonly id: string;
    /** The message's own: whatever comes after it. */
    readonly cursor: number;
    readonly withinMs: number;
    readonly signal: AbortSignal;
    readonly show?: Partial<FollowerSink>;
  },
): Promise<Waited> {
  const answers = new Map<string, TranscriptItem>();
  const { promise, resolve } = Promise.withResolvers<Waited["kind"]>();
  let isAnswered = false;
  let asking = false;

  const follower = createFollower({
    book,
    thread: scene.thread,
    cursor,
    sink: {
      item: (item) => {
        if (item.role === "assistant") answers.set(item.id, item);
        show.item?.(item);
      },
      token: (glimpse) => show.token?.(glimpse),
      typing: () => show.typing?.(),
      upTo: (reached) => {
        show.upTo?.(reached);
        // Dealt with before this look at the transcript: whatever was said about it has been told.
        if (isAnswered) resolve("answered");
        else void ask();
      },
    },
  });

  async function ask(): Promise<void> {
    if (asking || isAnswered) return;
    asking = true;
    try {
      isAnswered = await progress.isAnswered(stateKeyOf(scene), id);
      if (isAnswered) follower.look();
    } catch {
      // asked again in a moment
    } finally {
      asking = false;
    }
  }

  const timer = setInterval(() => void ask(), askEveryMs);
  const late = setTimeout(() => resolve("too long"), withinMs);
  const onAbort = () => resolve("gone");
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    await follower.start();
    const kind = await promise;
    const said = [...answers.values()].filter(({ state }) => state === "final");
    return { kind, answers: said.toSorted((a, b) => a.position - b.position) };
  } finally {
    clearInterval(timer);
    clearTimeout(late);
    signal.removeEventListener("abort", onAbort);
    follower.stop();
  }
}
