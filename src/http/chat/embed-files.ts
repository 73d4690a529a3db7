import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname } from "node:path";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
};

interface EmbedFile {
  readonly type: string;
  readonly body: Buffer;
  readonly etag: string;
}

/** The chat page at `/chat`, the loader at `/embed.js` and what they need under `/embed/`. */
export async function addEmbedFiles(app: FastifyInstance): Promise<void> {
  const folder = new URL("../../../web/embed/", import.meta.url);
  for (const name of await readdir(folder)) {
    const type = types[extname(name)];
    if (type === undefined) continue;
    const body = await readFile(new URL(name, folder));
    const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
    const file = { type, body, etag };
    const url = name === "index.html" ? "/chat" : name === "embed.js" ? "/embed.js" : `/embed/${name}`;
    app.get(url, async (request, reply) => sendFile(file, request, reply));
  }
}

function sendFile(file: EmbedFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // Pages of other origins load the script: it is public and the same for everybody.
  if (!file.type.startsWith("text/html"))
    reply.header("access-control-allow-origin", "*").header("cross-origin-resource-policy", "cross-origin");
  reply.header("cache-control", "no-cache").header("etag", file.etag);
  if (request.headers["if-none-match"] === file.etag) return reply.code(304).send();
  return reply.type(file.type).send(file.body);
}
