import { randomUUID } from "node:crypto";
import { PassThrough } from "node:stream";
import type { FastifyInstance } from "fastify";
import type { PlaygroundPlatform, PlaygroundWorkspace } from "./playground-workspace.ts";

type Workspaces = Readonly<Partial<Record<PlaygroundPlatform, PlaygroundWorkspace>>>;

const maxPages = 64;
/** Shorter than proxies keep a silent connection, and how a page notices that it lost us. */
const beatMs = 10_000;
/** A page that does not read is let go; it comes back and asks for everything anew. */
const maxUnreadBytes = 4 * 1024 * 1024;

/**
 * `GET /api/events`: every change in the workspaces as a server-sent event that names its platform, until the page
 * leaves or the server stops.
 */
export function addChangeStream(app: FastifyInstance, workspaces: Workspaces): void {
  const open = new Set<PassThrough>();
  const run = randomUUID();
  // An open stream would hold up the stop until its deadline.
  app.addHook("preClose", async () => {
    for (const stream of open) stream.end();
  });
  app.get("/api/events", async (_request, reply) => {
    if (open.size >= maxPages) return reply.code(503).send({ error: `more than ${maxPages} open pages` });
    const stream = openStream(workspaces, run);
    open.add(stream);
    stream.once("close", () => open.delete(stream));
    return reply
      .type("text/event-stream")
      .header("cache-control", "no-store")
      .header("x-accel-buffering", "no")
      .send(stream);
  });
}

function openStream(workspaces: Workspaces, run: string): PassThrough {
  const stream = new PassThrough();
  const write = (data: unknown): void => {
    if (stream.writableEnded || stream.destroyed) return;
    if (stream.writableLength > maxUnreadBytes) stream.destroy();
    else stream.write(`data: ${JSON.stringify(data)}\n\n`);
  };
  const listening = Object.entries(workspaces).map(([platform, workspace]) =>
    workspace.onChange((change) => write({ ...change, platform })),
  );
  const beat = setInterval(() => write({ kind: "beat" }), beatMs).unref();
  stream.once("close", () => {
    for (const stopListening of listening) stopListening();
    clearInterval(beat);
  });
  write({ kind: "open", run });
  return stream;
}
