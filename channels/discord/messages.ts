import type { Attempt, MessageRef, Target } from "../../src/core/channel.ts";
import type { Reply } from "../../src/core/reply.ts";
import { deskOf } from "../kit/lend-file.ts";
import { atMessage, type Addresses } from "./address.ts";
import { guard, refOf, toNonce } from "./attempt.ts";
import type { Upload } from "./multipart.ts";
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
  const file = await uploadOf(reply, attempt);
  const rendered = renderReply(reply);
  const payload = file === undefined ? rendered : { ...rendered, content: "" };
  if (reply.onlyFor !== undefined && target.place.audience !== "direct")
    return whisper(writing, target, { payload, file, to: reply.onlyFor, attempt });
  const { channel, reference: root } = await writing.addresses.open(target, attempt);
  const reference = root ?? reply.repliesTo;
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
    file,
    creates: true,
    ...guard(attempt),
  });
  return refOf(answer);
}

async function uploadOf({ files = [] }: Reply, attempt: Attempt): Promise<Upload | undefined> {
  const [file] = files;
  return file && { ...file, content: await deskOf(attempt, "discord").read(file) };
}

/** Replaces a message's content; a file that is there is whole. Idempotent. */
export async function updateReply(
  { web }: Writing,
  target: Target,
  { ref, reply, attempt }: { readonly ref: MessageRef; readonly reply: Reply; readonly attempt: Attempt },
): Promise<void> {
  if (reply.files !== undefined) return;
  const body = renderReply(reply);
  await atMessage(target, ref.id, (channel) =>
    web.call("PATCH", `/channels/${channel}/messages/${ref.id}`, {
      doing: "update a reply",
      body,
      ...guard(attempt),
    }),
  );
}
