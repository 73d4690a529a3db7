import { toFileName } from "../../core/file-name.ts";
import { conversationIdOf } from "../../inbox/transcript.ts";
import type { ReplyFiles } from "../../outbox/reply-files.ts";
import { sniffType } from "../../store/sniff-type.ts";
import { toDownloadHeaders } from "../download.ts";
import { sceneOf, type ChatHouse } from "./chat-house.ts";
import { ApiError, refusals } from "./api-error.ts";
import { defineEndpoint, type Endpoint } from "./endpoint.ts";
import { takeOrRefuse } from "./limits.ts";
import { fileAnswer, fileQuery, inThread, ofFile } from "./schemas.ts";

const files = "/api/v1/conversations/{thread_id}/attachments";

/** What is attached to messages, of visitors and of answers: kept as bytes, never looked into beyond its type, never run. */
export function fileEndpoints(
  house: ChatHouse,
  answers: Pick<ReplyFiles, "readIn"> | undefined,
): readonly Endpoint[] {
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
        const mimeType = await sniffType(bytes);
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
        const own = await book.files.read(key, params.attachment_id);
        if (own !== undefined) return reply.headers(toDownloadHeaders(own, { inline: true })).send(own.bytes);
        const conversationId = conversationIdOf(session.site.route.installationId, thread.thread);
        const ours = await answers?.readIn({ ...key, conversationId }, params.attachment_id);
        if (ours === undefined) throw refusals.notFound();
        return reply.headers(toDownloadHeaders(ours, { inline: true })).send(ours.content);
      },
    }),
  ];
}
