import type { Attempt, ReplyStream } from "../../src/core/channel.ts";
import { TransientError } from "../../src/core/errors.ts";
import type { Reply } from "../../src/core/reply.ts";
import type { Transcript, WebThread } from "../../src/core/transcript.ts";
import { holdBack } from "../kit/hold-back.ts";
import { createLatest } from "../kit/latest.ts";
import { renderReply } from "./render.ts";
import { toSafeMarkdown } from "./safe-markdown.ts";
import { changeMessage, checkRight, messageGone } from "./write.ts";

/** The least time between two steps of a stream, milliseconds. */
export const showEveryMs = 50;
/** How often what was shown is written down, for those who come later and for a stream nobody ends, milliseconds. */
const keepEveryMs = 1_000;

/** Where a stream writes, and as what. */
export interface StreamScene {
  readonly transcript: Transcript;
  readonly thread: WebThread;
  readonly attempt: Attempt;
}

/** Opens a message that grows: steps are only told, now and then kept; the end is kept whole. */
export async function openStream(scene: StreamScene, text: string): Promise<ReplyStream> {
  const { transcript, thread, attempt } = scene;
  const id = attempt.deliveryId;
  let shown = toSafeMarkdown(holdBack(text));
  let keptAt = performance.now();
  checkRight(attempt);
  await transcript.add(thread, { id, role: "assistant", state: "streaming", content: { text: shown } });

  async function grow(whole: string): Promise<void> {
    const safe = toSafeMarkdown(holdBack(whole));
    if (safe === shown) return;
    const from = safe.startsWith(shown) ? shown.length : 0;
    checkRight(attempt);
    await transcript.tell(thread, { kind: "token", id, from, text: safe.slice(from) });
    shown = safe;
    if (performance.now() - keptAt >= keepEveryMs) await keep();
  }

  async function keep(): Promise<void> {
    keptAt = performance.now();
    const content = { text: shown };
    try {
      await changeMessage(transcript, thread, id, {
        content,
        state: "streaming",
        from: ["streaming"],
        durable: false,
      });
    } catch (cause) {
      if (!(cause instanceof TransientError)) throw cause; // what was not kept is kept by the next step, or the end
    }
  }

  const writes = createLatest(grow, () => 0); // the caller keeps the pace

  async function finish(reply: Reply): Promise<void> {
    await writes.close();
    checkRight(attempt);
    const content = renderReply(reply);
    const from = ["streaming", "final"] as const;
    if (!(await changeMessage(transcript, thread, id, { content, state: "final", from })))
      throw messageGone("finish a stream");
  }

  return { ref: { id }, show: (body) => writes.offer(body), finish };
}
