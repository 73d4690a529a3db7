import type { IncomingMessage, ServerResponse } from "node:http";
import { openPort, readBody, type OpenPort } from "../kit/open-port.ts";
import { serveControl } from "./control.ts";
import type { Platform } from "./platform.ts";
import { serveResponseUrl } from "./respond.ts";
import { serveFile, serveUpload } from "./serve-files.ts";
import type { SlackSimulator } from "./simulator.ts";
import { serveWebApi } from "./web-api.ts";

/** Opens the one port behind which everything is: Web API, files, OAuth, response URLs, sockets, control. */
export async function startServer(
  platform: Platform,
  simulator: SlackSimulator,
  place: { host: string; port: number },
): Promise<OpenPort> {
  const { server, ...port } = await openPort("slack", place, (request, response) =>
    route(platform, simulator, request, response),
  );
  server.on("upgrade", (request, socket, head) => platform.sockets.upgrade(request, socket, head));
  return port;
}

async function route(
  platform: Platform,
  simulator: SlackSimulator,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const target = request.url ?? "/";
  const mark = target.indexOf("?");
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = mark < 0 ? "" : target.slice(mark + 1);
  const body =
    request.method === "POST" || request.method === "PUT" || request.method === "DELETE"
      ? await readBody(request)
      : Buffer.alloc(0);
  if (path.startsWith("/api/"))
    return serveWebApi(platform, request, response, {
      method: path.slice(5),
      query,
      body: body.toString("utf8"),
    });
  if (path.startsWith("/control/"))
    return serveControl(platform, simulator, {
      request,
      response,
      path: path.slice(9),
      query: new URLSearchParams(query),
      body: body.toString("utf8"),
    });
  if (path.startsWith("/response/")) {
    const { status, text } = serveResponseUrl(platform, path.split("/").at(-1) ?? "", body.toString("utf8"));
    response.writeHead(status, { "content-type": "text/plain" }).end(text);
    return;
  }
  if (path.startsWith("/files-pri/")) return serveFile(platform, request, response, path);
  if (path.startsWith("/upload/v1/")) return serveUpload(platform, request, response, path, body);
  if (path === "/oauth/v2/authorize") return authorize(platform, response, query);
  response
    .writeHead(path === "/" ? 200 : 404, { "content-type": "text/html" })
    .end("<html><body>Slack simulator: sign in</body></html>");
}

function authorize(platform: Platform, response: ServerResponse, query: string): void {
  const outcome = platform.oauth.authorize(new URLSearchParams(query));
  if ("redirect" in outcome) response.writeHead(302, { location: outcome.redirect }).end();
  else
    response
      .writeHead(400, { "content-type": "text/html" })
      .end(`<html><body>${outcome.error}</body></html>`);
}
