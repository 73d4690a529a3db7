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

/**
 * The chat page at `/chat`, the loader at `/embed.js` and what they need under `/embed/<version>/`. The two are asked
 * for again each time and name the version; what stands under it never changes, so that browsers and content networks
 * keep it. A version this process does not have, as while an update rolls out, gives the files it has, unkept.
 */
export async function addEmbedFiles(app: FastifyInstance): Promise<void> {
  const { version, files } = await readEmbedFiles();
  for (const [name, file] of files) {
    const url = name === "index.html" ? "/chat" : name === "embed.js" ? "/embed.js" : `/embed/${name}`;
    app.get(url, async (request, reply) => sendFile(file, "no-cache", { request, reply }));
  }
  app.get<{ Params: { version: string; name: string } }>("/embed/:version/:name", async (request, reply) => {
    const file = files.get(request.params.name);
    if (file === undefined) return reply.callNotFound();
    const kept = request.params.version === version ? "public, max-age=31536000, immutable" : "no-cache";
    return sendFile(file, kept, { request, reply });
  });
}

async function readEmbedFiles(): Promise<{
  readonly version: string;
  readonly files: ReadonlyMap<string, EmbedFile>;
}> {
  const folder = new URL("../../../web/embed/", import.meta.url);
  const names = (await readdir(folder)).filter((name) => types[extname(name)] !== undefined).toSorted();
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, folder), "utf8")));
  const version = toDigest(texts.join("\n")).slice(0, 12);
  const files = names.map((name, index) => {
    const body = Buffer.from(
      (texts[index] ?? "").replaceAll(/\/embed\/(?=[a-z-]+\.(?:js|css)\b)/g, `/embed/${version}/`),
    );
    return [name, { type: types[extname(name)] ?? "", body, etag: `"${toDigest(body)}"` }] as const;
  });
  return { version, files: new Map(files) };
}

function toDigest(body: string | Buffer): string {
  return createHash("sha256").update(body).digest("base64url").slice(0, 22);
}

function sendFile(
  file: EmbedFile,
  kept: string,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
): FastifyReply {
  // Pages of other origins load the script: it is public and the same for everybody.
  if (!file.type.startsWith("text/html"))
    reply.header("access-control-allow-origin", "*").header("cross-origin-resource-policy", "cross-origin");
  reply.header("cache-control", kept).header("etag", file.etag);
  if (request.headers["if-none-match"] === file.etag) return reply.code(304).send();
  return reply.type(file.type).send(file.body);
}
