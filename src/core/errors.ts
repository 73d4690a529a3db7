/** What a failure may carry besides its message: the cause, and what the platform said. */
interface FailureOptions {
  readonly cause?: unknown;
  /** The vendor's own code, e.g. `not_in_channel`; safe to log and to store. */
  readonly code?: string;
}

/** It did not happen and may be tried again, not before `retryAfterMs` (milliseconds) when that is set. */
export class TransientError extends Error {
  override readonly name = "TransientError";
  readonly retryAfterMs: number | undefined;
  readonly code: string | undefined;
  constructor(
    message: string,
    options: FailureOptions & { readonly retryAfterMs?: number | undefined } = {},
  ) {
    super(message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
    this.code = options.code;
  }
}

/** It did not happen and never will: tell the user, go on. */
export class PermanentError extends Error {
  override readonly name = "PermanentError";
  readonly code: string | undefined;
  constructor(message: string, options: FailureOptions = {}) {
    super(message, { cause: options.cause });
    this.code = options.code;
  }
}

/** It may or may not have happened (a cut connection, a 5xx on a create): look before trying again. */
export class UncertainError extends Error {
  override readonly name = "UncertainError";
  readonly code: string | undefined;
  constructor(message: string, options: FailureOptions = {}) {
    super(message, { cause: options.cause });
    this.code = options.code;
  }
}

/** An operator must act: a setting is missing or wrong. The message says which and how to mend it. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/**
 * The right to speak is gone: stop quietly, change nothing. `taken`: by a person or by another worker;
 * `stopping`: this process ends, and another worker goes on where this one stopped.
 */
export class StoodDownError extends Error {
  override readonly name = "StoodDownError";
  readonly why: "taken" | "stopping";
  constructor(message: string, why: "taken" | "stopping" = "taken") {
    super(message);
    this.why = why;
  }
}
