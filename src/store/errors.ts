import { TransientError, UncertainError } from "../core/errors.ts";

/** SQLSTATEs after which the same work may be tried again: PostgreSQL did not do it, and says why it may later. */
const transientStates: Readonly<Record<string, string>> = {
  "57P01": "the server is shutting down",
  "57P02": "the server crashed",
  "57P03": "the server is starting up",
  "53300": "too many connections",
  "53100": "the disk is full",
  "53200": "out of memory",
  "40001": "serialization failure",
  "40P01": "deadlock",
  "57014": "the statement ran into its timeout",
  "55P03": "a lock was not available in time",
  "25006": "the server is read-only",
  "25P03": "the transaction was idle for too long",
  "0A000": "a prepared plan no longer fits the schema",
};

const socketCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ENOENT", // a unix socket that is not there
]);

// node-postgres gives these without a code.
const brokenConnection =
  /connection terminated|connection error and is not queryable|client was closed|timeout exceeded when trying to connect|timeout expired|query read timeout|cannot use a pool after calling end/i;

/**
 * Maps what `pg` throws to what to do next. Connection trouble and the states a later try may survive become
 * TransientError with the SQLSTATE as `code`; everything else (a constraint, a syntax error) travels untouched.
 */
export function toStoreError(cause: unknown, doing: string): unknown {
  const code = codeOf(cause);
  if (isBrokenConnection(cause)) {
    return new TransientError(`postgres: ${doing}: no connection`, { cause, code: code ?? "no connection" });
  }
  const state = code === undefined ? undefined : transientStates[code];
  if (state === undefined || code === undefined || (code === "0A000" && !isStalePlan(cause))) return cause;
  return new TransientError(`postgres: ${doing}: ${state}`, { cause, code });
}

/**
 * As `toStoreError`, for a failure while COMMIT was under way: a connection that broke then leaves open
 * whether the transaction took effect, so it becomes UncertainError.
 */
export function toCommitError(cause: unknown, doing: string): unknown {
  const code = codeOf(cause);
  const unknown = isBrokenConnection(cause) || code === "57P01" || code === "57P02";
  if (!unknown) return toStoreError(cause, doing);
  return new UncertainError(`postgres: ${doing}: the connection broke before the commit was confirmed`, {
    cause,
    code: code ?? "no connection",
  });
}

/** The SQLSTATE or socket code of a failure, where it has one. */
export function codeOf(cause: unknown): string | undefined {
  if (typeof cause !== "object" || cause === null || !("code" in cause)) return undefined;
  return typeof cause.code === "string" ? cause.code : undefined;
}

/** The connection itself is lost: nothing more can be asked on it. */
export function isBrokenConnection(cause: unknown): boolean {
  const code = codeOf(cause);
  if (code !== undefined && (socketCodes.has(code) || code.startsWith("08"))) return true;
  return code === undefined && cause instanceof Error && brokenConnection.test(cause.message);
}

/** After a migration a connection may still hold plans for the old shape; a new connection does not. */
export function isStalePlan(cause: unknown): boolean {
  return codeOf(cause) === "0A000" && cause instanceof Error && cause.message.includes("cached plan");
}
