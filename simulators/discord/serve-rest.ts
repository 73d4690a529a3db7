import type { IncomingMessage, ServerResponse } from "node:http";
import { ApiError, refusal } from "./api-error.ts";
import type { RestFaultAction } from "./faults.ts";
import { isRecord } from "../kit/is-record.ts";
import type { Upload } from "./message-body.ts";
import { parseMultipart } from "./multipart.ts";
import type { Platform } from "./platform.ts";
import { cloudflare, limited, strikeAfter, strikeBefore, toReply } from "./rest-reply.ts";
import type { Reply } from "./rest-reply.ts";
import { applicationRoutes } from "./rest/applications.ts";
import type { Handler, RestAnswer, Routes } from "./rest/call.ts";
import { interactionRoutes } from "./rest/interactions.ts";
import { messageRoutes } from "./rest/messages.ts";
import { placeRoutes } from "./rest/places.ts";
import { reactionRoutes } from "./rest/reactions.ts";
import { threadRoutes } from "./rest/threads.ts";
import { attachmentRoutes } from "./serve-attachments.ts";

interface Route {
  readonly method: string;
  readonly route: string;
  readonly pattern: RegExp;
  readonly names: readonly string[];
  readonly handler: Handler;
}

const routes = compile({
  ...applicationRoutes,
  ...placeRoutes,
  ...messageRoutes,
  ...reactionRoutes,
  ...threadRoutes,
  ...interactionRoutes,
  ...attachmentRoutes,
});

/** A request as it arrived at the API. */
interface Request {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly route: Route | undefined;
  readonly params: Readonly<Record<string, string>>;
  readonly authorization: string | undefined;
  readonly contentType: string;
  readonly raw: Buffer;
}

/** Serves `/api/v10/*`, and writes every call into the history. */
export async function serveRest(
  platform: Platform,
  request: IncomingMessage,
  response: ServerResponse,
  call: { readonly path: string; readonly query: string; readonly body: Buffer },
): Promise<void> {
  const at = Date.now();
  const [, version, path = ""] = /^\/api(?:\/v(\d+))?(\/.*)?$/.exec(call.path) ?? [];
  const method = request.method ?? "GET";
  const found = match(method, path);
  const { authorization } = request.headers;
  const arrived: Request = {
    method,
    path,
    query: new URLSearchParams(call.query),
    route: found?.route,
    params: found?.params ?? {},
    authorization,
    contentType: request.headers["content-type"] ?? "",
    raw: call.body,
  };
  platform.activity.begin();
  try {
    const isKnown = version === "10" || version === "9";
    const reply = isKnown ? await answer(platform, arrived) : toReply(refusal(50041));
    keep(platform, arrived, reply, at);
    send(response, reply);
  } finally {
    platform.activity.end();
  }
}

async function answer(platform: Platform, request: Request): Promise<Reply> {
  const { limiter, settings, state } = platform;
  const bannedMs = limiter.bannedMs(settings.rateLimits);
  if (bannedMs > 0) return cloudflare(bannedMs / 1000);
  const { route } = request;
  if (route === undefined) return toReply(refusal(0));
  const sent = await readBody(request);
  const fault = faultFor(platform, request, sent?.body);
  const early = fault === undefined ? undefined : await strikeBefore(fault);
  if (early !== undefined) return { ...early, sent: sent ?? { body: undefined, files: [] } };
  const isOpen = /^\/(?:interactions|webhooks)\//.test(route.route) || route.route === "/gateway";
  if (!isOpen && request.authorization !== `Bot ${state.app.botToken}`)
    return toReply(new ApiError(401, 0, "401: Unauthorized"));
  const ruling = limiter.rule(settings.rateLimits, {
    method: request.method,
    route: route.route,
    major: majorOf(request.params),
    authorized: !isOpen,
  });
  if (ruling.refused !== undefined) return limited(ruling, ruling.refused);
  if (sent === undefined) return { ...toReply(refusal(50109)), headers: ruling.headers };
  const reply = { ...handle(platform, request, sent), headers: ruling.headers, sent };
  return fault === undefined ? reply : strikeAfter(fault, reply);
}

function handle(
  platform: Platform,
  request: Request,
  sent: { readonly body: unknown; readonly files: readonly Upload[] },
): Reply {
  const { route, params, query } = request;
  if (route === undefined) return toReply(refusal(0));
  try {
    const given: RestAnswer = route.handler({ platform, params, query, ...sent });
    return { ...given, effect: "applied" };
  } catch (error) {
    if (error instanceof ApiError) return toReply(error);
    throw error;
  }
}

function faultFor(platform: Platform, request: Request, body: unknown): RestFaultAction | undefined {
  const { route, method, params } = request;
  if (route === undefined) return undefined;
  const interaction = params["token"] === undefined ? undefined : platform.desk.findByToken(params["token"]);
  const data = isRecord(body) && isRecord(body["data"]) ? body["data"] : body;
  const content = isRecord(data) ? data["content"] : undefined;
  return platform.faults.forCall({
    method,
    route: route.route,
    channel: params["channel"] ?? interaction?.channelId,
    text: typeof content === "string" ? content : undefined,
  });
}

/** `undefined`: not what it says it is. */
async function readBody(
  request: Request,
): Promise<{ readonly body: unknown; readonly files: readonly Upload[] } | undefined> {
  const { raw, contentType } = request;
  if (raw.length === 0) return { body: {}, files: [] };
  if (contentType.startsWith("multipart/form-data")) {
    const parsed = await parseMultipart(raw, contentType);
    return parsed === undefined ? undefined : { body: parsed.json, files: parsed.files };
  }
  try {
    return { body: JSON.parse(raw.toString("utf8")), files: [] };
  } catch {
    return undefined;
  }
}

function keep(platform: Platform, request: Request, reply: Reply, at: number): void {
  const { recorder, limiter, settings, state } = platform;
  const { status, code, messageId, fault, effect, sent } = reply;
  const isShared = reply.headers?.["x-ratelimit-scope"] === "shared";
  if (status === 401 || status === 403 || (status === 429 && !isShared)) limiter.invalid(settings.rateLimits);
  const channelId = request.params["channel"];
  const record = recorder.call({
    at,
    ms: Date.now() - at,
    method: request.method,
    route: request.route?.route ?? request.path,
    path: request.path,
    status,
    ok: status >= 200 && status < 300,
    effect,
    ...(sent === undefined || request.raw.length === 0 ? {} : { body: sent.body }),
    ...(sent === undefined || sent.files.length === 0 ? {} : { files: sent.files.map(({ name }) => name) }),
    ...(code === undefined ? {} : { code }),
    ...(reply.body === undefined ? {} : { response: reply.body }),
    ...(channelId === undefined ? {} : { channelId }),
    ...(messageId === undefined ? {} : { messageId }),
    ...(fault === undefined ? {} : { fault }),
  });
  state.changed(() => ({ kind: "call", call: record }));
}

function send(response: ServerResponse, reply: Reply): void {
  if (reply.cut === true) {
    response.destroy();
    return;
  }
  const { status, headers = {}, body, text } = reply;
  if (body === undefined && text === undefined) {
    response.writeHead(status, headers).end();
    return;
  }
  response
    .writeHead(status, { "content-type": "application/json", ...headers })
    .end(text ?? JSON.stringify(body));
}

function compile(all: Routes): readonly Route[] {
  return Object.entries(all)
    .map(([key, handler]): Route => {
      const [method = "", route = ""] = key.split(" ");
      const names = [...route.matchAll(/:(\w+)/g)].flatMap(([, name]) => name ?? []);
      return {
        method,
        route,
        names,
        handler,
        pattern: new RegExp(`^${route.replaceAll(/:\w+/g, "([^/]+)")}$`),
      };
    })
    .toSorted((a, b) => a.names.length - b.names.length);
}

function match(
  method: string,
  path: string,
): { readonly route: Route; readonly params: Record<string, string> } | undefined {
  for (const route of routes) {
    if (route.method !== method) continue;
    const found = route.pattern.exec(path);
    if (found === null) continue;
    const values = found.slice(1).map(decodeURIComponent);
    return {
      route,
      params: Object.fromEntries(route.names.map((name, index) => [name, values[index] ?? ""])),
    };
  }
  return undefined;
}

/** What the buckets of a route are told apart by. */
function majorOf(params: Readonly<Record<string, string>>): string {
  const { channel, guild, token } = params;
  return token ?? channel ?? guild ?? "";
}
