import { stringify } from "node:querystring";
import type { Log } from "../../src/core/log.ts";
import { SlackCallError, toSlackError } from "./errors.ts";
import { isUnsent, stopped, throwIfStopped } from "../kit/call-outcome.ts";
import type { PaceKey, Pacer } from "../kit/pace.ts";
import { createTransport, type Incoming, type Transport } from "../kit/transport.ts";

/** Slack's answer with `ok: true`: a border, so its fields are read with care. */
export type SlackAnswer = Readonly<Record<string, unknown>>;

/** How to make one call. */
export interface SlackCallOptions {
  /** In plain words for the error message, e.g. `send a reply`; the method's name when left out. */
  readonly doing?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Runs after all waiting, right before the bytes go on the wire; what it throws stops the call. */
  readonly checkpoint?: (() => void) | undefined;
  /** Gives up on the answer after this long, milliseconds; 15 000 when left out. */
  readonly timeoutMs?: number | undefined;
}

/** Slack's Web API with the token of one installation. */
export interface SlackWeb {
  /**
   * Calls a method once, in its turn, and resolves with Slack's answer. Nothing is retried here.
   * Throws TransientError, PermanentError or UncertainError, as the channel's sending methods promise.
   */
  call(
    method: string,
    args: Readonly<Record<string, unknown>>,
    options?: SlackCallOptions,
  ): Promise<SlackAnswer>;
}

/** What a SlackWeb is made of. */
export interface SlackWebParts {
  /** None for the calls that need none, such as `oauth.v2.access`. */
  readonly token: string | undefined;
  /** Ends in `/api/`. */
  readonly apiUrl: string;
  readonly log: Log;
  readonly pacer: Pacer;
  /** The workspace whose limits are counted; the token stands for it when left out. */
  readonly installation?: string | undefined;
  readonly transport?: Transport | undefined;
}

/**
 * A lean client for Slack's Web API. The SDK's own client has no signal for a call, does not tell whether
 * the bytes were written, and its rate limit handling pauses every channel at once.
 */
export function createSlackWeb(parts: SlackWebParts): SlackWeb {
  const { apiUrl, pacer, log } = parts;
  const transport = parts.transport ?? sharedTransport();
  const installation = parts.installation ?? parts.token ?? "";
  const base = new URL(apiUrl.endsWith("/") ? apiUrl : `${apiUrl}/`);
  const headers: Record<string, string> = {
    "content-type": "application/x-www-form-urlencoded",
    "user-agent": "baton",
  };
  if (parts.token !== undefined) headers["authorization"] = `Bearer ${parts.token}`;

  async function call(
    method: string,
    args: Readonly<Record<string, unknown>>,
    options: SlackCallOptions = {},
  ): Promise<SlackAnswer> {
    const { signal } = options;
    const key: PaceKey = { installation, method, channel: channelOf(args) };
    try {
      throwIfStopped("slack", signal);
      await pacer.turn(key, signal);
      throwIfStopped("slack", signal);
      const incoming = await transport({
        method: "POST",
        url: new URL(method, base),
        headers,
        body: encodeForm(args),
        timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
        signal,
        beforeWrite: options.checkpoint,
      });
      return readAnswer(incoming);
    } catch (cause) {
      const closedMs = retryAfterOf(cause);
      if (closedMs !== undefined) {
        pacer.close(key, closedMs);
        log.warn({ method, retryAfterMs: closedMs }, "slack limited a method");
      }
      if (signal?.aborted && (cause === signal.reason || isUnsent(cause))) throw stopped("slack", signal);
      throw toSlackError(cause, options.doing ?? method, { creates: creating.has(method) });
    }
  }

  return { call };
}

const defaultTimeoutMs = 15_000;

/** Slack answers a limit without Retry-After with this wait, milliseconds. */
const defaultRetryAfterMs = 1_000;

/** Doing these twice is seen twice. Ending a stream is not among them: a second end is refused, not repeated. */
const creating: ReadonlySet<string> = new Set([
  "chat.postMessage",
  "chat.postEphemeral",
  "chat.startStream",
  "chat.appendStream",
  "chat.scheduleMessage",
  "files.completeUploadExternal",
]);

let shared: Transport | undefined;

/** Sockets are kept for the process, not for each token. */
function sharedTransport(): Transport {
  shared ??= createTransport();
  return shared;
}

function channelOf(args: Readonly<Record<string, unknown>>): string | undefined {
  const channel = args["channel"] ?? args["channel_id"];
  return typeof channel === "string" ? channel : undefined;
}

/** A form, not JSON: only some of Slack's methods read JSON, all read forms. Objects travel as JSON in a field. */
function encodeForm(args: Readonly<Record<string, unknown>>): string {
  const flat: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(args)) {
    if (value === undefined || value === null) continue;
    flat[name] =
      typeof value === "string" || typeof value === "number" || typeof value === "boolean"
        ? value
        : JSON.stringify(value);
  }
  return stringify(flat);
}

function readAnswer({ status, retryAfter, body }: Incoming): SlackAnswer {
  const retryAfterMs = readRetryAfter(retryAfter);
  if (status !== 200) throw new SlackCallError({ kind: "status", status, retryAfterMs });
  const answer = parseObject(body);
  if (answer?.["ok"] === true) return answer;
  const code = answer?.["error"];
  if (typeof code !== "string" || code === "") throw new SlackCallError({ kind: "unreadable" });
  throw new SlackCallError({ kind: "refused", code, retryAfterMs, detail: detailOf(answer) });
}

function parseObject(body: string): SlackAnswer | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // a proxy's page, or a body cut short
  }
}

function isObject(value: unknown): value is SlackAnswer {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Which scope is missing, or which argument is wrong: Slack's words, without the content. */
function detailOf(answer: SlackAnswer | undefined): string {
  const needed = answer?.["needed"];
  if (typeof needed === "string") return `needs ${needed}`;
  const metadata = answer?.["response_metadata"];
  const messages = isObject(metadata) ? metadata["messages"] : undefined;
  const first: unknown = Array.isArray(messages) ? messages[0] : undefined;
  return typeof first === "string" ? first.slice(0, 200) : "";
}

function readRetryAfter(header: string | undefined): number | undefined {
  const seconds = Number(header);
  return header !== undefined && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

function retryAfterOf(cause: unknown): number | undefined {
  if (!(cause instanceof SlackCallError)) return undefined;
  const { failure } = cause;
  const isLimit =
    (failure.kind === "status" && failure.status === 429) ||
    (failure.kind === "refused" && (failure.code === "ratelimited" || failure.code === "rate_limited"));
  return isLimit ? (failure.retryAfterMs ?? defaultRetryAfterMs) : undefined;
}
