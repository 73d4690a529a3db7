import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { serveControl } from "./control.ts";
import type { Platform } from "./platform.ts";
import { serveAttachment } from "./serve-attachments.ts";
import { serveRest } from "./serve-rest.ts";
import type { DiscordSimulator } from "./simulator.ts";

const maxBodyBytes = 64 * 1024 * 1024;

/** Opens the one port behind which everything is: REST, gateway, attachments, control. */
export async function startServer(
  platform: Platform,
  simulator: DiscordSimulator,
  place: { host: string; port: number },
): Promise<{ url: string; port: number; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    route(platform, simulator, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else
        response.writeHead(500, { "content-type": "text/plain" }).end(`discord simulator: ${String(error)}`);
    });
  });
  // Idle clients keep their connections longer than Node's default five seconds, as against the platform.
  server.keepAliveTimeout = 60_000;
  server.on("upgrade", (request, socket, head) => {
    if (request.url?.startsWith("/gateway") === true) platform.gateway.upgrade(request, socket, head);
    else socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(place.port, place.host, resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : place.port;
  return {
    url: `http://${place.host}:${port}`,
    port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function route(
  platform: Platform,
  simulator: DiscordSimulator,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = request.url ?? "/";
  const mark = target.indexOf("?");
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = mark < 0 ? "" : target.slice(mark + 1);
  const body = request.method === "GET" ? Buffer.alloc(0) : await readBody(request);
  if (path.startsWith("/api/")) return serveRest(platform, request, response, { path, query, body });
  if (path.startsWith("/attachments/"))
    return serveAttachment(platform, response, { path, query: new URLSearchParams(query) });
  if (path.startsWith("/_control/"))
    return serveControl(platform, simulator, {
      request,
      response,
      path: path.slice("/_control/".length),
      query: new URLSearchParams(query),
      body: body.toString("utf8"),
    });
  response
    .writeHead(path === "/" ? 200 : 404, { "content-type": "text/html" })
    .end("<html><body>Discord simulator</body></html>");
}

function readBody(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBodyBytes) reject(new Error("body too large"));
      else chunks.push(chunk);
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", reject);
  });
}
