import remend from "remend";
import type { Attempt, ReplyStream, Target } from "../../src/core/channel.ts";
import type { Log } from "../../src/core/log.ts";
import { openEditedStream } from "../kit/edited-stream.ts";
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

/** A message that is posted with the beginning and edited as it grows. Of a text too long for it, what fits is shown. */
export function openStream(
  { writing, target, attempt, log }: StreamScene,
  text: string,
): Promise<ReplyStream> {
  return openEditedStream(
    {
      post: (reply) => postReply(writing, target, reply, attempt),
      update: (ref, reply) => updateReply(writing, target, { ref, reply, attempt }),
      shownWhole,
      everyMs: editEveryMs,
      log,
    },
    text,
  );
}

/** Half a text as a whole message: what is open is closed, for now. */
function shownWhole(text: string): string {
  const healed = remend(text, { linkMode: "text-only" });
  return splitForDiscord({ body: healed.trim() === "" ? "…" : healed })[0]?.body ?? "…";
}
