import { PermanentError, StoodDownError, TransientError, UncertainError } from "../../src/core/errors.ts";
import { WireError } from "./transport.ts";

/** Whether a failure says by itself what to do next: it passes untouched. */
export function isDecided(cause: unknown): cause is Error {
  return (
    cause instanceof TransientError ||
    cause instanceof PermanentError ||
    cause instanceof UncertainError ||
    cause instanceof StoodDownError
  );
}

/** Nobody knows whether a call took effect: what doing it twice would be seen twice is to be looked for first. */
export function unsure(
  message: string,
  { cause, code, creates }: { readonly cause: unknown; readonly code: string; readonly creates: boolean },
): TransientError | UncertainError {
  return creates
    ? new UncertainError(message, { cause, code })
    : new TransientError(message, { cause, code });
}

/** Surely nothing was written. */
export function isUnsent(cause: unknown): boolean {
  return cause instanceof WireError && cause.kind === "unsent";
}

/** Throws what an aborted signal means for a call: the right to send is gone, or it is to be tried later. */
export function throwIfStopped(platform: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw stopped(platform, signal);
}

/** Nothing was sent. A right to send that was lost stays what it is; any other reason means "later". */
export function stopped(platform: string, signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  if (reason instanceof StoodDownError) return reason;
  return new TransientError(`${platform}: stopped before anything was sent`, {
    cause: reason,
    code: "stopped",
  });
}
