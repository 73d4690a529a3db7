import type { Attempt, MessageRef, Target } from "../../src/core/channel.ts";
import type { Reply } from "../../src/core/reply.ts";
import { atMessage, type Addresses } from "./address.ts";
import { guard, refOf, toNonce } from "./attempt.ts";
import { renderReply } from "./render.ts";
import { whisper } from "./whisper.ts";
import type { DiscordWeb } from "./web.ts";

/** What messages are written with. */
export interface Writing {
  readonly web: DiscordWeb;
  readonly addresses: Addresses;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Posts a reply where the target says; one with `onlyFor` is shown to that person alone, or not at all. */
export async function postReply(
  writing: Writing,
  target: Target,
  reply: Reply,
  attempt: Attempt,
): Promise<MessageRef> {
  const payload = renderReply(reply);
  if (reply.onlyFor !== undefined && target.place.audience !== "direct")
    return whisper(writing, target, { payload, to: reply.onlyFor, attempt });
  const { channel, reference } = await writing.addresses.open(target, attempt);
  const answer = await writing.web.call("POST", `/channels/${channel}/messages`, {
    doing: "send a reply",
    body: {
      ...payload,
      nonce: toNonce(attempt.deliveryId),
      enforce_nonce: true,
      ...(reference !== undefined && {
        message_reference: { message_id: reference, channel_id: channel, fail_if_not_exists: false },
      }),
    },
    creates: true,
    ...guard(attempt),
  });
  return refOf(answer);
}

/** Replaces a message's content. Idempotent. */
export async function updateReply(
  { web }: Writing,
  target: Target,
  { ref, reply, attempt }: { readonly ref: MessageRef; readonly reply: Reply; readonly attempt: Attempt },
): Promise<void> {
  const body = renderReply(reply);
  await atMessage(target, ref.id, (channel) =>
    web.call("PATCH", `/channels/${channel}/messages/${ref.id}`, {
      doing: "update a reply",
      body,
      ...guard(attempt),
    }),
  );
}
