import { fileTypeFromBuffer } from "file-type";
import { sceneOf, type ChatHouse } from "./chat-house.ts";
import { ApiError, refusals } from "./api-error.ts";
import { defineEndpoint, type Endpoint } from "./endpoint.ts";
import { takeOrRefuse } from "./limits.ts";
import { fileAnswer, fileQuery, inThread, ofFile } from "./schemas.ts";

const files = "/api/v1/conversations/{thread_id}/attachments";

/** What is attached to messages: kept as bytes, never looked into beyond its type, never run. */
export function fileEndpoints(house: ChatHouse): readonly Endpoint[] {
  const { book, fast, limits } = house;
  return [
    defineEndpoint({
      method: "POST",
      path: files,
      summary: "Uploads a file, as the bytes it is. Name its id when you send the message.",
      params: inThread,
      query: fileQuery,
      takesBytes: true,
      maxBodyBytes: limits.fileBytes,
      answers: { 201: fileAnswer },
      refuses: [413, 415],
      handle: async ({ params, query, request }) => {
        const { session, thread } = await sceneOf(house, request, params.thread_id);
        await takeOrRefuse(fast, `web:files:${request.ip}`, { perMinute: limits.filesPerMinute });
        const bytes = request.body;
        if (!Buffer.isBuffer(bytes) || bytes.length === 0) {
          throw new ApiError(
            400,
            "empty_file",
            "The file is empty, or was not sent as application/octet-stream.",
          );
        }
        const name = toFileName(query.name);
        const mimeType = await sniff(bytes);
        const key = { tenantId: session.site.route.tenantId, thread: thread.thread };
        const saved = await book.files.save(key, { name, mimeType, bytes });
        if (saved === undefined)
          throw new ApiError(
            413,
            "no_room",
            "This conversation has as many files as it may: send a link instead.",
          );
        return { status: 201, body: { id: saved.id, name, mime_type: mimeType, bytes: bytes.length } };
      },
    }),
    defineEndpoint({
      method: "GET",
      path: `${files}/{attachment_id}`,
      summary:
        "The file. Only pictures that cannot carry scripts are meant to be shown; all else is for saving.",
      params: ofFile,
      answers: { 200: "application/octet-stream" },
      handle: async ({ params, request, reply }) => {
        const { session, thread } = await sceneOf(house, request, params.thread_id);
        const key = { tenantId: session.site.route.tenantId, thread: thread.thread };
        const file = await book.files.read(key, params.attachment_id);
        if (file === undefined) throw refusals.notFound();
        const isShown = harmlessImages.has(file.mimeType);
        const where = isShown ? "inline" : "attachment";
        return reply
          .header("content-disposition", `${where}; filename*=UTF-8''${encodeName(file.name)}`)
          .header("content-security-policy", "default-src 'none'; sandbox")
          .header("x-content-type-options", "nosniff")
          .header("cache-control", "private, no-store")
          .type(isShown ? file.mimeType : "application/octet-stream")
          .send(file.bytes);
      },
    }),
  ];
}

const harmlessImages: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

/** By its first bytes. What has none of its own is text or just bytes: HTML and SVG are text here, and stay it. */
async function sniff(bytes: Buffer): Promise<string> {
  const found = await fileTypeFromBuffer(bytes).catch(() => undefined);
  if (found !== undefined && !/xml|html|svg/.test(found.mime)) return found.mime;
  return isText(bytes) ? "text/plain" : "application/octet-stream";
}

function isText(bytes: Buffer): boolean {
  try {
    return !new TextDecoder("utf-8", { fatal: true }).decode(bytes).includes("\0");
  } catch {
    return false;
  }
}

/** The last part of a path, without what a terminal or a header could take for more than a name. */
function toFileName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? "";
  const plain = last.replaceAll(/[\p{Cc}\p{Cf}]/gu, "").trim();
  return plain === "" || /^\.+$/.test(plain) ? "file" : plain.toWellFormed();
}

function encodeName(name: string): string {
  return encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
