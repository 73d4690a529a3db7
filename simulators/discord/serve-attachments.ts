import type { ServerResponse } from "node:http";
import { isRecord } from "../kit/is-record.ts";
import type { StoredFile } from "./model.ts";
import type { Platform } from "./platform.ts";
import type { RestAnswer, RestCall, Routes } from "./rest/call.ts";

/** Fresh addresses for attachments whose old ones ran out. */
export const attachmentRoutes: Routes = { "POST /attachments/refresh-urls": refresh };

/** Serves `/attachments/:channel/:id/:name`: 404 when unknown, unsigned or expired. */
export function serveAttachment(
  platform: Platform,
  response: ServerResponse,
  { path, query }: { path: string; query: URLSearchParams },
): void {
  const file = findFile(platform, path);
  if (file === undefined || !platform.urls.isGood(path, query)) {
    response
      .writeHead(404, { "content-type": "text/plain;charset=UTF-8" })
      .end("This content is no longer available.");
    return;
  }
  response
    .writeHead(200, { "content-type": file.contentType, "content-length": file.content.length })
    .end(file.content);
}

function refresh(call: RestCall): RestAnswer {
  const urls = isRecord(call.body) ? call.body["attachment_urls"] : undefined;
  const originals = Array.isArray(urls) ? urls.map(String) : [];
  return {
    status: 200,
    body: {
      refreshed_urls: originals.flatMap((original) => {
        const file = findFile(call.platform, new URL(original, call.platform.url).pathname);
        return file === undefined ? [] : [{ original, refreshed: call.platform.urls.sign(file) }];
      }),
    },
  };
}

function findFile({ state }: Platform, path: string): StoredFile | undefined {
  const [, , channelId = "", fileId] = path.split("/");
  const standing = [
    ...(state.channels.get(channelId)?.messages.values() ?? []),
    ...state.ephemerals.values(),
  ];
  return standing
    .filter((message) => message.deletedAt === undefined)
    .flatMap((message) => message.files)
    .find((file) => file.id === fileId);
}
