import { PermanentError, TransientError } from "../../src/core/errors.ts";
import { isDecided, unsure } from "../kit/call-outcome.ts";
import { fieldsAt, parseFields, textAt } from "../kit/fields.ts";
import { WireError, type Incoming } from "../kit/transport.ts";

/** An answer other than success, before it is known what that means to the caller. */
export class ConnectorRefusal extends Error {
  override readonly name = "ConnectorRefusal";
  readonly status: number;
  /** The connector's own code, e.g. `BotNotInConversationRoster`. */
  readonly code: string;
  /** The connector's words, without content of ours. */
  readonly detail: string;
  readonly retryAfterMs: number | undefined;
  constructor({ status, body, retryAfter }: Incoming) {
    const { code, detail } = readRefusal(body);
    super(`the connector answered ${status} ${code}`);
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.retryAfterMs = readRetryAfter(retryAfter);
  }
}

/** The code under which a stream that Teams ended is reported. */
export const streamClosed = "stream closed";

/** True for a refusal with one of these codes. */
export function isCode(cause: unknown, ...codes: readonly string[]): boolean {
  return cause instanceof PermanentError && cause.code !== undefined && codes.includes(cause.code);
}

/**
 * Says what to do about a failed call: try again, give up, or leave it to a person. `creates` tells whether doing
 * it twice would be seen twice. Failures that already say it pass untouched. `random` is in [0, 1).
 */
export function toTeamsError(
  cause: unknown,
  doing: string,
  { creates, random = Math.random }: { readonly creates: boolean; readonly random?: () => number },
): Error {
  if (isDecided(cause)) return cause;
  if (cause instanceof WireError) {
    if (cause.kind === "unsent")
      return new TransientError(`teams: ${doing}: the connector could not be reached`, {
        cause,
        code: "unreachable",
      });
    return unsure(`teams: ${doing}: no answer came`, { cause, code: "no_answer", creates });
  }
  if (!(cause instanceof ConnectorRefusal))
    return cause instanceof Error ? cause : new Error(`teams: ${doing} failed`, { cause });
  return toRefusal(cause, doing, { creates, random });
}

function toRefusal(
  cause: ConnectorRefusal,
  doing: string,
  { creates, random }: { readonly creates: boolean; readonly random: () => number },
): Error {
  const { status, code, detail } = cause;
  const said = `${code}${detail === "" ? "" : ` (${detail})`}`;
  // 412 means that somebody else changed the conversation at that moment.
  if (status === 429 || status === 412) {
    const waitMs = cause.retryAfterMs ?? defaultWaitMs;
    const retryAfterMs = Math.ceil(waitMs * (1 + random() * jitter));
    const what = status === 429 ? "ratelimited" : "precondition_failed";
    return new TransientError(`teams: ${doing} has to wait: HTTP ${status}`, {
      cause,
      code: what,
      retryAfterMs,
    });
  }
  if (status >= 500 || status === 408)
    return unsure(`teams: ${doing}: HTTP ${status}`, { cause, code: `http_${status}`, creates });
  if (isStreamRefusal(cause))
    return new PermanentError(`teams: ${doing}: the stream is closed: ${said}`, {
      cause,
      code: streamClosed,
    });
  const remedy = remedies[code] ?? remedies[`http_${status}`] ?? "see learn.microsoft.com for this code";
  return new PermanentError(`teams: ${doing} was refused: HTTP ${status} ${said}; ${remedy}`, {
    cause,
    code,
  });
}

/** Every refusal of a stream that more of the same stream would meet as well. */
function isStreamRefusal({ status, code }: ConnectorRefusal): boolean {
  return (status === 403 || status === 400) && /contentstream/i.test(code);
}

const defaultWaitMs = 1_000;
const jitter = 0.25;

const addBot = "add the app to that team or chat again";

/** What an operator does about a code that will not change by trying again. */
const remedies: Readonly<Record<string, string>> = {
  BotNotInConversationRoster: addBot,
  ConversationBlockedByUser: "the person blocked the bot: only they can change that",
  ForbiddenOperationException: "the tenant's policies do not let the app write there: ask its Teams admin",
  BotDisabledByAdmin: "an admin has switched the app off in the Teams admin center",
  ConversationNotFound: "the conversation is gone",
  ActivityNotFoundInConversation: "the message was deleted",
  MessageSizeTooBig: "Baton sent what Teams does not take: report it with this code",
  BadSyntax: "Baton sent what Teams does not take: report it with this code",
  BadArgument: "Baton sent what Teams does not take: report it with this code",
  http_401: "check TEAMS_APP_ID, TEAMS_APP_PASSWORD and TEAMS_TENANT_ID with npm run doctor",
  http_403: addBot,
  http_404: "the conversation or the message is gone",
  http_413: "Baton sent what Teams does not take: report it with this code",
};

function readRefusal(body: string): { readonly code: string; readonly detail: string } {
  const error = fieldsAt(parseFields(body), "error");
  const code = textAt(error, "code") ?? "";
  // Without one the status alone speaks.
  if (!/^[\w.-]{1,80}$/.test(code)) return { code: "no_code", detail: "" };
  return { code, detail: (textAt(error, "message") ?? "").slice(0, 200) };
}

function readRetryAfter(header: string | undefined): number | undefined {
  const seconds = Number(header);
  return header !== undefined && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}
