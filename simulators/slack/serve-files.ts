import type { IncomingMessage, ServerResponse } from "node:http";
import type { Platform } from "./platform.ts";

/**
 * `GET /files-pri/<team>-<file>/[download/]<name>`: the bytes for a token of that team with
 * `files:read`. Anyone else is sent to the sign-in page, which answers 200 with HTML.
 */
export function serveFile(
  platform: Platform,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
): void {
  const [, , place] = path.split("/");
  const [teamId, fileId] = (place ?? "").split("-");
  const file = platform.state.files.get(fileId ?? "");
  const bearer = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
  const token = platform.state.tokens.get(bearer);
  if (
    token === undefined ||
    token.revoked ||
    token.teamId !== teamId ||
    !token.scopes.includes("files:read")
  ) {
    response.writeHead(302, { location: `${platform.url}/?redir=${encodeURIComponent(path)}` }).end();
    return;
  }
  if (file === undefined || file.teamId !== teamId) {
    response.writeHead(404, { "content-type": "text/html" }).end("<html><body>not found</body></html>");
    return;
  }
  response
    .writeHead(200, {
      "content-type": file.mimetype,
      "content-length": file.content.length,
      ...(path.includes("/download/")
        ? { "content-disposition": `attachment; filename="${encodeURIComponent(file.name)}"` }
        : {}),
    })
    .end(file.content);
}

/** `POST /upload/v1/<file>`: raw bytes, or the first file of a multipart form; the length must be as announced. */
export async function serveUpload(
  platform: Platform,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  body: Buffer,
): Promise<void> {
  const file = platform.state.files.get(path.split("/").at(-1) ?? "");
  if (file === undefined || file.uploaded) {
    response.writeHead(404).end("not found");
    return;
  }
  const content = await bytesOf(request.headers["content-type"] ?? "", body);
  if (content.length !== file.expectedLength) {
    platform.recorder.complain(
      "upload",
      "length_mismatch",
      `announced ${file.expectedLength}, got ${content.length}`,
    );
    response.writeHead(400).end("length mismatch");
    return;
  }
  file.content = content;
  file.uploaded = true;
  response.writeHead(200, { "content-type": "text/plain" }).end(`OK - ${content.length}`);
}

async function bytesOf(contentType: string, body: Buffer): Promise<Buffer> {
  if (!contentType.startsWith("multipart/form-data")) return body;
  const form = await new Response(new Uint8Array(body), {
    headers: { "content-type": contentType },
  }).formData();
  for (const value of form.values())
    if (typeof value !== "string") return Buffer.from(await value.arrayBuffer());
  return Buffer.alloc(0);
}
