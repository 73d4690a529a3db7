import { parse as parseForm } from "node:querystring";
import { ApiError, invalidArguments } from "./api-error.ts";

/** How an argument is written; a `!` at the end makes it required. */
export type ArgumentKind =
  "string" | "string!" | "boolean" | "number" | "number!" | "array" | "array!" | "object" | "object!";
export type ArgumentSpec = Readonly<Record<string, ArgumentKind>>;

export type Arguments = Readonly<Record<string, unknown>>;

/** Reads the raw arguments of a form, JSON or query-string call. */
export function parseArguments(contentType: string, body: string, query: string): Record<string, unknown> {
  const fromQuery = query === "" ? {} : { ...parseForm(query) };
  if (body === "") return fromQuery;
  if (contentType.startsWith("application/json")) return { ...fromQuery, ...parseJsonBody(body) };
  return query === "" ? parseForm(body) : { ...fromQuery, ...parseForm(body) };
}

/**
 * Checks names and kinds and decodes what a form wrote as text. Stricter than the platform in one
 * point: an argument the method does not have is refused, so that a misspelling shows.
 */
export function checkArguments(spec: ArgumentSpec, raw: Record<string, unknown>): Record<string, unknown> {
  const args: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const name in raw) {
    // Bolt's client sends `team_id` with every call, and the platform takes it everywhere.
    if (name === "token" || name === "team_id") continue;
    const kind = spec[name];
    const value = raw[name];
    if (kind === undefined) problems.push(`unknown argument: ${name}`);
    else if (value !== undefined && value !== null && !(value === "" && kind.endsWith("!")))
      args[name] = decode(name, kind, value, problems);
  }
  for (const name in spec)
    if (spec[name]?.endsWith("!") === true && args[name] === undefined)
      problems.push(`missing required field: ${name}`);
  if (problems.length > 0) throw invalidArguments(...problems);
  return args;
}

function decode(name: string, kind: ArgumentKind, value: unknown, problems: string[]): unknown {
  switch (kind) {
    case "string":
    case "string!":
      if (typeof value === "string") return value;
      if (typeof value === "number") return String(value);
      break;
    case "boolean":
      if (typeof value === "boolean") return value;
      if (value === "true" || value === "1") return true;
      if (value === "false" || value === "0") return false;
      break;
    case "number":
    case "number!":
      if (Number.isFinite(Number(value)) && value !== "") return Number(value);
      break;
    case "array":
    case "array!": {
      const parsed = parsedJson(name, value);
      if (Array.isArray(parsed)) return parsed;
      break;
    }
    case "object":
    case "object!": {
      const parsed = parsedJson(name, value);
      if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)) return parsed;
      break;
    }
    default:
      throw new Error(`unknown kind: ${kind satisfies never}`);
  }
  problems.push(`must be ${kind.replace("!", "")} [json-pointer:/${name}]`);
  return undefined;
}

function parsedJson(name: string, value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    if (name === "blocks") throw new ApiError("invalid_blocks_format");
    if (name === "metadata") throw new ApiError("invalid_metadata_format");
    return undefined;
  }
}

function parseJsonBody(body: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === "object" && parsed !== null && !Array.isArray(parsed))
      return parsed as Record<string, unknown>;
  } catch {
    throw new ApiError("invalid_json");
  }
  throw new ApiError("json_not_object");
}

/** The argument when it is text. */
export function textOf(args: Arguments, name: string): string | undefined {
  const value = args[name];
  return typeof value === "string" ? value : undefined;
}
