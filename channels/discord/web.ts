import type { Log } from "../../src/core/log.ts";
import { parseJson } from "../../src/core/parse-json.ts";
import { isUnsent, stopped, throwIfStopped } from "../kit/call-outcome.ts";
import { isFields, numberAt, textAt, type Fields } from "../kit/fields.ts";
import type { PaceKey, Pacer } from "../kit/pace.ts";
import { createTransport, type Incoming, type Outgoing, type Transport } from "../kit/transport.ts";
import { DiscordCallError, toDiscordError, type LimitScope } from "./errors.ts";
import { createInvalidBudget } from "./invalid-budget.ts";
import { toMultipart, type Upload } from "./multipart.ts";
import { everything } from "./pace.ts";

/** How to make one call. */
export interface DiscordCallOptions {
  /** In plain words for the error message, e.g. `send a reply`. */
  readonly doing: string;
  readonly body?: object | undefined;
  /** Goes along with the body. */
  readonly file?: Upload | undefined;
  readonly query?: Readonly<Record<string, string | undefined>> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Runs after all waiting, right before the bytes go on the wire; what it throws stops the call. */
  readonly checkpoint?: (() => void) | undefined;
  /** Doing it twice would be seen twice: a failure that leaves it open is an UncertainError. */
  readonly creates?: boolean | undefined;
  /** The path carries its own credential: no token goes along, and the bot's limits do not count. */
  readonly isTokenless?: boolean | undefined;
  /** Gives up on the answer after this long, milliseconds; 15 000 when left out. */
  readonly timeoutMs?: number | undefined;
}

/** Discord's REST API, version 10, with the bot's token. */
export interface DiscordWeb {
  /**
   * Makes a call once, in its turn, and resolves with Discord's answer, a border: an object, a list, or undefined
   * for none. Nothing is retried here. `route` is the path with its ids, e.g. `/channels/1/messages`.
   * Throws TransientError, PermanentError or UncertainError, as the channel's sending methods promise.
   */
  call(method: Outgoing["method"], route: string, options: DiscordCallOptions): Promise<unknown>;
}

/** What a DiscordWeb is made of. */
export interface DiscordWebParts {
  readonly token: string;
  /** Without the version, e.g. `https://discord.com/api`. */
  readonly apiUrl: string;
  readonly log: Log;
  readonly pacer: Pacer;
  readonly now?: (() => number) | undefined;
  readonly transport?: Transport | undefined;
}

/**
 * A lean client for Discord's REST API. The SDK's own waits for limits inside the call, where no checkpoint can stop
 * it afterwards, does not tell whether the bytes were written, and forgets the token after a single 401.
 */
export function createDiscordWeb(parts: DiscordWebParts): DiscordWeb {
  const { pacer, log, now = Date.now } = parts;
  const transport = parts.transport ?? sharedTransport();
  const base = `${parts.apiUrl}/v10`;
  const budget = createInvalidBudget(now);

  async function call(
    method: Outgoing["method"],
    route: string,
    options: DiscordCallOptions,
  ): Promise<unknown> {
    const { signal, doing, creates = false, isTokenless = false } = options;
    const keys = keysOf(method, route, isTokenless);
    const { contentType, body } = toContent(method, options);
    try {
      throwIfStopped("discord", signal);
      budget.check(doing);
      for (const key of keys) await pacer.turn(key, signal);
      throwIfStopped("discord", signal);
      const incoming = await transport({
        method,
        url: toUrl(base, route, options.query),
        headers: {
          "user-agent": "DiscordBot (baton, 1)",
          "content-type": contentType,
          ...(isTokenless ? {} : { authorization: `Bot ${parts.token}` }),
        },
        body,
        timeoutMs: options.timeoutMs ?? (options.file === undefined ? defaultTimeoutMs : uploadTimeoutMs),
        signal,
        beforeWrite: options.checkpoint,
      });
      if (isInvalid(incoming)) budget.spend();
      learn(keys[0], incoming);
      return readAnswer(incoming);
    } catch (cause) {
      if (cause instanceof DiscordCallError && cause.failure.kind === "limited")
        close(keys, cause.failure, method);
      if (signal?.aborted && (cause === signal.reason || isUnsent(cause))) throw stopped("discord", signal);
      throw toDiscordError(cause, doing, { creates });
    }
  }

  /** The last call a bucket allows closes it until it is full again: the next one waits instead of being refused. */
  function learn(key: PaceKey, { status, headers }: Incoming): void {
    if (status === 429 || header(headers, "x-ratelimit-remaining") !== "0") return;
    const ms = toMs(header(headers, "x-ratelimit-reset-after"));
    if (ms !== undefined) pacer.close(key, ms);
  }

  function close(
    keys: readonly [PaceKey, ...PaceKey[]],
    { retryAfterMs, scope }: { readonly retryAfterMs: number; readonly scope: LimitScope },
    method: string,
  ): void {
    // The edge refuses the address, whatever the route; a route's own limit never holds up another one.
    const isWide = scope === "global" || scope === "edge";
    pacer.close(isWide ? (keys[1] ?? keys[0]) : keys[0], retryAfterMs);
    log.warn({ method, route: keys[0].method, scope, retryAfterMs }, "discord limited a route");
  }

  return { call };
}

const defaultTimeoutMs = 15_000;
const uploadTimeoutMs = 60_000;

function toContent(method: string, { body, file }: DiscordCallOptions) {
  if (file !== undefined) return toMultipart(body ?? {}, file);
  // Without a body Node would send it chunked, and an empty one is a length Discord wants to see.
  const json = JSON.stringify(body) ?? (method === "GET" ? undefined : "");
  return { contentType: "application/json", body: json };
}

/** Discord's edge answers some limits as a page without saying how long. */
const defaultRetryAfterMs = 5_000;

let shared: Transport | undefined;

/** Sockets are kept for the process. */
function sharedTransport(): Transport {
  shared ??= createTransport();
  return shared;
}

/** The route's own bucket, for each channel, server or webhook; then the one all calls of the bot share. */
function keysOf(method: string, route: string, isTokenless: boolean): readonly [PaceKey, ...PaceKey[]] {
  const major = /^\/(?:channels|guilds|webhooks)\/(\d+)/.exec(route)?.[1];
  const template = route
    .replace(/^\/webhooks\/[^/]+\/[^/]+/, "/webhooks/:id/:token")
    .replace(/^\/interactions\/[^/]+\/[^/]+/, "/interactions/:id/:token")
    .replace(/\/reactions\/[^/]+/, "/reactions/:emoji")
    .replaceAll(/\/\d{5,}(?=\/|$)/g, "/:id");
  const own: PaceKey = { installation: "bot", method: `${method} ${template}`, channel: major };
  return isTokenless ? [own] : [own, { installation: "bot", method: everything }];
}

function toUrl(base: string, route: string, query: DiscordCallOptions["query"]): URL {
  const url = new URL(base + route);
  for (const [name, value] of Object.entries(query ?? {}))
    if (value !== undefined) url.searchParams.set(name, value);
  return url;
}

function readAnswer({ status, headers, body }: Incoming): unknown {
  const value = parseJson(body);
  const fields: Fields = isFields(value) ? value : {};
  if (status === 429) throw new DiscordCallError({ kind: "limited", ...limitOf(headers, fields) });
  if (status < 200 || status > 299) {
    const code = numberAt(fields, "code");
    const detail = detailOf(fields);
    throw new DiscordCallError({ kind: "status", status, code, detail });
  }
  if (status === 204 || body === "") return undefined;
  if (value === undefined) throw new DiscordCallError({ kind: "unreadable" });
  return value;
}

function limitOf(
  headers: Incoming["headers"],
  body: Fields,
): { readonly retryAfterMs: number; readonly scope: LimitScope } {
  const seconds = numberAt(body, "retry_after");
  const retryAfterMs =
    (seconds === undefined ? undefined : Math.ceil(seconds * 1_000)) ??
    toMs(header(headers, "retry-after")) ??
    defaultRetryAfterMs;
  // A limit of the API names its scope; a page without one came from Cloudflare in front of it.
  const isEdge = seconds === undefined && header(headers, "x-ratelimit-scope") === undefined;
  if (isEdge) return { retryAfterMs, scope: "edge" };
  if (body["global"] === true || header(headers, "x-ratelimit-scope") === "global")
    return { retryAfterMs, scope: "global" };
  return { retryAfterMs, scope: header(headers, "x-ratelimit-scope") === "shared" ? "shared" : "user" };
}

/** Which field was wrong: Discord's words and places, without the content. */
function detailOf(body: Fields): string {
  const message = textAt(body, "message") ?? "";
  const errors = body["errors"];
  return (isFields(errors) ? `${message}: ${pathsIn(errors).join(", ")}` : message).slice(0, 200);
}

function pathsIn(errors: Fields, path = ""): string[] {
  if (Array.isArray(errors["_errors"])) return [path];
  return Object.keys(errors).flatMap((key) => {
    const inner = errors[key];
    return isFields(inner) ? pathsIn(inner, path === "" ? key : `${path}.${key}`) : [];
  });
}

/** Discord counts 401, 403 and 429, save for limits that are everybody's. */
function isInvalid({ status, headers }: Incoming): boolean {
  if (status === 429) return header(headers, "x-ratelimit-scope") !== "shared";
  return status === 401 || status === 403;
}

function header(headers: Incoming["headers"], name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : value?.[0];
}

function toMs(seconds: string | undefined): number | undefined {
  const value = Number(seconds);
  return seconds !== undefined && Number.isFinite(value) && value >= 0 ? Math.ceil(value * 1_000) : undefined;
}
