import type { Attempt, MessageRef, Target } from "../../src/core/channel.ts";
import { PermanentError, UncertainError } from "../../src/core/errors.ts";
import type { DeliveryId } from "../../src/core/ids.ts";
import type { Reply } from "../../src/core/reply.ts";
import { fieldsAt, listAt, textAt } from "../kit/fields.ts";
import { renderReply } from "./render.ts";
import type { SlackAnswer, SlackWeb } from "./web.ts";

/** The name under which Baton's metadata travels with its messages. */
const deliveryEvent = "baton_delivery";

/** Marks a message as the work of one delivery, for `find`. */
export function toMetadata(deliveryId: DeliveryId): object {
  return { event_type: deliveryEvent, event_payload: { delivery_id: deliveryId } };
}

/** Posts a reply where the target says; one with `onlyFor` is shown to that person alone. */
export async function postReply(
  web: SlackWeb,
  target: Target,
  reply: Reply,
  attempt: Attempt,
): Promise<MessageRef> {
  const { place } = target;
  const args = { channel: place.space, thread_ts: place.thread || undefined, ...renderReply(reply) };
  // In a direct conversation there is nobody to hide it from, and a whisper would not last.
  if (reply.onlyFor !== undefined && place.audience !== "direct") {
    return refOf(
      await web.call(
        "chat.postEphemeral",
        { ...args, user: reply.onlyFor },
        { doing: "whisper a reply", ...guard(attempt) },
      ),
      "message_ts",
    );
  }
  const answer = await web.call(
    "chat.postMessage",
    { ...args, metadata: toMetadata(attempt.deliveryId), unfurl_links: false, unfurl_media: false },
    { doing: "send a reply", ...guard(attempt) },
  );
  return refOf(answer, "ts");
}

/** Replaces a message's content; one still being streamed is ended first. Idempotent. */
export async function updateReply(
  web: SlackWeb,
  target: Target,
  { ref, reply, attempt }: { readonly ref: MessageRef; readonly reply: Reply; readonly attempt: Attempt },
): Promise<void> {
  const args = {
    channel: target.place.space,
    ts: ref.id,
    ...renderReply(reply),
    metadata: toMetadata(attempt.deliveryId),
  };
  const options = { doing: "update a reply", ...guard(attempt) };
  try {
    await web.call("chat.update", args, options);
  } catch (cause) {
    if (!isCode(cause, "streaming_state_conflict")) throw cause;
    await endStream(web, target, ref, { attempt });
    await web.call("chat.update", args, options);
  }
}

/** Ends a stream as it stands, with a last line if there is one. False when it had ended already. */
export async function endStream(
  web: SlackWeb,
  target: Target,
  ref: MessageRef,
  { attempt, line }: { readonly attempt: Attempt; readonly line?: string | undefined },
): Promise<boolean> {
  try {
    await web.call(
      "chat.stopStream",
      {
        channel: target.place.space,
        ts: ref.id,
        ...(line !== undefined && { markdown_text: cutShort(line) }),
      },
      { doing: "end a stream", ...guard(attempt) },
    );
    return true;
  } catch (cause) {
    if (!isCode(cause, streamClosed)) throw cause;
    return false;
  }
}

/**
 * Ends a message that was left half written with `line`. One whose stream is over was stopped on its way to being
 * edited: without its delivery's mark it was never finished, and gets the line by an edit.
 */
export async function endHalfWritten(
  web: SlackWeb,
  target: Target,
  ref: MessageRef,
  { attempt, line }: { readonly attempt: Attempt; readonly line: string },
): Promise<void> {
  if (await endStream(web, target, ref, { attempt, line })) return;
  const message = await readMessage(web, target, ref);
  if (message === undefined || deliveryIdOf(message) !== undefined) return;
  const said = typeof message["text"] === "string" ? message["text"] : "";
  if (!said.includes(line))
    await updateReply(web, target, { ref, reply: { body: `${said}${cutShort(line)}` }, attempt });
}

function cutShort(line: string): string {
  return `…\n\n${line}`;
}

async function readMessage(
  web: SlackWeb,
  { place }: Target,
  ref: MessageRef,
): Promise<SlackAnswer | undefined> {
  const answer = await web.call(
    place.thread === "" ? "conversations.history" : "conversations.replies",
    {
      channel: place.space,
      ts: place.thread || undefined,
      oldest: ref.id,
      latest: ref.id,
      inclusive: true,
      include_all_metadata: true,
      limit: 2,
    },
    { doing: "read a reply of ours" },
  );
  return listAt(answer, "messages").find(({ ts }) => ts === ref.id);
}

/** The delivery whose work a message is, by its metadata. */
export function deliveryIdOf(message: SlackAnswer): string | undefined {
  const metadata = fieldsAt(message, "metadata");
  return metadata["event_type"] === deliveryEvent
    ? textAt(fieldsAt(metadata, "event_payload"), "delivery_id")
    : undefined;
}

/** The code under which a stream that Slack ended is reported. */
export const streamClosed = "stream closed";

/** True for a refusal with this code. */
export function isCode(cause: unknown, ...codes: readonly string[]): boolean {
  return cause instanceof PermanentError && cause.code !== undefined && codes.includes(cause.code);
}

/** What every call of an attempt is bound to. */
export function guard(attempt: Attempt): Pick<Attempt, "signal" | "checkpoint"> {
  return { signal: attempt.signal, checkpoint: attempt.checkpoint };
}

/** The id of the message an answer speaks of. An answer without one leaves open what was made. */
export function refOf(answer: SlackAnswer, name: "ts" | "message_ts"): MessageRef {
  const id = answer[name];
  if (typeof id !== "string" || id === "") {
    throw new UncertainError("slack: the answer names no message", { code: "bad_answer" });
  }
  return { id };
}
