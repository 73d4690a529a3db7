import type { IncomingMessage, ServerResponse } from "node:http";
import { type ApiCall, sendBody, sendError } from "./api-call.ts";
import { fromAnthropic } from "./anthropic-request.ts";
import { ApiError, badRequest, rateLimited, serverFailed, unauthorized } from "./api-error.ts";
import { answerChat, type ChatParts } from "./chat-endpoint.ts";
import { peekLastUserText } from "./chat-request.ts";
import { answerEmbeddings } from "./embeddings-endpoint.ts";
import { type Door, readKey, toDoor } from "./face.ts";
import type { FaultBook } from "./fault-book.ts";
import { isObject } from "./field-check.ts";
import { findModel, toAnthropicModelList, toModel, toModelList } from "./model-card.ts";
import { answerModerations, type ModerationTerms } from "./moderations-endpoint.ts";
import type { createRateLimits } from "./rate-limits.ts";
import { readJson } from "./read-json.ts";
import { applyRequestFault } from "./request-fault.ts";
import type { OpenRequest, RequestLog } from "./request-log.ts";

/** What the API is built from. */
export interface ApiParts extends ChatParts {
  readonly log: RequestLog;
  readonly faults: FaultBook;
  readonly limits: ReturnType<typeof createRateLimits>;
  readonly moderationTerms: ModerationTerms;
  readonly keepsBodies: boolean;
  acceptsKey(key: string): boolean;
}

/** Answers one request of the platform's API and records what became of it. Never rejects. */
export async function serveApi(
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  parts: ApiParts,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://api");
  const method = request.method ?? "GET";
  const door = toDoor(method, url.pathname, request.headers);
  const { face } = door;
  const key = readKey(request.headers, face);
  const entry = parts.log.open(door, key.slice(-4));
  const gone = watchClient(response, entry, parts.log);
  let call: ApiCall = { response, face, body: undefined, entry, log: parts.log, fault: undefined, gone };
  try {
    const startedAt = performance.now();
    const body = toBody(method === "POST" ? await readJson(request) : undefined, door);
    describe(entry, body, parts.keepsBodies);
    call = { ...call, body, fault: parts.faults.pick(entry) };
    setHeaders(call, parts, startedAt);
    if ((await applyRequestFault(call, key)) === "held") return;
    if (!parts.acceptsKey(key)) throw unauthorized(key);
    checkVersion(door, url, request);
    await answer(call, { method, path: url.pathname }, parts);
  } catch (error) {
    fail(call, error);
  }
}

/** Behind an Azure deployment the path decides the model, whatever the body says. */
function toBody(body: unknown, { deployment }: Door): unknown {
  return deployment !== undefined && isObject(body) ? { ...body, model: deployment } : body;
}

/** Azure answers a deployment's path without its version, and Anthropic a request without its header, with a refusal. */
function checkVersion({ face, deployment }: Door, url: URL, { headers }: IncomingMessage): void {
  const isClassic = deployment !== undefined || url.pathname === "/openai/models";
  if (face === "azure" && isClassic && !url.searchParams.has("api-version")) {
    throw new ApiError(404, "Resource not found");
  }
  if (face === "anthropic" && headers["anthropic-version"] === undefined) {
    throw badRequest(null, null, "anthropic-version: header is required");
  }
}

function watchClient(response: ServerResponse, entry: OpenRequest, log: RequestLog): AbortSignal {
  const gone = new AbortController();
  response.once("close", () => {
    log.end(entry, "client-aborted");
    gone.abort();
  });
  return gone.signal;
}

function describe(entry: OpenRequest, body: unknown, keepsBody: boolean): void {
  if (!isObject(body)) return;
  if (typeof body["model"] === "string") entry.model = body["model"];
  entry.stream = body["stream"] === true;
  entry.text = entry.endpoint === "chat" ? peekLastUserText(body) : toInputText(body["input"]);
  if (keepsBody) entry.body = body;
}

function toInputText(input: unknown): string {
  if (typeof input === "string") return input;
  return Array.isArray(input) ? input.filter((item) => typeof item === "string").join("\n") : "";
}

function setHeaders({ response, entry, log }: ApiCall, { limits }: ApiParts, startedAt: number): void {
  const { headers, retryAfterMs } = limits.take(Math.ceil(entry.text.length / 4));
  log.changed(entry);
  response.setHeader("x-request-id", entry.id);
  response.setHeader("openai-organization", "org-local");
  response.setHeader("openai-version", "2020-10-01");
  response.setHeader("openai-processing-ms", Math.ceil(performance.now() - startedAt));
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (retryAfterMs !== undefined) throw rateLimited(entry.model ?? "the model", retryAfterMs);
}

async function answer(
  call: ApiCall,
  { method, path }: { method: string; path: string },
  parts: ApiParts,
): Promise<void> {
  switch (call.entry.endpoint) {
    case "chat":
      return answerChat(
        call.face === "anthropic" ? { ...call, body: fromAnthropic(call.body) } : call,
        parts,
      );
    case "embeddings":
      return answerEmbeddings(call, parts.models);
    case "moderations":
      return answerModerations(call, { models: parts.models, terms: parts.moderationTerms });
    case "models":
      return sendBody(
        call,
        call.face === "anthropic" ? toAnthropicModelList(parts.models) : describeModels(path, parts),
      );
    case "unknown":
      throw new ApiError(404, `Invalid URL (${method} ${path})`);
    default:
      throw new Error(`unknown endpoint: ${String(call.entry.endpoint satisfies never)}`);
  }
}

function describeModels(path: string, { models }: ApiParts): object {
  const id = decodeURIComponent(/\/models\/([^/]+)$/.exec(path)?.[1] ?? "");
  if (id === "") return toModelList(models);
  const kind = models.find((card) => card.id === id)?.kind ?? "chat";
  return toModel(findModel(models, id, kind));
}

function fail(call: ApiCall, error: unknown): void {
  if (call.gone.aborted || call.response.writableEnded) return;
  if (call.response.headersSent) {
    call.log.end(call.entry, "cut");
    call.response.destroy();
    return;
  }
  sendError(call, error instanceof ApiError ? error : toServerError(error));
}

// A rule that throws is a mistake in a script: the caller sees a 500 and the reason stands in its message.
function toServerError(error: unknown): ApiError {
  const failed = serverFailed(500);
  return new ApiError(500, `${failed.message} (${String(error)})`, {
    type: "server_error",
    code: "rule_failed",
  });
}
