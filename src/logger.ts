import { inspect } from "node:util";
import { pino, stdTimeFunctions, type DestinationStream } from "pino";
import type { Log } from "./core/log.ts";

/** How loud, and for whom. */
export interface LoggerOptions {
  readonly level: "debug" | "info" | "warn" | "error";
  /** One readable line per event instead of JSON. Without it: when standard output is a terminal. */
  readonly pretty?: boolean | undefined;
  /** Where lines go; standard output when left out. */
  readonly write?: ((line: string) => void) | undefined;
}

/** Names under which a secret or a person's words could get into a line; their values never do. */
const secretNames = [
  "authorization",
  "cookie",
  "password",
  "secret",
  "token",
  "apiKey",
  "botToken",
  "appToken",
  "accessToken",
  "refreshToken",
  "signingSecret",
  "clientSecret",
  "stateSecret",
  "masterKey",
  "previousMasterKey",
  "credentials",
  "databaseUrl",
  "redisUrl",
];

/** Logs a line an event: JSON for machines, one coloured line for people. Secrets are masked by name and by shape. */
export function createLogger({ level, pretty = process.stdout.isTTY, write }: LoggerOptions): Log {
  const out = write ?? ((line: string) => void process.stdout.write(line));
  const destination: DestinationStream = {
    write: (line) => out(pretty ? toPrettyLine(line) : maskSecrets(line)),
  };
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: toPlainError, cause: toPlainError, err: toPlainError },
      redact: { paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: "•••" },
    },
    destination,
  );
}

/** What of an error is worth a line: its chain of causes, codes and where it began. */
function toPlainError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { cause } = error;
  return {
    type: error.name,
    message: error.message,
    ...("code" in error && error.code !== undefined ? { code: error.code } : {}),
    stack: error.stack,
    ...(cause === undefined ? {} : { cause: toPlainError(cause) }),
    ...(error instanceof AggregateError ? { errors: error.errors.map(toPlainError) } : {}),
  };
}

/** Tokens, keys and passwords in addresses, wherever in a line they stand: vendors put them into their messages. */
const secretShapes: readonly [RegExp, string][] = [
  [/\b(xox[a-z](?:\.xox[a-z])?-|xapp-)[\w-]+/g, "$1•••"],
  [/\bsk-[\w-]{8,}/g, "sk-•••"],
  [/\b(Bearer) [\w.~+/=-]{8,}/gi, "$1 •••"],
  [/\b(postgres(?:ql)?|rediss?|https?):\/\/([^\s:@/"]*):[^\s@/"]+@/g, "$1://$2:•••@"],
];

function maskSecrets(line: string): string {
  let masked = line;
  for (const [shape, instead] of secretShapes) masked = masked.replace(shape, instead);
  return masked;
}

const colours: Readonly<Record<string, number>> = { debug: 90, info: 32, warn: 33, error: 31 };

/** `12:30:01 info  turn answered  waitedMs=12 tokens=80`, an error's stack below it. */
function toPrettyLine(line: string): string {
  const { level, time, msg, error, err, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const name = String(level);
  const words = Object.entries(fields).map(([key, value]) => `${key}=${toWord(value)}`);
  const stack = toStack(error ?? err);
  const head = `\u001b[90m${String(time).slice(11, 19)}\u001b[0m \u001b[${colours[name] ?? 0}m${name.padEnd(5)}\u001b[0m ${String(msg)}`;
  const tail = words.length === 0 ? "" : `  \u001b[90m${words.join(" ")}\u001b[0m`;
  return maskSecrets(`${head}${tail}\n${stack}`);
}

function toWord(value: unknown): string {
  return typeof value === "object" ? inspect(value, { breakLength: Infinity, depth: 3 }) : String(value);
}

function toStack(error: unknown): string {
  if (typeof error !== "object" || error === null) return "";
  const { message, stack, cause } = error as { message?: unknown; stack?: unknown; cause?: unknown };
  const own = typeof stack === "string" ? stack : typeof message === "string" ? message : inspect(error);
  const deeper = toStack(cause);
  return `${own.replace(/^/gm, "    ")}\n${deeper === "" ? "" : `    caused by\n${deeper}`}`;
}
