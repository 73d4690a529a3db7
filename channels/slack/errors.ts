import { PermanentError, TransientError, type UncertainError } from "../../src/core/errors.ts";
import { isDecided, unsure } from "../kit/call-outcome.ts";
import { WireError } from "../kit/transport.ts";

/**
 * How a call to Slack failed, as far as the wire tells:
 * `unsent` nothing was written, `cut` it was written and no answer came,
 * `status` an HTTP status other than 200, `unreadable` a 200 that is not Slack's JSON,
 * `refused` Slack's own `ok: false` with its code.
 */
export type SlackFailure =
  | { readonly kind: "unsent" }
  | { readonly kind: "cut" }
  | { readonly kind: "status"; readonly status: number; readonly retryAfterMs: number | undefined }
  | { readonly kind: "unreadable" }
  | {
      readonly kind: "refused";
      readonly code: string;
      readonly retryAfterMs: number | undefined;
      readonly detail: string;
    };

/** A call that failed, before it is known what that means to the caller. Never leaves the channel: see `toSlackError`. */
export class SlackCallError extends Error {
  override readonly name = "SlackCallError";
  readonly failure: SlackFailure;
  constructor(failure: SlackFailure, cause?: unknown) {
    super(`slack call failed: ${failure.kind}`, { cause });
    this.failure = failure;
  }
}

/** The failures of Baton's own making and of `toSlackError`: what to do next is already said. */
export type SlackError = TransientError | PermanentError | UncertainError;

/**
 * Says what to do about a failed call, by Slack's code: try again, give up, or look first.
 * `creates` tells whether doing it twice would be seen twice. Failures that already say it pass untouched.
 * Reads the SDK's errors as well, for calls that its own client makes (installing by OAuth).
 */
export function toSlackError(cause: unknown, doing: string, { creates }: { creates: boolean }): Error {
  if (isDecided(cause)) return cause;
  const failure = readFailure(cause);
  if (failure === undefined)
    return cause instanceof Error ? cause : new Error(`slack: ${doing} failed`, { cause });
  switch (failure.kind) {
    case "unsent":
      return new TransientError(`slack: ${doing}: Slack could not be reached`, {
        cause,
        code: "unreachable",
      });
    case "cut":
      return unsure(`slack: ${doing}: no answer came`, { cause, code: "no_answer", creates });
    case "unreadable":
      return unsure(`slack: ${doing}: the answer made no sense`, { cause, code: "bad_answer", creates });
    case "status":
      return toStatusError(failure, doing, { cause, creates });
    case "refused":
      return toRefusal(failure, doing, { cause, creates });
  }
}

interface Circumstances {
  readonly cause: unknown;
  readonly creates: boolean;
}

function toStatusError(
  failure: SlackFailure & { kind: "status" },
  doing: string,
  { cause, creates }: Circumstances,
): SlackError {
  const { status, retryAfterMs } = failure;
  const code = `http_${status}`;
  if (status === 429)
    return new TransientError(`slack: ${doing} was rate limited`, {
      cause,
      code: "ratelimited",
      retryAfterMs,
    });
  if (status >= 500 || status === 408)
    return unsure(`slack: ${doing}: HTTP ${status}`, { cause, code, creates });
  return new PermanentError(
    `slack: ${doing}: HTTP ${status}; check the API address and any proxy on the way`,
    { cause, code },
  );
}

function toRefusal(
  failure: SlackFailure & { kind: "refused" },
  doing: string,
  { cause, creates }: Circumstances,
): SlackError {
  const { code, retryAfterMs, detail } = failure;
  if (limited.has(code))
    return new TransientError(`slack: ${doing} was rate limited`, { cause, code, retryAfterMs });
  if (internal.has(code)) return unsure(`slack: ${doing}: Slack answered ${code}`, { cause, code, creates });
  // The stream ended without us: the message stands and can still be edited.
  if (code === "message_not_in_streaming_state") {
    return new PermanentError(`slack: ${doing}: the stream is closed`, { cause, code: "stream closed" });
  }
  const remedy = remedies[code] ?? "see docs.slack.dev for this code";
  const said = detail === "" ? code : `${code} (${detail})`;
  return new PermanentError(`slack: ${doing} was refused: ${said}; ${remedy}`, { cause, code });
}

const limited: ReadonlySet<string> = new Set(["ratelimited", "rate_limited", "message_limit_exceeded"]);

/** Slack's own trouble. Its documentation says of the first two that some of the work may have been done. */
const internal: ReadonlySet<string> = new Set([
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
  "team_added_to_org",
]);

const reinstall = "install the app in this workspace again";
const invite = "invite the bot there with /invite";
const arguments_ = "Baton sent what Slack does not take: report it with this code";

/** What an operator does about a code that will not change by trying again. */
const remedies: Readonly<Record<string, string>> = {
  not_in_channel: invite,
  channel_not_found: `the channel is gone or hidden from the bot: ${invite}`,
  is_archived: "the channel is archived: restore it or answer elsewhere",
  is_inactive: "the channel is frozen: restore it or answer elsewhere",
  account_inactive: reinstall,
  token_revoked: reinstall,
  token_expired: reinstall,
  invalid_auth: `the token is not valid: ${reinstall}`,
  not_authed: "no token was sent: set one for this workspace",
  missing_scope: "add the scope in the app's settings and install it again",
  not_allowed_token_type: "use the bot token (xoxb-…)",
  no_permission: "a workspace admin must allow the app to do this",
  access_denied: "a workspace admin must allow the app to do this",
  ekm_access_denied: "the workspace's key management has locked the app out",
  restricted_action: "the workspace's settings forbid posting there: a workspace admin must allow the app",
  restricted_action_read_only_channel: "the channel is read-only: allow the app to post there",
  restricted_action_thread_only_channel: "the channel allows replies in threads only",
  restricted_action_non_threadable_channel: "the channel allows no threads",
  restricted_action_thread_locked: "the thread is locked",
  cannot_reply_to_message: "the message can no longer be replied to",
  no_such_subteam:
    "no user group of the workspace has this id: it begins with S and stands behind View group → Copy group ID",
  plan_upgrade_required: "the workspace's plan has no user groups: name a channel that colleagues are in",
  thread_not_found: "the thread was deleted",
  message_not_found: "the message was deleted",
  cant_update_message: "the message belongs to someone else",
  cant_delete_message: "the message belongs to someone else",
  edit_window_closed: "the message is too old to edit in this workspace",
  user_not_in_channel: "the person has left the channel",
  messages_tab_disabled: "turn on the Messages tab under App Home in the app's settings",
  org_login_required: "the workspace is moving to an organization: wait, then install the app again",
  file_uploads_disabled: "a workspace admin must allow file uploads",
  file_upload_size_restricted: "the workspace takes no files of that size",
  storage_limit_reached: "the workspace's storage is full",
  msg_too_long: arguments_,
  msg_blocks_too_long: arguments_,
  no_text: arguments_,
  invalid_blocks: arguments_,
  invalid_blocks_format: arguments_,
  invalid_arguments: arguments_,
  invalid_arg_name: arguments_,
  metadata_too_large: arguments_,
};

function readFailure(cause: unknown): SlackFailure | undefined {
  if (cause instanceof SlackCallError) return cause.failure;
  if (cause instanceof WireError) return { kind: cause.kind };
  return cause instanceof Error ? readSdkFailure(cause) : undefined;
}

/** The errors of `@slack/web-api` by their `code`; see its errors.js. */
function readSdkFailure(cause: Error): SlackFailure | undefined {
  switch (field(cause, "code")) {
    case "slack_webapi_request_error":
      return isUnreached(field(cause, "original")) ? { kind: "unsent" } : { kind: "cut" };
    case "slack_webapi_rate_limited_error":
      return { kind: "status", status: 429, retryAfterMs: seconds(field(cause, "retryAfter")) };
    case "slack_webapi_http_error": {
      const status = field(cause, "statusCode");
      return typeof status === "number"
        ? { kind: "status", status, retryAfterMs: undefined }
        : { kind: "cut" };
    }
    case "slack_webapi_platform_error": {
      const code = field(field(cause, "data"), "error");
      // The SDK puts a body it could not parse where the code belongs.
      if (typeof code !== "string" || !/^[a-z0-9_]{2,80}$/.test(code)) return { kind: "unreadable" };
      return { kind: "refused", code, retryAfterMs: undefined, detail: "" };
    }
    default:
      return undefined;
  }
}

const unreached: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** `fetch` wraps the socket's error in a TypeError, so the code is one or two causes down. */
function isUnreached(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    const code = field(at, "code");
    if (typeof code === "string" && unreached.has(code)) return true;
  }
  return false;
}

function seconds(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 ? value * 1000 : undefined;
}

function field(of: unknown, name: string): unknown {
  return typeof of === "object" && of !== null ? Reflect.get(of, name) : undefined;
}
