import { randomUUID } from "node:crypto";
import type { ReplyFile } from "../../src/core/reply.ts";

/** A file that goes with a message. */
export interface Upload extends ReplyFile {
  readonly content: Buffer;
}

/** A message's JSON and its file as one body, and that body's type. */
export function toMultipart(
  json: object,
  { name, mimeType, content }: Upload,
): { readonly contentType: string; readonly body: Buffer } {
  const boundary = `baton-${randomUUID()}`;
  const attachments = [{ id: "0", filename: name }];
  const head = [
    `--${boundary}`,
    'Content-Disposition: form-data; name="payload_json"',
    "Content-Type: application/json",
    "",
    JSON.stringify({ ...json, attachments }),
    `--${boundary}`,
    `Content-Disposition: form-data; name="files[0]"; filename="${toQuoted(name)}"`,
    `Content-Type: ${/^[\w.+-]+\/[\w.+-]+$/.test(mimeType) ? mimeType : "application/octet-stream"}`,
    "",
    "",
  ].join("\r\n");
  const body = Buffer.concat([Buffer.from(head), content, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  return { contentType: `multipart/form-data; boundary=${boundary}`, body };
}

/** As browsers write a name in a form. */
function toQuoted(name: string): string {
  return name.replaceAll("\r", "%0D").replaceAll("\n", "%0A").replaceAll('"', "%22");
}
