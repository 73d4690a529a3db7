import remend from "remend";
import type { Attempt, ReplyStream, Target } from "../../src/core/channel.ts";
import { TransientError, UncertainError } from "../../src/core/errors.ts";
import type { Log } from "../../src/core/log.ts";
import { createLatest } from "../kit/latest.ts";
import { postReply, updateReply, type Writing } from "./messages.ts";
import { splitForDiscord } from "./render.ts";

/** The least time between two edits of one message: Discord allows five in five seconds for a channel. */
export const editEveryMs = 1_200;

/** Where a stream writes, and as what. */
export interface StreamScene {
  readonly writing: Writing;
  readonly target: Target;
  readonly attempt: Attempt;
  readonly log: Log;
}

/**
 * A message that is posted with the beginning and edited as it grows. Of a text too long for it, what fits is shown.
 * A step that fails is caught up by the next; the end is written whatever it takes, or throws TransientError.
 */
export async function openStream(scene: StreamScene, text: string): Promise<ReplyStream> {
  const { writing, target, attempt } = scene;
  const ref = await postReply(writing, target, { body: shownWhole(text) }, attempt);
  const edits = createLatest(
    (body: string) =>
      forgive(scene, updateReply(writing, target, { ref, reply: { body: shownWhole(body) }, attempt })),
    () => editEveryMs,
  );
  return {
    ref,
    show: (body) => edits.offer(body),
    async finish(reply) {
      await edits.close();
      await updateReply(writing, target, { ref, reply, attempt });
    },
  };
}

/** Half a text as a whole message: what is open is closed, for now. */
function shownWhole(text: string): string {
  const healed = remend(text, { linkMode: "text-only" });
  return splitForDiscord({ body: healed.trim() === "" ? "…" : healed })[0]?.body ?? "…";
}

async function forgive({ log }: StreamScene, step: Promise<void>): Promise<void> {
  try {
    await step;
  } catch (cause) {
    if (!(cause instanceof TransientError) && !(cause instanceof UncertainError)) throw cause;
    log.debug({ code: cause.code }, "a step of a discord stream was not shown");
  }
}
