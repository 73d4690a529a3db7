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
    files.push(toPageFile(name, type, await readFile(new URL(name, folder))));
  }
  if (!files.some(({ name }) => name === "index.html")) {
    throw new Error(`playground: no index.html in ${folder.pathname}`);
  }
  return files;
}

/** Serves the files by their names, and the index as the folder itself: under a prefix, with its slash or without. */
export function addPageFiles(app: FastifyInstance, files: readonly PageFile[]): void {
  for (const file of files) {
    if (file.name === platformPage) continue;
    const urls = pageUrls[file.name] ?? [`/${file.name}`];
    for (const url of urls) app.get(url, async (request, reply) => sendFile(file, request, reply));
  }
}

/** Serves the pages alone: what they load stands at one place for all. */
export function addPages(app: FastifyInstance, files: readonly PageFile[]): void {
  addPageFiles(
    app,
    files.filter(({ name }) => pageUrls[name] !== undefined),
  );
}

const pageUrls: Readonly<Record<string, readonly string[]>> = {
  "index.html": ["/", "/index.html"],
  "web.html": ["/web"],
};

const platformPage = "platform.html";

/**
 * Serves the page of one platform as the folder itself, with `?pane` as one pane among others, and with `?pane=staff` as
 * the one in which colleagues see what waits for them; its root element says which, for its looks.
 */
export function addPlatformPage(app: FastifyInstance, files: readonly PageFile[], platform: string): void {
  const page = files.find(({ name }) => name === platformPage);
  if (page === undefined) throw new Error(`playground: no ${platformPage} among the page's files`);
  const named = page.body.toString().replace('data-platform=""', `data-platform="${platform}"`);
  const toFile = (html: string) => toPageFile(platformPage, page.type, Buffer.from(html));
  const toPane = (classes: string) => toFile(named.replace('class=""', `class="${classes}"`));
  const [whole, pane, staff] = [toFile(named), toPane("as-pane"), toPane("as-pane as-staff")];
  app.get<{ Querystring: { readonly pane?: unknown } }>("/", async (request, reply) => {
    const { pane: asked } = request.query;
    return sendFile(asked === undefined ? whole : asked === "staff" ? staff : pane, request, reply);
  });
}

function toPageFile(name: string, type: string, body: Buffer): PageFile {
  const etag = `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
  return { name, type, body, etag };
}

function sendFile(file: PageFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // Asked for again each time, so that an update shows at once; the tag makes that cheap.
  reply.header("cache-control", "no-cache").header("etag", file.etag);
  allowOwnFrames(reply);
  if (request.headers["if-none-match"] === file.etag) return reply.code(304).send();
  return reply.type(file.type).send(file.body);
}

/** The overview shows the other pages in frames; no other site may. */
function allowOwnFrames(reply: FastifyReply): void {
  const policy = reply.getHeader("content-security-policy");
  if (typeof policy !== "string") return;
  reply.header("content-security-policy", policy.replace(/frame-ancestors [^;]*/, "frame-ancestors 'self'"));
}
