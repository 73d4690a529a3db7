import remend from "remend";
import type { Attempt, MessageRef, ReplyStream, Target } from "../../src/core/channel.ts";
import { type PermanentError, UncertainError } from "../../src/core/errors.ts";
import type { Log } from "../../src/core/log.ts";
import type { Reply } from "../../src/core/reply.ts";
import { forgiveStep, openEditedStream } from "../kit/edited-stream.ts";
import { holdBack } from "../kit/hold-back.ts";
import { createLatest } from "../kit/latest.ts";
import {
  endStream,
  guard,
  isCode,
  postReply,
  refOf,
  streamClosed,
  toMetadata,
  updateReply,
} from "./messages.ts";
import { markdownLimit, renderAttached } from "./render.ts";
import { toSafeMarkdown } from "./safe-markdown.ts";
import type { SlackWeb } from "./web.ts";

/** The least time between two appends: Slack allows about a hundred a minute. */
export const appendEveryMs = 600;

/** The least time between two edits of one message: Slack allows about fifty a minute. */
const editEveryMs = 1_200;

/** Where a stream writes, and as what. */
export interface StreamScene {
  readonly web: SlackWeb;
  readonly target: Target;
  readonly attempt: Attempt;
  readonly log: Log;
}

/**
 * Opens one of Slack's own streams with the beginning of `text` that can already be shown.
 * `recipientTeam` is the reader's own workspace, which outside of direct conversations Slack wants to know.
 */
export async function openStream(
  scene: StreamScene,
  text: string,
  recipientTeam: string,
): Promise<ReplyStream> {
  const { web, target, attempt } = scene;
  const { place, recipient } = target;
  const first = toSafeMarkdown(holdBack(text)).slice(0, markdownLimit);
  const reader =
    place.audience === "direct" ? {} : { recipient_user_id: recipient, recipient_team_id: recipientTeam };
  const answer = await web.call(
    "chat.startStream",
    { channel: place.space, thread_ts: place.thread, markdown_text: first || undefined, ...reader },
    { doing: "start a stream", ...guard(attempt) },
  );
  return createNativeStream(scene, { ref: refOf(answer, "ts"), first });
}

/** The same in front of the reader's eyes where Slack has no streams: a message that is edited as it grows. */
export function openEdited({ web, target, attempt, log }: StreamScene, text: string): Promise<ReplyStream> {
  return openEditedStream(
    {
      post: (reply) => postReply(web, target, reply, attempt),
      update: (ref, reply) => updateReply(web, target, { ref, reply, attempt }),
      shownWhole,
      everyMs: editEveryMs,
      log,
    },
    text,
  );
}

function createNativeStream(
  scene: StreamScene,
  { ref, first }: { ref: MessageRef; first: string },
): ReplyStream {
  const { web, target, attempt, log } = scene;
  const at = { channel: target.place.space, ts: ref.id };
  let shown = first;
  // Set once it is not certain what the reader sees: from then on the whole text is written each time.
  let isUncertain = false;
  let isFinished = false;

  async function append(text: string): Promise<void> {
    if (isUncertain) return editWhole(text);
    const safe = toSafeMarkdown(holdBack(text));
    // What differs from what is shown cannot be appended; `finish` sets it right.
    if (!safe.startsWith(shown) || safe.length === shown.length || safe.length > markdownLimit) return;
    try {
      const added = safe.slice(shown.length);
      await web.call(
        "chat.appendStream",
        { ...at, markdown_text: added },
        { doing: "go on with a stream", ...guard(attempt) },
      );
      shown = safe;
    } catch (cause) {
      if (!(cause instanceof UncertainError)) throw cause;
      isUncertain = true;
      await editWhole(text);
    }
  }

  async function editWhole(text: string): Promise<void> {
    await updateReply(web, target, { ref, reply: { body: shownWhole(text) }, attempt });
  }

  const writes = createLatest(
    (text: string) => forgiveStep(append(text), log),
    () => (isUncertain ? editEveryMs : appendEveryMs),
  );

  async function finish(reply: Reply): Promise<void> {
    await writes.close();
    if (isFinished) return;
    const safe = toSafeMarkdown(reply.body);
    if (!isUncertain && safe.startsWith(shown)) await stopWith(reply, safe.slice(shown.length));
    else await rewrite(reply);
    isFinished = true;
  }

  async function stopWith(reply: Reply, rest: string): Promise<void> {
    const blocks = renderAttached(reply);
    try {
      await web.call(
        "chat.stopStream",
        {
          ...at,
          markdown_text: rest || undefined,
          blocks: blocks.length === 0 ? undefined : blocks,
          metadata: toMetadata(attempt.deliveryId),
        },
        { doing: "finish a stream", ...guard(attempt) },
      );
    } catch (cause) {
      // Without an answer the rest may be there already, so a second try must not append it again.
      isUncertain = true;
      if (!isCode(cause, streamClosed)) throw cause;
      await rewrite(reply);
    }
  }

  async function rewrite(reply: Reply): Promise<void> {
    await endStream(web, target, ref, { attempt });
    await updateReply(web, target, { ref, reply, attempt });
  }

  return { ref, show: (text) => writes.offer(text), finish };
}

/** Half a text as a whole message: what is open is closed, for now. */
function shownWhole(text: string): string {
  const healed = remend(text, { linkMode: "text-only" });
  const safe = toSafeMarkdown(healed);
  if (safe.trim() === "") return "…";
  return safe.length <= markdownLimit ? healed : safe.slice(0, markdownLimit);
}

/** True for a refusal that says Slack does not stream here, whatever the text. */
export function isNoStreamHere(cause: unknown): cause is PermanentError {
  return isCode(
    cause,
    "unknown_method",
    "method_deprecated",
    "method_not_supported_for_channel_type",
    "channel_type_not_supported",
    "feature_not_enabled",
    "not_allowed_token_type",
    "missing_scope",
    "missing_recipient_team_id",
    "missing_recipient_user_id",
    "invalid_recipient",
    "user_not_found",
    "team_not_found",
  );
}
