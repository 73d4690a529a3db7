import type { Attempt, MessageRef, Target } from "../../src/core/channel.ts";
import { TransientError } from "../../src/core/errors.ts";
import type { Reply, ReplyFile } from "../../src/core/reply.ts";
import { listAt, numberAt, textAt } from "../kit/fields.ts";
import { deskOf, refuseToSend } from "../kit/lend-file.ts";
import { createTransport, WireError, type Transport } from "../kit/transport.ts";
import { isFileHost } from "./attachments.ts";
import { guard, isCode } from "./messages.ts";
import type { SlackAnswer, SlackWeb } from "./web.ts";

/** Where a file of ours goes on its way to Slack. */
interface UploadScene {
  readonly web: SlackWeb;
  /** Where the Web API lives; a local one takes uploads itself. */
  readonly apiUrl: string;
  readonly transport?: Transport | undefined;
}

const platform = "slack";

/**
 * Shares a file where the target says: asks Slack for a place, puts the bytes there, which nobody sees yet, and shares
 * them, which makes the message. Slack does not tell the message's id, so the file's own is the reference.
 */
export async function shareFile(
  scene: UploadScene,
  target: Target,
  { reply, file, attempt }: { readonly reply: Reply; readonly file: ReplyFile; readonly attempt: Attempt },
): Promise<MessageRef> {
  const { place } = target;
  if (reply.onlyFor !== undefined && place.audience !== "direct")
    throw refuseToSend(platform, "file_whispered", "Slack shows a file to nobody alone");
  const content = await deskOf(attempt, platform).read(file);
  const { web } = scene;
  const answer = await web.call(
    "files.getUploadURLExternal",
    { filename: file.name, length: content.length },
    { doing: "announce a file", ...guard(attempt) },
  );
  const id = textAt(answer, "file_id");
  const url = URL.parse(textAt(answer, "upload_url") ?? "");
  if (id === undefined || url === null || !isFileHost(url, new URL(scene.apiUrl)))
    throw refuseToSend(platform, "file_host", "Slack named no place of its own for it");
  await upload(scene, url, { content, attempt });
  await web.call(
    "files.completeUploadExternal",
    {
      files: [{ id, title: file.name }],
      channel_id: place.space,
      thread_ts: place.thread || undefined,
    },
    { doing: "share a file", ...guard(attempt), timeoutMs: uploadTimeoutMs },
  );
  return { id };
}

const uploadTimeoutMs = 60_000;

/** What is uploaded twice is seen once at most, so a cut only means: again. */
async function upload(
  { transport = sharedTransport() }: UploadScene,
  url: URL,
  { content, attempt }: { readonly content: Buffer; readonly attempt: Attempt },
): Promise<void> {
  const { signal, checkpoint: beforeWrite } = attempt;
  const headers = { "content-type": "application/octet-stream", "user-agent": "baton" };
  const timeoutMs = uploadTimeoutMs;
  const request = { method: "POST", url, headers, body: content, timeoutMs, signal, beforeWrite } as const;
  try {
    const { status } = await transport(request);
    if (status === 200) return;
    if (status < 500 && status !== 408 && status !== 429)
      throw refuseToSend(platform, `http_${status}`, `the upload was answered ${status}`);
    throw new TransientError(`slack: upload a file: HTTP ${status}`, { code: `http_${status}` });
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    throw new TransientError("slack: upload a file: no answer came", { cause, code: "no_answer" });
  }
}

let shared: Transport | undefined;

function sharedTransport(): Transport {
  shared ??= createTransport();
  return shared;
}

/** A reference that is a file's and not a message's. */
export function isFileRef({ id }: MessageRef): boolean {
  return /^F[A-Z0-9]+$/.test(id);
}

/** Takes a file of ours away, and the message with it. Idempotent. */
export async function deleteFile(web: SlackWeb, { id }: MessageRef, attempt: Attempt): Promise<void> {
  try {
    await web.call("files.delete", { file: id }, { doing: "remove a file", ...guard(attempt) });
  } catch (cause) {
    if (!isCode(cause, "file_not_found", "file_deleted")) throw cause;
  }
}

/** The id of that file in a message, where it is in there and none of `known`. */
export function fileIn(
  message: SlackAnswer,
  { name, bytes }: ReplyFile,
  known: readonly string[],
): string | undefined {
  const found = listAt(message, "files").find(
    (file) =>
      (textAt(file, "name") === name || textAt(file, "title") === name) &&
      numberAt(file, "size") === bytes &&
      !known.includes(textAt(file, "id") ?? ""),
  );
  return found === undefined ? undefined : textAt(found, "id");
}

/** Files carry no mark of a delivery, and are no stream. */
export function hasFiles(message: SlackAnswer): boolean {
  return listAt(message, "files").length > 0;
}
