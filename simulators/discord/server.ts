import type { IncomingMessage, ServerResponse } from "node:http";
import { openPort, readBody, type OpenPort } from "../kit/open-port.ts";
import { serveControl } from "./control.ts";
import type { Platform } from "./platform.ts";
import { serveAttachment } from "./serve-attachments.ts";
import { serveRest } from "./serve-rest.ts";
import type { DiscordSimulator } from "./simulator.ts";

/** Opens the one port behind which everything is: REST, gateway, attachments, control. */
export async function startServer(
  platform: Platform,
  simulator: DiscordSimulator,
  place: { host: string; port: number },
): Promise<OpenPort> {
  const { server, ...port } = await openPort("discord", place, (request, response) =>
    route(platform, simulator, request, response),
  );
  server.on("upgrade", (request, socket, head) => {
    if (request.url?.startsWith("/gateway") === true) platform.gateway.upgrade(request, socket, head);
    else socket.destroy();
  });
  return port;
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
