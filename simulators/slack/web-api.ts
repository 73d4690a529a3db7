import type { IncomingMessage, ServerResponse } from "node:http";
import { ApiError } from "./api-error.ts";
import { checkArguments, parseArguments, textOf } from "./arguments.ts";
import type { ApiFaultAction } from "./faults.ts";
import { assistantMethods } from "./methods/assistant.ts";
import { chatMethods } from "./methods/chat.ts";
import { conversationMethods } from "./methods/conversations.ts";
import { fileMethods } from "./methods/files.ts";
import type { Method, Methods } from "./methods/method.ts";
import { needScope } from "./methods/method.ts";
import { reactionMethods } from "./methods/reactions.ts";
import { streamMethods } from "./methods/stream.ts";
import { userMethods } from "./methods/users.ts";
import { viewMethods } from "./methods/views.ts";
import { workspaceMethods } from "./methods/workspace.ts";
import type { Installation, TokenRecord } from "./model.ts";
import type { Platform } from "./platform.ts";

const methods: Methods = {
  ...chatMethods,
  ...streamMethods,
  ...conversationMethods,
  ...userMethods,
  ...reactionMethods,
  ...fileMethods,
  ...viewMethods,
  ...assistantMethods,
  ...workspaceMethods,
};

const noToken: TokenRecord = { token: "", kind: "app", teamId: "", scopes: [], revoked: false };
const noBot: Installation = {
  teamId: "",
  botUserId: "",
  botId: "",
  botName: "",
  scopes: [],
  botToken: "",
  active: false,
};

interface Outcome {
  status: number;
  body: Record<string, unknown>;
  effect: "applied" | "none";
}

interface Served {
  readonly method: string;
  readonly started: number;
  readonly raw: Record<string, unknown>;
  readonly channel: string | undefined;
  token: TokenRecord;
}

/** Serves `/api/<method>`: faults, limits, token, scopes, arguments, the method itself, the record of it. */
export async function serveWebApi(
  platform: Platform,
  request: IncomingMessage,
  response: ServerResponse,
  call: { method: string; query: string; body: string },
): Promise<void> {
  platform.activity.begin();
  try {
    await serve(platform, request, response, call);
  } finally {
    platform.activity.end();
  }
}

async function serve(
  platform: Platform,
  request: IncomingMessage,
  response: ServerResponse,
  call: { method: string; query: string; body: string },
): Promise<void> {
  const served: Served = {
    method: call.method,
    started: performance.now(),
    ...readRaw(request, call),
    token: noToken,
  };
  const fault = platform.faults.forCall(
    call.method,
    served.channel,
    textOf(served.raw, "text") ?? textOf(served.raw, "markdown_text"),
  );
  if (fault?.kind === "delay" && fault.when === "before")
    await new Promise((resolve) => setTimeout(resolve, fault.ms));
  const outcome = beforeEffect(fault) ?? run(platform, request, served);
  if (fault?.kind === "delay" && fault.when !== "before")
    await new Promise((resolve) => setTimeout(resolve, fault.ms));
  answer(platform, response, served, outcome, fault);
}

/** What the caller gets when the fault strikes before anything happened. */
function beforeEffect(fault: ApiFaultAction | undefined): Outcome | undefined {
  if (fault === undefined) return undefined;
  if (fault.kind === "rate_limit")
    return { status: 429, body: { ok: false, error: "ratelimited" }, effect: "none" };
  if (fault.kind === "error")
    return { status: 200, body: { ok: false, error: fault.error, ...fault.extra }, effect: "none" };
  if (fault.kind !== "delay" && fault.when === "before")
    return { status: 200, body: { ok: false, error: "internal_error" }, effect: "none" };
  return undefined;
}

function run(platform: Platform, request: IncomingMessage, served: Served): Outcome {
  try {
    const method = methods[served.method];
    if (method === undefined) throw new ApiError("unknown_method", { req_method: served.method });
    if ("$invalid" in served.raw) throw new ApiError(String(served.raw["$invalid"]));
    served.token = tokenOf(platform, method, request, served.raw);
    const retryAfter = platform.limiter.take(platform.settings.rateLimits, {
      method: served.method,
      channel: served.channel,
      teamId: served.token.teamId,
    });
    if (retryAfter !== undefined)
      return {
        status: 429,
        body: { ok: false, error: "ratelimited", $retryAfter: retryAfter },
        effect: "none",
      };
    needScope(served.token, method.scopes);
    const args = checkArguments(method.args, served.raw);
    const bot = platform.state.installations.get(served.token.teamId) ?? noBot;
    return {
      status: 200,
      body: { ok: true, ...method.run({ platform, args, token: served.token, bot }) },
      effect: "applied",
    };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (complaintWorthy.has(error.code))
      platform.recorder.complain(served.method, error.code, JSON.stringify(error.extra));
    return { status: 200, body: { ok: false, error: error.code, ...error.extra }, effect: "none" };
  }
}

/** Refusals that mean the caller's own code is wrong, whatever the workspace looks like. */
const complaintWorthy = new Set([
  "invalid_arguments",
  "invalid_blocks",
  "invalid_blocks_format",
  "invalid_chunks",
  "invalid_metadata_format",
  "invalid_metadata_schema",
  "markdown_text_conflict",
  "msg_too_long",
  "no_text",
  "missing_scope",
  "unknown_method",
  "invalid_json",
  "invalid_name",
  "invalid_cursor",
  "invalid_limit",
  "invalid_thread_ts",
  "missing_recipient_team_id",
  "missing_recipient_user_id",
  "not_allowed_token_type",
  "streaming_state_conflict",
]);

function tokenOf(
  platform: Platform,
  method: Method,
  request: IncomingMessage,
  raw: Record<string, unknown>,
): TokenRecord {
  if (method.token === "none") return noToken;
  const { authorization } = request.headers;
  const given =
    authorization?.startsWith("Bearer ") === true ? authorization.slice(7) : (textOf(raw, "token") ?? "");
  if (given === "") throw new ApiError("not_authed");
  const token = platform.state.tokens.get(given);
  if (token === undefined) throw new ApiError("invalid_auth");
  if (token.revoked) throw new ApiError("token_revoked");
  if (token.expiresAt !== undefined && Date.now() > token.expiresAt) throw new ApiError("token_expired");
  if (token.kind !== method.token) throw new ApiError("not_allowed_token_type");
  return token;
}

function readRaw(
  request: IncomingMessage,
  call: { query: string; body: string },
): { raw: Record<string, unknown>; channel: string | undefined } {
  try {
    const raw = parseArguments(request.headers["content-type"] ?? "", call.body, call.query);
    withBasicAuth(request, raw);
    return { raw, channel: textOf(raw, "channel") ?? textOf(raw, "channel_id") };
  } catch (error) {
    if (error instanceof ApiError) return { raw: { $invalid: error.code }, channel: undefined };
    throw error;
  }
}

/** `oauth.v2.access` also takes its client id and secret as Basic credentials. */
function withBasicAuth(request: IncomingMessage, raw: Record<string, unknown>): void {
  const { authorization } = request.headers;
  if (authorization?.startsWith("Basic ") !== true) return;
  const [id, secret] = Buffer.from(authorization.slice(6), "base64").toString("utf8").split(":");
  raw["client_id"] ??= id;
  raw["client_secret"] ??= secret;
}

function answer(
  platform: Platform,
  response: ServerResponse,
  served: Served,
  outcome: Outcome,
  fault: ApiFaultAction | undefined,
): void {
  const headers: Record<string, string> = {
    "content-type": "application/json; charset=utf-8",
    "x-slack-req-id": `sim${served.started}`,
  };
  const { scopes } = served.token;
  if (scopes.length > 0) headers["x-oauth-scopes"] = scopes.join(",");
  const accepted = methods[served.method]?.scopes;
  if (accepted !== undefined && accepted.length > 0) headers["x-accepted-oauth-scopes"] = accepted.join(",");
  const retryAfter = fault?.kind === "rate_limit" ? fault.retryAfterSeconds : outcome.body["$retryAfter"];
  if (retryAfter !== undefined) {
    headers["retry-after"] = String(retryAfter);
    delete outcome.body["$retryAfter"];
  }
  const status = fault?.kind === "status" ? fault.status : fault?.kind === "cut" ? 0 : outcome.status;
  record(platform, served, outcome, status, fault);
  switch (fault?.kind) {
    case "cut":
      response.socket?.destroy();
      return;
    case "status":
      response
        .writeHead(fault.status, { "content-type": "text/html" })
        .end(fault.body ?? `<html><body>${fault.status}</body></html>`);
      return;
    case "malformed":
      response.writeHead(200, headers).end(JSON.stringify(outcome.body).slice(0, -5));
      return;
    case "empty":
      response.writeHead(200, headers).end();
      return;
    default:
      response.writeHead(outcome.status, headers).end(JSON.stringify(outcome.body));
  }
}

function record(
  platform: Platform,
  served: Served,
  outcome: Outcome,
  status: number,
  fault: ApiFaultAction | undefined,
): void {
  const ms = performance.now() - served.started;
  const told = fault === undefined || fault.kind === "delay";
  const error = outcome.body["error"];
  const { ts, message_ts } = outcome.body;
  const { token: _token, ...args } = served.raw;
  const seq = platform.recorder.call({
    at: Date.now() - Math.round(ms),
    ms,
    method: served.method,
    ...(served.token.teamId === "" ? {} : { teamId: served.token.teamId }),
    args: "client_secret" in args ? { ...args, client_secret: "hidden" } : args,
    status,
    ok: told && outcome.body["ok"] === true,
    ...(typeof error === "string" ? { error } : {}),
    ...(platform.recorder.mode === "full" ? { response: outcome.body } : {}),
    effect: outcome.effect,
    ...(served.channel === undefined ? {} : { channel: served.channel }),
    ...(typeof (ts ?? message_ts) === "string" ? { ts: String(ts ?? message_ts) } : {}),
    ...(fault === undefined ? {} : { fault: fault.kind }),
  });
  platform.state.changed(() => ({ kind: "call", seq }));
}
