import type { ConversationParameters } from "botbuilder";
import type { Attempt } from "../../src/core/channel.ts";
import { TransientError, UncertainError } from "../../src/core/errors.ts";
import type { Log } from "../../src/core/log.ts";
import { isUnsent, stopped, throwIfStopped } from "../kit/call-outcome.ts";
import { listAt, parseFields, textAt, type Fields } from "../kit/fields.ts";
import type { PaceKey, Pacer } from "../kit/pace.ts";
import type { Incoming, Transport } from "../kit/transport.ts";
import { ConnectorRefusal, toTeamsError } from "./errors.ts";
import type { OutgoingActivity } from "./render.ts";
import type { TeamsTokens } from "./tokens.ts";

/** How to make one call. */
export interface CallOptions {
  /** In plain words for the error message, e.g. `send a reply`. */
  readonly doing: string;
  /** The connector's limit it counts against. */
  readonly limit: "create" | "update" | "remove" | "open" | "typing" | "stream" | "members";
  /** Doing it twice would be seen twice. */
  readonly creates: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Runs after all waiting, right before the bytes go on the wire; what it throws stops the call. */
  readonly checkpoint?: (() => void) | undefined;
  /** Gives up on the answer after this long, milliseconds; 15 000 when left out. */
  readonly timeoutMs?: number | undefined;
}

/** The conversations of one tenant, at one service address. */
export interface Connector {
  /** Puts an activity into a conversation; resolves with its id, which a streamed one's later parts do not get. */
  create(conversation: string, activity: OutgoingActivity, options: CallOptions): Promise<string | undefined>;
  update(conversation: string, id: string, activity: OutgoingActivity, options: CallOptions): Promise<void>;
  remove(conversation: string, id: string, options: CallOptions): Promise<void>;
  /** The chat between the bot and one person, made if there is none yet. Idempotent. */
  openPersonal(parameters: Partial<ConversationParameters>, options: CallOptions): Promise<string>;
  /** A page of the people in a conversation, the first one without `from`. */
  members(conversation: string, from: string | undefined, options: CallOptions): Promise<MembersPage>;
}

/** People as the connector tells of them; `next` is where the page behind this one begins. */
interface MembersPage {
  readonly members: readonly Fields[];
  readonly next: string | undefined;
}

interface ConnectorParts {
  /** Where it lives; ends in `/`, and is a host that may see our token. */
  readonly serviceUrl: URL;
  readonly installation: string;
  readonly tokens: TeamsTokens;
  readonly transport: Transport;
  readonly pacer: Pacer;
  readonly log: Log;
}

type Method = "GET" | "POST" | "PUT" | "DELETE";

/** The connector gives no more at once. */
const mostMembers = 500;
const defaultTimeoutMs = 15_000;

/**
 * A lean client for the connector's REST API. Nothing is retried, save once with a fresh token where the old one
 * was refused, which means that nothing was done. All failures are TransientError, PermanentError or UncertainError.
 */
export function createConnector(parts: ConnectorParts): Connector {
  const { serviceUrl, installation, tokens, transport, pacer, log } = parts;

  async function call(
    request: { readonly method: Method; readonly path: string; readonly body?: object },
    conversation: string,
    options: CallOptions,
  ): Promise<Incoming> {
    const { signal, limit, doing, creates } = options;
    const key: PaceKey = { installation, method: limit, channel: conversation };
    try {
      throwIfStopped("teams", signal);
      await pacer.turn(key, signal);
      const token = await tokens.current();
      const answer = await once(request, token, options);
      if (answer.status !== 401) return readAnswer(answer);
      tokens.reject(token);
      return readAnswer(await once(request, await tokens.current(), options));
    } catch (cause) {
      if (cause instanceof ConnectorRefusal && cause.status === 429) {
        pacer.close(key, cause.retryAfterMs ?? 1_000);
        log.warn({ limit, retryAfterMs: cause.retryAfterMs }, "teams limited a conversation");
      }
      if (signal?.aborted && (cause === signal.reason || isUnsent(cause))) throw stopped("teams", signal);
      throw toTeamsError(cause, doing, { creates });
    }
  }

  function once(
    { method, path, body }: { readonly method: Method; readonly path: string; readonly body?: object },
    token: string,
    { signal, checkpoint, timeoutMs }: CallOptions,
  ): Promise<Incoming> {
    throwIfStopped("teams", signal);
    return transport({
      method,
      url: new URL(path, serviceUrl),
      headers: {
        authorization: `Bearer ${token}`,
        accept: "application/json",
        "user-agent": "baton",
        ...(body !== undefined && { "content-type": "application/json; charset=utf-8" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      timeoutMs: timeoutMs ?? defaultTimeoutMs,
      signal,
      beforeWrite: checkpoint,
    });
  }

  return {
    async create(conversation, activity, options) {
      const path = `v3/conversations/${encodeURIComponent(conversation)}/activities`;
      return idIn(await call({ method: "POST", path, body: activity }, conversation, options));
    },
    async update(conversation, id, activity, options) {
      const path = `v3/conversations/${encodeURIComponent(conversation)}/activities/${encodeURIComponent(id)}`;
      await call({ method: "PUT", path, body: { ...activity, id } }, conversation, options);
    },
    async remove(conversation, id, options) {
      const path = `v3/conversations/${encodeURIComponent(conversation)}/activities/${encodeURIComponent(id)}`;
      await call({ method: "DELETE", path }, conversation, options);
    },
    async members(conversation, from, options) {
      const query = new URLSearchParams({
        pageSize: String(mostMembers),
        ...(from !== undefined && { continuationToken: from }),
      });
      const path = `v3/conversations/${encodeURIComponent(conversation)}/pagedmembers?${query.toString()}`;
      return readPage(await call({ method: "GET", path }, conversation, options), options.doing);
    },
    async openPersonal(parameters, options) {
      const answer = await call({ method: "POST", path: "v3/conversations", body: parameters }, "", options);
      const id = idIn(answer);
      if (id === undefined)
        throw new TransientError(`teams: ${options.doing}: the answer names no conversation`, {
          code: "bad_answer",
        });
      return id;
    },
  };
}

/** The id a create must name: an answer without one leaves open what was made. */
export function requireId(id: string | undefined, doing: string): string {
  if (id === undefined)
    throw new UncertainError(`teams: ${doing}: the answer names no message`, { code: "bad_answer" });
  return id;
}

function readAnswer(answer: Incoming): Incoming {
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw new ConnectorRefusal(answer);
}

function readPage({ body }: Incoming, doing: string): MembersPage {
  const value = parseFields(body);
  if (!Array.isArray(value["members"]))
    throw new TransientError(`teams: ${doing}: the answer made no sense`, { code: "bad_answer" });
  return { members: listAt(value, "members"), next: textAt(value, "continuationToken") };
}

/** Updates of a stream are answered without a body. */
function idIn({ body }: Incoming): string | undefined {
  return textAt(parseFields(body), "id");
}

/** What of an attempt holds for each of its calls. */
export function boundTo({ signal, checkpoint }: Attempt): Pick<CallOptions, "signal" | "checkpoint"> {
  return { signal, checkpoint };
}
