import { ApiError } from "./api-error.ts";
import type { FileAnswer } from "./files.ts";
import type { Platform } from "./platform.ts";
import { serveCall } from "./serve-call.ts";
import type { Exchange } from "./serve-call.ts";

/** Serves a file by GET and takes the parts of an upload by PUT. */
export async function serveFile(
  platform: Platform,
  exchange: Exchange,
  kind: string,
  id: string,
): Promise<void> {
  const { files } = platform;
  const isUpload = kind === "uploads";
  await serveCall(platform, exchange, {
    operation: isUpload ? "file.upload" : "file.download",
    faultTarget: { conversation: undefined, text: undefined },
    run: () => {
      if (exchange.method !== (isUpload ? "PUT" : "GET"))
        throw new ApiError(405, "MethodNotAllowed", "The method is not allowed.");
      const answer: FileAnswer = isUpload
        ? files.put(id, exchange.request.headers["content-range"], exchange.body)
        : files.read(id);
      return { ...answer, ...(isUpload && answer.status < 300 ? { id } : { effect: "none" as const }) };
    },
  });
}
