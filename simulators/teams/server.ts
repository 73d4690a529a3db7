import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { serveConnector } from "./connector.ts";
import { serveControl } from "./control.ts";
import type { Platform } from "./platform.ts";
import type { Exchange } from "./serve-call.ts";
import { serveFile } from "./serve-file.ts";
import { documentOf, serveDocument, serveToken } from "./serve-login.ts";
import type { TeamsSimulator } from "./simulator.ts";

const maxBodyBytes = 64 * 1024 * 1024;

/** Opens the one port behind which everything is: login, keys, connector, files and control. */
export async function startServer(
  platform: Platform,
  simulator: TeamsSimulator,
  place: { host: string; port: number },
): Promise<{ url: string; port: number; stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    route(platform, simulator, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else response.writeHead(500, { "content-type": "text/plain" }).end(`teams simulator: ${String(error)}`);
    });
  });
  // Idle clients keep their connections longer than Node's default five seconds, as against the platform.
  server.keepAliveTimeout = 60_000;
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
  simulator: TeamsSimulator,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = "/", query = ""] = (request.url ?? "/").split("?", 2);
  const exchange: Exchange = {
    request,
    response,
    method: request.method ?? "GET",
    path,
    query: new URLSearchParams(query),
    authorization: request.headers.authorization,
    body: await readBody(request),
  };
  if (path.startsWith("/_control/"))
    return serveControl(simulator, exchange, path.slice("/_control/".length));
  const connector = /^\/([a-z]+)\/([0-9a-f-]{36})(\/v3\/.*)$/.exec(path);
  if (connector !== null) {
    const [, region = "", tenantId = "", rest = ""] = connector;
    return serveConnector(platform, exchange, { region, tenantId, path: rest });
  }
  const token = /^\/([^/]+)\/oauth2\/v2\.0\/token$/.exec(path)?.[1];
  if (token !== undefined && exchange.method === "POST") return serveToken(platform, exchange, token);
  const document = documentOf(platform, path);
  if (document !== undefined) return serveDocument(platform, exchange, document);
  const file = /^\/(files|uploads)\/([\w-]+)$/.exec(path);
  if (file !== null) return serveFile(platform, exchange, file[1] ?? "", file[2] ?? "");
  response
    .writeHead(path === "/" ? 200 : 404, { "content-type": "application/json" })
    .end(
      JSON.stringify(path === "/" ? { simulator: "teams" } : { error: { code: "NotFound", message: path } }),
    );
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
