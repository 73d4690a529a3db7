import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, nameOfStatus, refuse } from "./api-error.ts";
import type { Outcome } from "./connector-call.ts";
import type { ApiFaultAction } from "./faults.ts";
import type { Platform } from "./platform.ts";

/** A request that has arrived whole. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly body: Buffer;
}

interface Served {
  readonly operation: string;
  readonly region?: string;
  readonly conversation?: string;
  readonly faultTarget: { readonly conversation: string | undefined; readonly text: string | undefined };
  readonly body?: unknown;
  run(): Outcome;
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly error?: string;
  readonly id?: string;
  readonly effect: "applied" | "none";
}

/** Runs a call with the fault in force, answers it and writes both down. A bug in here becomes a 500. */
export async function serveCall(platform: Platform, exchange: Exchange, served: Served): Promise<void> {
  const { work, faults, recorder, state, regions } = platform;
  const at = Date.now();
  const started = performance.now();
  const fate = served.region === undefined ? "works" : regions.fate(served.region);
  const fault: ApiFaultAction | undefined =
    fate === "cut" ? { kind: "cut", when: "before" } : faults.forCall(served.operation, served.faultTarget);
  work.begin();
  try {
    const run = (): Answer => perform(fate === "not_found" ? movedAway : served.run);
    const answer = await withFault(fault, run);
    const seq = recorder.call({
      at,
      ms: performance.now() - started,
      operation: served.operation,
      method: exchange.method,
      path: exchange.path,
      ...(served.region === undefined ? {} : { region: served.region }),
      ...(served.conversation === undefined ? {} : { conversation: served.conversation }),
      ...(served.body === undefined ? {} : { body: served.body }),
      ...(answer.id === undefined ? {} : { id: answer.id }),
      ...(answer.error === undefined ? {} : { error: answer.error }),
      ...(Buffer.isBuffer(answer.body) ? {} : { response: answer.body }),
      ...(fault === undefined ? {} : { fault: fault.kind }),
      status: answer.status,
      effect: answer.effect,
    });
    respond(exchange.response, answer);
    state.changed(() => ({ kind: "call", seq }));
  } finally {
    work.end();
  }
}

function movedAway(): never {
  throw refuse("ConversationNotFound", "The conversation is not served here.");
}

function perform(run: () => Outcome): Answer {
  try {
    return { effect: "applied", ...run() };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return toRefusal(error);
  }
}

/** Lets the call take effect before or not at all, and then spoils what is said of it. */
async function withFault(fault: ApiFaultAction | undefined, run: () => Answer): Promise<Answer> {
  if (fault === undefined) return run();
  switch (fault.kind) {
    case "rate_limit":
      return toRefusal(refuse("Throttled", undefined, fault.retryAfterSeconds));
    case "error":
      return toRefusal(refuse(fault.error, fault.message));
    case "delay": {
      if (fault.when === "before") await sleep(fault.ms);
      const answer = run();
      if (fault.when !== "before") await sleep(fault.ms);
      return answer;
    }
    case "status": {
      const code = nameOfStatus(fault.status);
      const body = fault.body ?? { error: { code, message: `Simulated ${fault.status}` } };
      return { status: fault.status, body, error: code, ...effectOf(fault, run) };
    }
    case "cut":
      return { status: 0, error: "cut", ...effectOf(fault, run) };
    case "malformed":
      return { status: 200, body: '{"id": "17', error: "malformed", ...effectOf(fault, run) };
    case "empty":
      return { status: 200, error: "empty", ...effectOf(fault, run) };
    default:
      throw new Error(`unknown fault: ${JSON.stringify(fault satisfies never)}`);
  }
}

function effectOf({ when }: { when?: "before" | "after" }, run: () => Answer): Pick<Answer, "effect" | "id"> {
  if (when === "before") return { effect: "none" };
  const { effect, id } = run();
  return id === undefined ? { effect } : { effect, id };
}

function toRefusal(error: ApiError): Answer {
  const { status, code, message, retryAfterSeconds } = error;
  return {
    status,
    body: error.body ?? { error: { code, message } },
    error: code,
    effect: "none",
    ...(retryAfterSeconds === undefined ? {} : { headers: { "retry-after": String(retryAfterSeconds) } }),
  };
}

function respond(response: ServerResponse, answer: Answer): void {
  if (answer.status === 0) return void response.destroy();
  const { body } = answer;
  const contentType = answer.contentType ?? "application/json; charset=utf-8";
  response.writeHead(answer.status, { "content-type": contentType, ...answer.headers });
  if (body === undefined) response.end();
  else response.end(Buffer.isBuffer(body) || typeof body === "string" ? body : JSON.stringify(body));
}
