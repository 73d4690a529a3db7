import { PermanentError, TransientError } from "../core/errors.ts";

/** Failures of one model call. `code` is the vendor's, or one of those below. */
export type ModelError = TransientError | PermanentError;

/** The request is longer than the model's context. */
export const contextTooLong = "context_length_exceeded";
/** The model ended without a word and without a tool call. */
export const emptyAnswer = "empty_answer";
/** The provider withheld the answer. */
export const contentFilter = "content_filter";
/** The provider asks to be left alone for a moment; it is up and well. */
export const rateLimited = "rate_limit_exceeded";
/** The key is wrong, revoked, or may not use the model: an operator must act. */
export const keyRefused = "key_refused";
/** The endpoint has no such model: an operator must act. */
export const modelUnknown = "model_unknown";
/** The account has no credit left: an operator must act. */
export const quotaUsedUp = "insufficient_quota";
/** The endpoint failed too often and is not asked for a while. */
export const circuitOpen = "circuit_open";

/**
 * Turns what a client threw into what to do next: quota, keys, unknown models and bad requests
 * stay wrong however often they are tried; all else may pass.
 */
export function toModelError(cause: unknown, model: string): ModelError {
  const { status, code, message } = describe(cause);
  const says = `model ${model}: ${status ?? "no answer"}${code === undefined ? "" : ` ${code}`}`;
  if (isTooLong(code, message)) return new PermanentError(says, { cause, code: contextTooLong });
  if (isQuotaUsedUp(code, message)) return new PermanentError(says, { cause, code: quotaUsedUp });
  if (status === 401 || status === 403) return new PermanentError(says, { cause, code: keyRefused });
  if (status === 404) return new PermanentError(says, { cause, code: modelUnknown });
  if (status === 429) {
    return new TransientError(says, { cause, code: rateLimited, retryAfterMs: readRetryAfterMs(cause) });
  }
  if (status === undefined || status >= 500 || status === 408 || status === 409) {
    return new TransientError(says, {
      cause,
      code: code ?? "no_answer",
      retryAfterMs: readRetryAfterMs(cause),
    });
  }
  return new PermanentError(says, { cause, code: code ?? `http_${status}` });
}

interface Described {
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly message: string;
}

function describe(cause: unknown): Described {
  const status = field(cause, "status");
  const body = field(cause, "error");
  // OpenAI and Azure name a code, Anthropic a type inside its envelope.
  const code = field(cause, "code") ?? field(body, "code") ?? field(field(body, "error"), "type");
  return {
    status: typeof status === "number" ? status : undefined,
    code: typeof code === "string" ? code : undefined,
    message: cause instanceof Error ? `${cause.name} ${cause.message}` : "",
  };
}

// Anthropic tells it in words only.
function isQuotaUsedUp(code: string | undefined, message: string): boolean {
  return code === quotaUsedUp || code === "billing_error" || /credit balance is too low/i.test(message);
}

// LangChain renames the error and drops its status; compatible servers send a text without a code.
function isTooLong(code: string | undefined, message: string): boolean {
  return (
    code === contextTooLong ||
    code === "request_too_large" ||
    /context_length_exceeded|prompt is too long|ContextOverflowError|maximum context length|exceeds? the context (window|size)/i.test(
      message,
    )
  );
}

/** `retry-after-ms`, or `retry-after` in seconds or as a date, in milliseconds from now. */
function readRetryAfterMs(cause: unknown): number | undefined {
  const headers = field(cause, "headers");
  if (!(headers instanceof Headers)) return undefined;
  const precise = Number.parseFloat(headers.get("retry-after-ms") ?? "");
  if (precise >= 0) return precise;
  const given = headers.get("retry-after") ?? "";
  const seconds = /^\s*\d+(\.\d+)?\s*$/.test(given) ? Number(given) : undefined;
  if (seconds !== undefined) return seconds * 1000;
  const date = Date.parse(given);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}
