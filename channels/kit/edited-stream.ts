import type { MessageRef, ReplyStream } from "../../src/core/channel.ts";
import { TransientError, UncertainError } from "../../src/core/errors.ts";
import type { Log } from "../../src/core/log.ts";
import type { Reply } from "../../src/core/reply.ts";
import { createLatest } from "./latest.ts";

/** How a message that grows by edits is put on a platform. */
export interface EditedStreamParts {
  post(reply: Reply): Promise<MessageRef>;
  update(ref: MessageRef, reply: Reply): Promise<void>;
  /** Half a text as a whole message: what is open is closed, for now, and what is too long is cut. */
  readonly shownWhole: (text: string) => string;
  /** The least time between two edits, milliseconds. */
  readonly everyMs: number;
  readonly log: Log;
}

/**
 * A message that is posted with the beginning and edited as it grows. A step that fails is caught up by the next; the end
 * is written whatever it takes, or throws what its edit throws.
 */
export async function openEditedStream(parts: EditedStreamParts, text: string): Promise<ReplyStream> {
  const { post, update, shownWhole, everyMs, log } = parts;
  const ref = await post({ body: shownWhole(text) });
  const edits = createLatest(
    (body: string) => forgiveStep(update(ref, { body: shownWhole(body) }), log),
    () => everyMs,
  );
  return {
    ref,
    show: (body) => edits.offer(body),
    async finish(reply) {
      await edits.close();
      await update(ref, reply);
    },
  };
}

/** A step that was not shown is caught up by the next one, or by the end: only what ends a stream is worth a failure. */
export async function forgiveStep(step: Promise<void>, log: Log): Promise<void> {
  try {
    await step;
  } catch (cause) {
    if (!(cause instanceof TransientError) && !(cause instanceof UncertainError)) throw cause;
    log.debug({ code: cause.code }, "a step of a stream was not shown");
  }
}
