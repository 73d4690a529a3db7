import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from "fastify";
import { z } from "zod";
import { errorBody, parseRequest } from "./api-error.ts";

/** A request whose parts are what the endpoint said they are. */
export interface Call<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** What an endpoint answers with: JSON by its status, or a reply it has sent itself. */
export type Answer = FastifyReply | { readonly status: number; readonly body: unknown };

interface EndpointParts<Params, Query, Body> {
  readonly method: Extract<HTTPMethods, "GET" | "POST" | "PUT" | "PATCH" | "DELETE">;
  /** With `{name}` for parts that vary, as OpenAPI writes it. */
  readonly path: string;
  readonly summary: string;
  /** Whether it wants a session's token. */
  readonly isOpen?: boolean | undefined;
  readonly params?: z.ZodType<Params> | undefined;
  readonly query?: z.ZodType<Query> | undefined;
  readonly body?: z.ZodType<Body> | undefined;
  /** A body that is no JSON. */
  readonly takesBytes?: boolean | undefined;
  readonly maxBodyBytes?: number | undefined;
  /** What it answers, by status: a schema for JSON, a media type for anything else. */
  readonly answers: Readonly<Record<number, z.ZodType | string>>;
  /** Statuses of refusals beside 400, 429 and 503, which all have. */
  readonly refuses?: readonly number[] | undefined;
  handle(call: Call<Params, Query, Body>): Promise<Answer>;
}

/** One way in: served and described from the same words. */
export interface Endpoint {
  readonly method: string;
  readonly path: string;
  /** Its operation in the OpenAPI document. */
  readonly operation: Readonly<Record<string, unknown>>;
  addTo(app: FastifyInstance): void;
}

const jsonBytes = 256 * 1024;

/** Checks each part of the request before `handle` sees it; fields nobody asked for are left out. */
export function defineEndpoint<Params = unknown, Query = unknown, Body = unknown>(
  parts: EndpointParts<Params, Query, Body>,
): Endpoint {
  const { method, path, params, query, body, maxBodyBytes = jsonBytes } = parts;
  return {
    method,
    path,
    operation: toOperation(parts),
    addTo: (app) => {
      app.route({
        method,
        url: path.replaceAll(/\{(\w+)\}/g, ":$1"),
        bodyLimit: maxBodyBytes,
        handler: async (request, reply) => {
          const answer = await parts.handle({
            params: parsePart(params, request.params),
            query: parsePart(query, request.query),
            body: parsePart(body, parts.takesBytes === true ? undefined : (request.body ?? {})),
            request,
            reply,
          });
          if ("send" in answer) return answer;
          return reply.code(answer.status).header("cache-control", "no-store").send(answer.body);
        },
      });
    },
  };
}

function parsePart<T>(schema: z.ZodType<T> | undefined, value: unknown): T {
  // Without a schema nothing was promised of this part, and nobody reads it.
  return schema === undefined ? (undefined as T) : parseRequest(schema, value);
}

function toOperation(
  parts: Omit<EndpointParts<unknown, unknown, unknown>, "handle" | "params" | "query" | "body"> & {
    readonly params?: z.ZodType | undefined;
    readonly query?: z.ZodType | undefined;
    readonly body?: z.ZodType | undefined;
  },
): Readonly<Record<string, unknown>> {
  const refused = [400, ...(parts.isOpen === true ? [] : [401, 404]), ...(parts.refuses ?? []), 429, 503];
  const answers = Object.entries(parts.answers).map(([status, what]) => [status, toResponse(what)]);
  const refusal = toResponse(errorBody, "Refused; the message says what to do.");
  return {
    summary: parts.summary,
    ...(parts.isOpen === true ? { security: [] } : {}),
    parameters: [...toParameters(parts.params, "path"), ...toParameters(parts.query, "query")],
    ...(parts.body !== undefined && {
      requestBody: {
        required: true,
        content: { "application/json": { schema: toSchema(parts.body, "input") } },
      },
    }),
    ...(parts.takesBytes === true && {
      requestBody: { required: true, content: { "application/octet-stream": {} } },
    }),
    responses: {
      ...Object.fromEntries(refused.map((status) => [String(status), refusal])),
      ...Object.fromEntries(answers),
    },
  };
}

function toResponse(what: z.ZodType | string, description = "Done."): object {
  if (typeof what === "string") return { description, content: { [what]: {} } };
  return { description, content: { "application/json": { schema: toSchema(what, "output") } } };
}

function toParameters(schema: z.ZodType | undefined, place: "path" | "query"): object[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = toSchema(schema, "input");
  return Object.entries(properties).map(([name, shape]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: shape,
  }));
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly required?: readonly string[];
}

/** OpenAPI 3.1 takes JSON Schema as it is. */
function toSchema(schema: z.ZodType, io: "input" | "output"): JsonSchema {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest as JsonSchema;
}
