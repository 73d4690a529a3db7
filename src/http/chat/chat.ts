import { setMaxListeners } from "node:events";
import { readFileSync } from "node:fs";
import websocket from "@fastify/websocket";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ConversationId } from "../../core/ids.ts";
import type { Log } from "../../core/log.ts";
import type { Part } from "../../core/part.ts";
import type { WebDoor } from "../../core/web-door.ts";
import type { Limits } from "../../guard/limits/limits.ts";
import { createChatProgress } from "../../inbox/chat-progress.ts";
import type { TranscriptBook } from "../../inbox/transcript.ts";
import type { ReplyFiles } from "../../outbox/reply-files.ts";
import type { Database } from "../../store/database.ts";
import type { FastState } from "../../store/fast-state.ts";
import type { Sealer } from "../../store/seal.ts";
import type { Companies } from "../../tenants/companies.ts";
import type { InstallationDirectory } from "../../tenants/installations.ts";
import { createWebSessions } from "../../tenants/web-sessions.ts";
import { createChatActs } from "./acts.ts";
import { ApiError, parseRequest, refusals, toApiError, toErrorBody } from "./api-error.ts";
import { askEndpoints } from "./ask-routes.ts";
import type { ChatHouse } from "./chat-house.ts";
import { addEmbedFiles } from "./embed-files.ts";
import type { Endpoint } from "./endpoint.ts";
import { fileEndpoints } from "./file-routes.ts";
import { defaultChatLimits, takeOrRefuse, type ChatLimits } from "./limits.ts";
import { messageEndpoints } from "./message-routes.ts";
import { toOpenApi } from "./openapi.ts";
import { inThread } from "./schemas.ts";
import { sessionEndpoints } from "./session-routes.ts";
import { createSessionTokens, type TokenTimes } from "./session-tokens.ts";
import { createChatSessions } from "./sessions.ts";
import { createSites } from "./sites.ts";
import { maxFrameBytes, serveSocket } from "./socket.ts";
import { createStatusNews } from "./status-news.ts";
import { streamEndpoints } from "./stream-routes.ts";

/** The chat for web sites and programs: its endpoints, and how it hears that a conversation changed hands. */
export interface Chat extends Part {
  /** Adds the endpoints, in a scope of their own. */
  readonly routes: (app: FastifyInstance) => Promise<void>;
  onChanged(conversationId: ConversationId): void;
}

export interface ChatParts {
  readonly database: Database;
  readonly sealer: Sealer;
  readonly fast: FastState;
  readonly companies: Pick<Companies, "get">;
  readonly installations: InstallationDirectory;
  readonly book: TranscriptBook;
  readonly door: WebDoor;
  /** The newest first. */
  readonly masterKeys: readonly Buffer[];
  readonly publicUrl: string | undefined;
  /** What the bot attached to its answers. */
  readonly files?: Pick<ReplyFiles, "readIn"> | undefined;
  /** How much visitors may say: the limits that the turns keep on every platform. */
  readonly messageLimits: Pick<Limits, "require">;
  readonly limits?: Partial<ChatLimits> | undefined;
  readonly tokenTimes?: TokenTimes | undefined;
  /** Milliseconds since the epoch. */
  readonly now?: (() => number) | undefined;
  readonly log: Log;
}

export function createChat(parts: ChatParts): Chat {
  const { database, sealer, fast, book, door, companies, messageLimits, log, now } = parts;
  const limits: ChatLimits = { ...defaultChatLimits, ...parts.limits };
  const sites = createSites({ directory: parts.installations, publicUrl: parts.publicUrl });
  const progress = createChatProgress({ database });
  const news = createStatusNews({ fast });
  const sessions = createChatSessions({
    sites,
    sessions: createWebSessions({ database, sealer }),
    tokens: createSessionTokens({ masterKeys: parts.masterKeys, times: parts.tokenTimes, now }),
    now,
  });
  const acts = createChatActs({ book, door, progress, companies, messageLimits });
  const closing = new AbortController();
  // One listener for each who waits.
  setMaxListeners(0, closing.signal);
  const house: ChatHouse = {
    sites,
    sessions,
    acts,
    book,
    progress,
    news,
    fast,
    limits,
    closing: closing.signal,
    log,
  };
  return {
    name: "chat",
    routes: async (app) => {
      app.addHook("preClose", async () => closing.abort());
      await addEmbedFiles(app);
      app.get("/embed/site.json", async () => ({ site_key: (await sites.ownPageKey()) ?? null }));
      await app.register(async (scope) => addApi(scope, house, parts.files));
    },
    onChanged: (conversationId) => news.tell(conversationId),
    start: () => news.start(),
    stop: async () => news.stop(),
  };
}

async function addApi(app: FastifyInstance, house: ChatHouse, files: ChatParts["files"]): Promise<void> {
  const { sites, fast, limits, log } = house;
  addRefusals(app, house);
  app.removeContentTypeParser("text/plain"); // a form of another site can send it without asking
  app.addContentTypeParser("application/octet-stream", { parseAs: "buffer" }, (_request, body, done) =>
    done(null, body),
  );
  app.addHook("onRequest", async (request, reply) => {
    const { origin, host = "" } = request.headers;
    if (origin !== undefined && (await sites.isKnownOrigin(origin, host))) allowOrigin(reply, origin);
    if (request.method === "OPTIONS") return reply.code(204).send();
    await takeOrRefuse(fast, `web:ip:${request.ip}`, { perMinute: limits.requestsPerMinute });
    return undefined;
  });
  const endpoints: Endpoint[] = [
    ...sessionEndpoints(house),
    ...messageEndpoints(house),
    ...fileEndpoints(house, files),
    ...askEndpoints(house),
    ...streamEndpoints(house),
  ];
  for (const endpoint of endpoints) endpoint.addTo(app);
  const addresses = new Set(endpoints.map(({ path }) => path.replaceAll(/\{(\w+)\}/g, ":$1")));
  for (const url of addresses) app.options(url, async (_request, reply) => reply.code(204).send());
  const document = toOpenApi(endpoints, versionOf());
  app.get("/api/v1/openapi.json", async (_request, reply) => reply.send(document));
  await addSocket(app, house);
  log.debug({ endpoints: endpoints.length }, "chat endpoints added");
}

/** How long a client may take to close its side, milliseconds. */
const goodbyeMs = 500;

const allowedHeaders = "authorization, content-type, last-event-id, x-request-id";

function allowOrigin(reply: FastifyReply, origin: string): void {
  reply
    .header("access-control-allow-origin", origin)
    .header("vary", "origin")
    .header("access-control-allow-methods", "GET, POST, PUT, PATCH, DELETE")
    .header("access-control-allow-headers", allowedHeaders)
    .header("access-control-expose-headers", "retry-after, x-request-id, location, content-disposition")
    .header("access-control-max-age", "600")
    .header("cross-origin-resource-policy", "cross-origin");
}

/** Every refusal in one form; what is no refusal is the server's own business. */
function addRefusals(app: FastifyInstance, { log }: ChatHouse): void {
  app.setErrorHandler((cause, request, reply) => {
    const refused = toApiError(cause);
    if (refused === undefined) log.error({ correlationId: request.id, err: cause }, "chat request failed");
    const shown = refused ?? new ApiError(500, "internal_error", "Something went wrong on our side.");
    // A page of another site's may know that it is one, and nothing else.
    if (shown.code === refusals.origin().code) reply.removeHeader("access-control-allow-origin");
    if (shown.retryAfterMs !== undefined)
      reply.header("retry-after", String(Math.ceil(shown.retryAfterMs / 1_000)));
    if (shown.status === 413) reply.header("connection", "close");
    return reply.code(shown.status).header("cache-control", "no-store").send(toErrorBody(shown, request.id));
  });
}

async function addSocket(app: FastifyInstance, house: ChatHouse): Promise<void> {
  const { sites, limits } = house;
  const open = new Map<string, number>();
  await app.register(websocket, {
    preClose: letGo,
    options: {
      maxPayload: maxFrameBytes,
      handleProtocols: (offered: Set<string>) => (offered.has("baton.v1") ? "baton.v1" : false),
    },
  });

  /** Before the handshake: who may not come in gets an ordinary refusal. */
  async function judge(request: FastifyRequest): Promise<void> {
    parseRequest(inThread, request.params);
    const { origin, host = "" } = request.headers;
    if (origin !== undefined && !(await sites.isKnownOrigin(origin, host))) throw refusals.origin();
    if ((open.get(request.ip) ?? 0) >= limits.connections) {
      const message = "There are too many open connections from this address: close some of them.";
      throw new ApiError(429, "too_many_connections", message, 10_000);
    }
  }

  app.get(
    "/ws/chat/:thread_id",
    { websocket: true, preValidation: judge },
    (socket, request: FastifyRequest) => {
      const { ip } = request;
      open.set(ip, (open.get(ip) ?? 0) + 1);
      socket.once("close", () => {
        const left = (open.get(ip) ?? 1) - 1;
        if (left === 0) open.delete(ip);
        else open.set(ip, left);
      });
      serveSocket(house, socket, { request, thread: parseRequest(inThread, request.params).thread_id });
    },
  );
}

/** Clients come back to another process; one that does not read the goodbye is not waited for. */
function letGo(this: FastifyInstance, done: () => void): void {
  const { websocketServer: server } = this;
  for (const client of server.clients) {
    client.close(1012, "the server restarts");
    setTimeout(() => client.terminate(), goodbyeMs).unref();
  }
  server.close(() => done());
}

function versionOf(): string {
  const text = readFileSync(new URL("../../../package.json", import.meta.url), "utf8");
  return /"version":\s*"([^"]+)"/.exec(text)?.[1] ?? "0.0.0";
}
