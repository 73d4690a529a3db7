import type { Attempt, ReplyStream } from "../../src/core/channel.ts";
import type { Reply } from "../../src/core/reply.ts";
import type { Transcript, WebThread } from "../../src/core/transcript.ts";
import { holdBack } from "../kit/hold-back.ts";
import { renderReply } from "./render.ts";
import { toSafeMarkdown } from "./safe-markdown.ts";

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
  attempt.checkpoint();
  await transcript.add(thread, { id, role: "assistant", state: "streaming", content: { text: shown } });

  async function show(whole: string): Promise<void> {
    const safe = toSafeMarkdown(holdBack(whole));
    if (safe === shown) return;
    const from = safe.startsWith(shown) ? shown.length : 0;
    attempt.checkpoint();
    await transcript.tell(thread, { kind: "token", id, from, text: safe.slice(from) });
    shown = safe;
    if (performance.now() - keptAt < keepEveryMs) return;
    keptAt = performance.now();
    const content = { text: shown };
    await transcript.change(thread, id, { content, state: "streaming", from: ["streaming"], durable: false });
  }

  async function finish(reply: Reply): Promise<void> {
    attempt.checkpoint();
    const content = renderReply(reply);
    await transcript.change(thread, id, { content, state: "final", from: ["streaming", "final"] });
  }

  return { ref: { id }, show, finish };
}
