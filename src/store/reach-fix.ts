import { SettingsError } from "../core/errors.ts";
import { codeOf, isBrokenConnection } from "./errors.ts";

/** What an operator does about a database at `url` that does not let us in, by the socket's code or the SQLSTATE. */
export function toReachFix(code: string | undefined, url: string): string {
  return knownFix(code, url) ?? `Correct DATABASE_URL, and let this machine reach ${hostIn(url)}`;
}

/** The same as an error to end a start with; what is no question of reaching it travels untouched. */
export function toUnreachable(cause: unknown, url: string): unknown {
  const root = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause;
  const code = codeOf(root);
  if (!isBrokenConnection(root) && knownFix(code, url) === undefined) return cause;
  const reason = code ?? (root instanceof Error ? root.message : "no answer");
  return new SettingsError(
    `The database at DATABASE_URL does not let us in (${reason}). ${toReachFix(code, url)}. \`npm run doctor\` looks again.`,
    { cause },
  );
}

function knownFix(code: string | undefined, url: string): string | undefined {
  const host = hostIn(url);
  const fixes: Readonly<Record<string, string>> = {
    ECONNREFUSED: `Start PostgreSQL at ${host}, or correct host and port in DATABASE_URL`,
    ENOTFOUND: `Correct the host in DATABASE_URL: there is no ${host}`,
    "28P01": "Correct the password in DATABASE_URL",
    "28000": "Allow this user in pg_hba.conf, or correct the user in DATABASE_URL",
    "3D000": `Create the database: createdb ${URL.canParse(url) ? new URL(url).pathname.slice(1) : "baton"}`,
    "57P03": "It is starting up: start again in a moment",
  };
  return code === undefined ? undefined : fixes[code];
}

function hostIn(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "the host";
}
