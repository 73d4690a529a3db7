import { z } from "zod";

/** One operation of an OpenAPI 3 document, its references resolved. */
export interface Operation {
  readonly id: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly description: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: "path" | "query" | "header";
    readonly required: boolean;
    readonly schema: JsonSchema;
  }[];
  readonly body: { readonly required: boolean; readonly schema: JsonSchema } | undefined;
}

export type JsonSchema = Readonly<Record<string, unknown>>;

const methods = ["get", "post", "put", "patch", "delete"] as const;
const fields = z.record(z.string(), z.unknown());
const document = z.object({
  openapi: z.string().regex(/^3\./),
  paths: z.record(z.string(), fields),
});
const operation = z.object({
  operationId: z.string().optional(),
  summary: z.string().optional(),
  description: z.string().optional(),
  parameters: z.array(fields).default([]),
  requestBody: fields.optional(),
});
const parameter = z.object({
  name: z.string(),
  in: z.enum(["path", "query", "header", "cookie"]),
  required: z.boolean().default(false),
  description: z.string().optional(),
  schema: fields.default({}),
});
const content = z.object({ "application/json": z.object({ schema: fields }) });
const maxDepth = 12;

/** The operations of a document. Throws a ZodError for what is no OpenAPI 3 document. */
export function readOperations(input: unknown): readonly Operation[] {
  const { paths } = document.parse(input);
  return Object.entries(paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const found = item[method];
      return found === undefined ? [] : [toOperation(input, { path, method, item, found })];
    }),
  );
}

interface Place {
  readonly path: string;
  readonly method: (typeof methods)[number];
  readonly item: Readonly<Record<string, unknown>>;
  readonly found: unknown;
}

function toOperation(root: unknown, { path, method, item, found }: Place): Operation {
  const read = operation.parse(resolve(root, found));
  const shared = z.array(fields).catch([]).parse(resolve(root, item["parameters"]));
  const parameters = [...shared, ...read.parameters].flatMap((one) => {
    const { name, in: where, required, schema, description } = parameter.parse(one);
    if (where === "cookie") return [];
    const described = description === undefined ? schema : { ...schema, description };
    return [{ name, in: where, required: required || where === "path", schema: described } as const];
  });
  const byPlace = new Map(parameters.map((one) => [`${one.in} ${one.name}`, one]));
  return {
    id: read.operationId ?? `${method}_${path}`,
    method: method.toUpperCase() as Operation["method"],
    path,
    description: [read.summary, read.description].filter((text) => text !== undefined).join(". "),
    parameters: [...byPlace.values()],
    body: toBody(read.requestBody),
  };
}

function toBody(body: Readonly<Record<string, unknown>> | undefined): Operation["body"] {
  const parsed = content.safeParse(body?.["content"]);
  if (!parsed.success) return undefined;
  return { required: body?.["required"] === true, schema: parsed.data["application/json"].schema };
}

/** References inside the document are put in place; what refers to itself or lies too deep becomes "anything". */
function resolve(root: unknown, value: unknown, depth = 0, open: readonly string[] = []): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (depth > maxDepth) return {};
  if (Array.isArray(value)) return value.map((one) => resolve(root, one, depth + 1, open));
  const reference: unknown = "$ref" in value ? value.$ref : undefined;
  if (typeof reference === "string") {
    if (!reference.startsWith("#/") || open.includes(reference)) return {};
    return resolve(root, find(root, reference), depth + 1, [...open, reference]);
  }
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, resolve(root, inner, depth + 1, open)]),
  );
}

function find(root: unknown, reference: string): unknown {
  return reference
    .slice(2)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .reduce<unknown>(
      (at, part) =>
        typeof at === "object" && at !== null && Object.hasOwn(at, part)
          ? (at as Readonly<Record<string, unknown>>)[part]
          : undefined,
      root,
    );
}
