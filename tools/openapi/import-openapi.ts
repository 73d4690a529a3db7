import { z } from "zod";
import { PermanentError, TransientError } from "../../src/core/errors.ts";
import type { SafeFetch } from "../../src/core/safe-fetch.ts";
import { defineTool, type Role, type Schema, type Tool } from "../../src/core/tool.ts";
import { readOperations, type JsonSchema, type Operation } from "./read-operations.ts";

/** An API as an operator describes it. */
export interface OpenApiSource {
  /** Begins the names of its tools. */
  readonly name: string;
  /** An OpenAPI 3 document, parsed. */
  readonly document: unknown;
  /** The document's first server unless said. */
  readonly baseUrl?: string | undefined;
  readonly roles: readonly Role[];
  /** By operationId; all unless said. */
  readonly operations?: readonly string[] | undefined;
  /** For everything that is no GET. */
  readonly approval: Tool["approval"];
  /** Sent as `Authorization: Bearer`. */
  readonly token: string | undefined;
}

const servers = z.object({ servers: z.array(z.object({ url: z.url() })).min(1) });

/** Makes a tool of each operation. Throws ZodError for a document that is none. */
export function importOpenApi(source: OpenApiSource, safeFetch: SafeFetch): readonly Tool[] {
  const baseUrl = (source.baseUrl ?? servers.parse(source.document).servers[0]?.url ?? "").replace(
    /\/+$/,
    "",
  );
  const wanted = source.operations === undefined ? undefined : new Set(source.operations);
  return readOperations(source.document)
    .filter(({ id }) => wanted === undefined || wanted.has(id))
    .map((operation) => toTool(operation, source, { baseUrl, safeFetch }));
}

function toTool(
  operation: Operation,
  { name, roles, approval, token }: OpenApiSource,
  { baseUrl, safeFetch }: { readonly baseUrl: string; readonly safeFetch: SafeFetch },
): Tool {
  const isRead = operation.method === "GET";
  return defineTool<Readonly<Record<string, unknown>>, unknown>({
    name: `${name}_${operation.id.replace(/[^a-zA-Z0-9]+/g, "_").replace(/^_|_$/g, "")}`.slice(0, 64),
    description: `${operation.description || `${operation.method} ${operation.path}`} (${name})`.slice(
      0,
      1_000,
    ),
    input: toInput(operation),
    output: z.unknown(),
    roles,
    effect: isRead ? "read" : "write",
    // HTTP promises that a repeated PUT or DELETE changes nothing more.
    repeatable: isRead || operation.method === "PUT" || operation.method === "DELETE",
    approval: isRead ? "none" : approval,
    foreign: true,
    timeoutMs: 10_000,
    cost: 0.01,
    async run(input, { signal, idempotencyKey }) {
      const response = await safeFetch({
        url: toUrl(baseUrl, operation, input),
        method: operation.method,
        headers: toHeaders(operation, input, { token, key: isRead ? undefined : idempotencyKey }),
        ...(operation.body !== undefined &&
          input["body"] !== undefined && { body: JSON.stringify(input["body"]) }),
        signal,
      });
      return toResult(name, response.status, response.body.toString("utf8"), isRead);
    },
  });
}

/** All parameters by their names and the body as `body`; nothing else is taken. */
function toInput({ parameters, body }: Operation): Schema<Readonly<Record<string, unknown>>> {
  const required = [
    ...parameters.filter((one) => one.required).map((one) => one.name),
    ...(body?.required === true ? ["body"] : []),
  ];
  const schema: JsonSchema = {
    type: "object",
    properties: {
      ...Object.fromEntries(parameters.map((one) => [one.name, one.schema])),
      ...(body !== undefined && { body: body.schema }),
    },
    required,
    additionalProperties: false,
  };
  const parser = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
  const object = z.record(z.string(), z.unknown());
  return { parse: (value) => object.parse(parser.parse(value)), toJSONSchema: () => schema };
}

function toUrl(
  baseUrl: string,
  { path, parameters }: Operation,
  input: Readonly<Record<string, unknown>>,
): string {
  const filled = path.replace(/\{([^}]+)\}/g, (_, name: string) => toSegment(toText(input[name])));
  const query = new URLSearchParams();
  for (const { name, in: where } of parameters) {
    const value = input[name];
    if (where !== "query" || value === undefined) continue;
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) query.append(name, toText(one));
  }
  const search = query.toString();
  return `${baseUrl}${filled}${search === "" ? "" : `?${search}`}`;
}

/** What fills a place in a path never leaves it. */
function toSegment(text: string): string {
  if (text === "" || text === "." || text === "..")
    throw new PermanentError("an argument is empty or cannot stand in an address");
  return encodeURIComponent(text);
}

function toHeaders(
  { parameters, body }: Operation,
  input: Readonly<Record<string, unknown>>,
  { token, key }: { readonly token: string | undefined; readonly key: string | undefined },
): Readonly<Record<string, string>> {
  const own = parameters
    .filter(({ name, in: where }) => where === "header" && input[name] !== undefined)
    .filter(
      ({ name }) => !/^(authorization|host|cookie|content-length|connection|transfer-encoding)$/i.test(name),
    )
    .map(({ name }) => [name.toLowerCase(), toText(input[name]).replace(/[^\x20-\x7e]/g, "")] as const);
  return {
    ...Object.fromEntries(own),
    accept: "application/json",
    ...(body !== undefined && { "content-type": "application/json" }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(key !== undefined && { "idempotency-key": key }),
  };
}

function toResult(name: string, status: number, body: string, isRead: boolean): unknown {
  if (status >= 200 && status < 300) return parseJson(body);
  if (status === 429 || (isRead && status >= 500)) throw new TransientError(`${name}: it answered ${status}`);
  if (status >= 300 && status < 500)
    throw new PermanentError(`${name}: it answered ${status}: ${body.slice(0, 300)}`);
  throw new Error(`${name}: it answered ${status}`); // a write that may have happened
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return body;
  }
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}
