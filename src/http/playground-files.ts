import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname } from "node:path";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** A file of the page, ready to be sent. */
export interface PageFile {
  readonly name: string;
  readonly type: string;
  readonly body: Buffer;
  readonly etag: string;
}

/** The files a browser may have of the folder; rejects when there is no `index.html` among them. */
export async function readPageFiles(folder: URL): Promise<readonly PageFile[]> {
  const files: PageFile[] = [];
  for (const name of await readdir(folder)) {
    const type = types[extname(name)];
    if (type === undefined) continue;
    const body = await readFile(new URL(name, folder));
    const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
    files.push({ name, type, body, etag });
  }
  if (!files.some(({ name }) => name === "index.html")) {
    throw new Error(`playground: no index.html in ${folder.pathname}`);
  }
  return files;
}

/** Serves the files by their names, and the index as the folder itself: under a prefix, with its slash or without. */
export function addPageFiles(app: FastifyInstance, files: readonly PageFile[]): void {
  for (const file of files) {
    const urls = file.name === "index.html" ? ["/", "/index.html"] : [`/${file.name}`];
    for (const url of urls) app.get(url, async (request, reply) => sendFile(file, request, reply));
  }
}

function sendFile(file: PageFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // Asked for again each time, so that an update shows at once; the tag makes that cheap.
  reply.header("cache-control", "no-cache").header("etag", file.etag);
  if (request.headers["if-none-match"] === file.etag) return reply.code(304).send();
  return reply.type(file.type).send(file.body);
}
