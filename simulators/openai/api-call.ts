import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { ApiError } from "./api-error.ts";
import type { Face } from "./face.ts";
import { toFaceError } from "./face-error.ts";
import type { FaultKind, FaultOrder } from "./fault.ts";
import type { OpenRequest, RequestLog } from "./request-log.ts";

/** One request on its way through the API. */
export interface ApiCall {
  readonly response: ServerResponse;
  readonly face: Face;
  readonly body: unknown;
  readonly entry: OpenRequest;
  readonly log: RequestLog;
  /** The fault that strikes this request, if one does. */
  readonly fault: FaultOrder | undefined;
  /** Fires when the client is gone. */
  readonly gone: AbortSignal;
}

/** Writes a fault into the record; only what really struck is recorded. */
export function recordFault(call: ApiCall, kind: FaultKind): void {
  call.entry.fault = kind;
  call.log.changed(call.entry);
}

/** Answers with the platform's error body; a 502 is the gateway's HTML page, as on the platform. */
export function sendError({ response, entry, log, face }: ApiCall, error: ApiError): void {
  const { status, body } = toFaceError(error, face);
  entry.status = status;
  entry.errorCode = error.code ?? error.type;
  log.end(entry, "complete");
  if (error.status === 502) {
    response.writeHead(502, { "content-type": "text/html; charset=UTF-8" });
    response.end(
      "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>",
    );
    return;
  }
  const text = JSON.stringify(body, undefined, 4);
  response.writeHead(status, { ...jsonHeaders(text), ...error.headers });
  response.end(text);
}

/** Answers 200 with a JSON body, or with what the call's fault makes of it. */
export async function sendBody(call: ApiCall, value: object, tokens = 0): Promise<void> {
  const { entry, fault, response } = call;
  const body = JSON.stringify(value);
  entry.status = 200;
  switch (fault?.kind) {
    case "silence":
      recordFault(call, fault.kind);
      response.writeHead(200, jsonHeaders(body));
      response.flushHeaders();
      return waitUntilGone(call.gone);
    case "cut":
      recordFault(call, fault.kind);
      response.writeHead(200, jsonHeaders(body));
      return cutAfter(call, body.slice(0, fault.afterBytes ?? Math.floor(body.length / 2)));
    case "malformed-stream":
      recordFault(call, fault.kind);
      return finishBody(call, body.slice(0, Math.floor(body.length / 2)));
    case "slow-drip":
      recordFault(call, fault.kind);
      await sleep((fault.tokenMs ?? 5_000) * Math.max(1, tokens), undefined, { signal: call.gone });
      return finishBody(call, body, tokens);
    default:
      return finishBody(call, body, tokens);
  }
}

/** Writes a last piece, waits until it has left, and breaks the connection. */
export async function cutAfter({ response, entry, log }: ApiCall, text: string): Promise<void> {
  await new Promise<void>((resolve) => response.write(text, () => resolve()));
  log.end(entry, "cut");
  response.destroy();
}

/** Resolves when the client has gone away. */
export function waitUntilGone(gone: AbortSignal): Promise<void> {
  if (gone.aborted) return Promise.resolve();
  return new Promise((resolve) => gone.addEventListener("abort", () => resolve(), { once: true }));
}

function finishBody({ response, entry, log }: ApiCall, body: string, tokens = 0): void {
  response.writeHead(200, jsonHeaders(body));
  entry.tokensSent = tokens;
  log.end(entry, "complete");
  response.end(body);
}

function jsonHeaders(body: string): Record<string, string | number> {
  return { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
}
