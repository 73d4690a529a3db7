import type { IncomingMessage, ServerResponse } from "node:http";
import { openPort, readBody, type OpenPort } from "../kit/open-port.ts";
import { serveConnector } from "./connector.ts";
import { serveControl } from "./control.ts";
import type { Platform } from "./platform.ts";
import type { Exchange } from "./serve-call.ts";
import { serveFile } from "./serve-file.ts";
import { documentOf, serveDocument, serveToken } from "./serve-login.ts";
import type { TeamsSimulator } from "./simulator.ts";

/** Opens the one port behind which everything is: login, keys, connector, files and control. */
export async function startServer(
  platform: Platform,
  simulator: TeamsSimulator,
  place: { host: string; port: number },
): Promise<OpenPort> {
  return openPort("teams", place, (request, response) => route(platform, simulator, request, response));
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
