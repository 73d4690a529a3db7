import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isIPv6 } from "node:net";
import helmet from "@fastify/helmet";
import { fastify, type FastifyError, type FastifyInstance } from "fastify";
import type { ChannelRoute } from "../core/channel.ts";
import { SettingsError, TransientError, UncertainError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import type { Part } from "../core/part.ts";
import type { Metrics } from "../insights/metrics.ts";
import { addChannelRoutes, type AnswerLimits } from "./channel-routes.ts";
import { toPlainAddresses } from "./forwarded-for.ts";
import { createHealth, type HealthChecks } from "./health.ts";

/** What the server serves, and where. */
export interface HttpParts {
  readonly host: string;
  /** 0 takes any free port; `url` tells which. */
  readonly port: number;
  /** Addresses and networks of the proxies whose X-Forwarded-For counts; nobody's does where there are none. */
  readonly trustedProxies?: readonly string[] | undefined;
  readonly routes: readonly ChannelRoute[];
  readonly health: HealthChecks;
  readonly metrics: Pick<Metrics, "httpRequests" | "page">;
  readonly log: Log;
  /** Adds routes of its own, with bodies parsed as JSON, before the server starts to listen. */
  readonly extra?: ((app: FastifyInstance) => void | Promise<void>) | undefined;
  /** True where Baton is reached over TLS, ended by a proxy: browsers are then told to insist on it. */
  readonly secure?: boolean | undefined;
  readonly limits?: AnswerLimits | undefined;
}

/** The HTTP server: the channels' doors, `/health`, `/ready`, `/metrics`. */
export interface HttpServer extends Part {
  /** The address it listens at. Throws before it is started. */
  readonly url: string;
}

const saneId = /^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$/;
// Slack gives 3 s, and a late answer is worth nothing: better a 503 in time, after which it sends again.
const defaultLimits: AnswerLimits = { postMs: 2_400, getMs: 15_000 };

/** Listens from `start` to `stop`. A stop refuses what is new, finishes requests in hand and cuts the rest at the deadline. */
export function createHttp(parts: HttpParts): HttpServer {
  const app = createApp(parts.trustedProxies ?? []);
  let state: "starting" | "ready" | "stopping" = "starting";
  let prepared = false;

  addObservation(app, parts);
  app.addHook("onSend", (_request, reply, payload, done) => {
    // A connection that is kept for more would keep the server from closing until its deadline.
    if (state === "stopping") reply.header("connection", "close");
    done(null, payload);
  });
  addFailureAnswers(app, parts.log);

  async function prepare(): Promise<void> {
    await app.register(helmet, toHelmetOptions(parts.secure ?? false));
    app.register(async (scope) => addChannelRoutes(scope, parts.routes, parts.limits ?? defaultLimits));
    app.register(async (scope) => addOwnRoutes(scope, parts, () => state === "ready"));
    const { extra } = parts;
    if (extra !== undefined) app.register(async (scope) => extra(scope));
    prepared = true;
    await app.ready();
  }

  return {
    name: "http",
    get url() {
      return toUrl(app);
    },
    async start() {
      await prepare();
      try {
        await app.listen({ host: parts.host, port: parts.port });
      } catch (cause) {
        throw toListenError(cause, parts);
      }
      if (state === "starting") state = "ready";
    },
    async stop(deadline) {
      state = "stopping";
      if (!prepared) return;
      const cut = () => app.server.closeAllConnections();
      if (deadline.aborted) cut();
      deadline.addEventListener("abort", cut, { once: true });
      try {
        await app.close();
      } finally {
        deadline.removeEventListener("abort", cut);
      }
    },
  };
}

function createApp(trustedProxies: readonly string[]): FastifyInstance {
  return fastify({
    logger: false,
    // Only what a proxy of ours has written counts: of the addresses the last one that is no proxy's.
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    bodyLimit: 1024 * 1024,
    exposeHeadRoutes: false,
    forceCloseConnections: "idle",
    requestTimeout: 30_000,
    // Longer than load balancers keep theirs (60 s), so that it is never us who closes under a request.
    keepAliveTimeout: 72_000,
    genReqId: toCorrelationId,
    requestIdHeader: false,
    routerOptions: { maxParamLength: 200 },
  });
}

/** A caller's own id is kept where it is harmless, so that its logs and ours can be joined. */
function toCorrelationId(request: Pick<IncomingMessage, "headers">): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && saneId.test(given) ? given : randomUUID();
}

function addObservation(app: FastifyInstance, { log, metrics }: HttpParts): void {
  app.addHook("onRequest", (request, reply, done) => {
    const { headers } = request.raw;
    const forwarded = headers["x-forwarded-for"];
    if (typeof forwarded === "string") headers["x-forwarded-for"] = toPlainAddresses(forwarded);
    reply.header("x-request-id", request.id);
    done();
  });
  app.addHook("onResponse", (request, reply, done) => {
    metrics.httpRequests.inc({ status: `${Math.floor(reply.statusCode / 100)}xx` });
    const { id: correlationId, ip, method } = request;
    const path = request.url.replace(/\?.*$/s, ""); // queries carry OAuth codes
    log.debug(
      { correlationId, ip, method, path, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      "http answered",
    );
    done();
  });
}

/** Says what to do and under which id to ask; never a stack, never the inner message of a bug. */
function addFailureAnswers(app: FastifyInstance, log: Log): void {
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({ error: "not found", correlationId: request.id }),
  );
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const correlationId = request.id;
    if (error instanceof TransientError || error instanceof UncertainError) {
      log.warn({ correlationId, error }, "request could not be taken in, the sender is asked to come again");
      const seconds = error instanceof TransientError ? Math.ceil((error.retryAfterMs ?? 1_000) / 1_000) : 1;
      return reply
        .code(503)
        .header("retry-after", String(seconds))
        .send({ error: "try again", correlationId });
    }
    const status = error.statusCode ?? 500;
    if (status < 500) return reply.code(status).send({ error: toPublicReason(status), correlationId });
    log.error({ correlationId, error }, "request failed");
    return reply.code(500).send({ error: "internal error", correlationId });
  });
}

function toPublicReason(status: number): string {
  if (status === 413) return "body too large";
  if (status === 415) return "media type not accepted";
  return status === 429 ? "too many requests" : "bad request";
}

function addOwnRoutes(app: FastifyInstance, parts: HttpParts, isReady: () => boolean): void {
  const health = createHealth(parts.health);
  app.get("/health", async (_request, reply) => {
    const report = await health();
    return reply
      .code(report.status === "unhealthy" ? 503 : 200)
      .header("cache-control", "no-store")
      .send(report);
  });
  app.get("/ready", async (_request, reply) => {
    const ready = isReady();
    return reply
      .code(ready ? 200 : 503)
      .header("cache-control", "no-store")
      .send({ ready });
  });
  app.get("/metrics", async (_request, reply) => {
    const { contentType, body } = await parts.metrics.page();
    return reply.header("content-type", contentType).send(body);
  });
}

function toHelmetOptions(secure: boolean) {
  return {
    global: true,
    hsts: secure ? { maxAge: 31_536_000 } : false,
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        baseUri: ["'none'"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
        formAction: ["'self'"],
        imgSrc: ["'self'", "data:"],
        styleSrc: ["'self'", "'unsafe-inline'"],
      },
    },
  };
}

function toUrl(app: FastifyInstance): string {
  const address = app.server.address();
  if (address === null || typeof address === "string") throw new Error("http: the server is not listening");
  const everywhere = address.address === "::" || address.address === "0.0.0.0";
  const host = everywhere ? "localhost" : isIPv6(address.address) ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

function toListenError(cause: unknown, { host, port }: HttpParts): unknown {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "EADDRINUSE") {
    return new SettingsError(
      `PORT: ${host}:${port} is taken by another program. Stop it, or set another PORT`,
      { cause },
    );
  }
  if (code === "EACCES") {
    return new SettingsError(`PORT: this user may not listen on ${port}. Take a port above 1023`, { cause });
  }
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return new SettingsError(`BATON_HOST: ${host} is no address of this machine. Use 0.0.0.0 or 127.0.0.1`, {
      cause,
    });
  }
  return cause;
}
