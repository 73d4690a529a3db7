import type { Attempt } from "../../src/core/channel.ts";
import { PermanentError, StoodDownError, TransientError, UncertainError } from "../../src/core/errors.ts";
import type { Transcript, TranscriptChange, WebThread } from "../../src/core/transcript.ts";

/** Throws unless this try may still write: right before each write. */
export function checkRight({ signal, checkpoint }: Attempt): void {
  if (signal.aborted) {
    const reason: unknown = signal.reason;
    if (reason instanceof StoodDownError) throw reason;
    throw new TransientError("web: write a reply: told to stop", { cause: reason });
  }
  checkpoint();
}

/** Changes a message. That may be repeated, so an answer that got lost only means: again. */
export async function changeMessage(
  transcript: Transcript,
  thread: WebThread,
  id: string,
  change: TranscriptChange,
): Promise<boolean> {
  try {
    return await transcript.change(thread, id, change);
  } catch (cause) {
    if (cause instanceof UncertainError)
      throw new TransientError("web: change a reply: no answer came", { cause, code: "no answer" });
    throw cause;
  }
}

/** A message that should be there and is not. */
export function messageGone(doing: string): PermanentError {
  return new PermanentError(`web: ${doing}: the message is not there`, { code: "message not found" });
}
