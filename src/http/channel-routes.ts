import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ChannelRequest, ChannelResponse, ChannelRoute } from "../core/channel.ts";
import { TransientError } from "../core/errors.ts";

/** How long a channel may take to answer, milliseconds; then the platform gets a 503 and sends again. */
export interface AnswerLimits {
  readonly postMs: number;
  readonly getMs: number;
}

/**
 * Opens the channels' doors. Bodies reach them as the bytes that were sent, whatever their type, because
 * signatures are made over bytes; compressed ones are refused, because a small one can unpack to a huge one.
 */
export function addChannelRoutes(
  app: FastifyInstance,
  routes: readonly ChannelRoute[],
  limits: AnswerLimits,
): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.addHook("onRequest", async (request, reply) => {
    const encoding = request.headers["content-encoding"];
    if (encoding === undefined || encoding === "identity") return undefined;
    return reply.code(415).send({ error: "compressed bodies are not accepted" });
  });
  for (const route of routes) {
    const withinMs = route.method === "GET" ? limits.getMs : limits.postMs;
    app.route({
      method: route.method,
      url: route.path,
      // Fastify knows no limit of zero; one byte is as good as none.
      bodyLimit: Math.max(1, route.maxBodyBytes),
      handler: async (request, reply) => {
        const response = await answerWithin(withinMs, route, toChannelRequest(request));
        return sendResponse(reply, response);
      },
    });
  }
}

function toChannelRequest(request: FastifyRequest): ChannelRequest {
  return {
    headers: request.headers,
    query: toSingleValues(request.query),
    body: Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0),
    correlationId: request.id,
  };
}

/** Of a name given twice the first counts. */
function toSingleValues(query: unknown): Record<string, string | undefined> {
  const single: Record<string, string | undefined> = Object.create(null);
  for (const [name, value] of Object.entries(query ?? {})) {
    const first: unknown = Array.isArray(value) ? value[0] : value;
    if (typeof first === "string") single[name] = first;
  }
  return single;
}

/** What arrives too late is not lost: it was taken in or it was not, and the platform's next try finds out. */
async function answerWithin(
  ms: number,
  route: ChannelRoute,
  request: ChannelRequest,
): Promise<ChannelResponse> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new TransientError(`http: ${route.method} ${route.path} took longer than ${ms} ms`));
    }, ms);
  });
  try {
    return await Promise.race([route.handle(request), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

function sendResponse(reply: FastifyReply, { status, headers, body }: ChannelResponse): FastifyReply {
  if (headers !== undefined) reply.headers(headers);
  // A string without a type would be announced as plain text by Fastify, which is what a bare answer should be.
  return reply.code(status).send(body ?? "");
}
