import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseYaml } from "yaml";
import { z } from "zod";
import { roles } from "../core/tool.ts";
import { readYaml } from "./config-files.ts";

const secretName = z.string().regex(/^[A-Z][A-Z0-9_]*$/, "must be the name of an environment variable");
const prefix = z
  .string("must be a short name")
  .regex(/^[a-z][a-z0-9_]{0,19}$/, "must be 1 to 20 small letters, digits and underscores");
const caller = z.array(z.enum(roles, `must be among ${roles.join(", ")}`)).min(1);
const approval = z.enum(["none", "staff"], "must be none or staff");
const webAddress = z.url({ protocol: /^https?$/, error: "must begin with https:// or http://" });

const openApiSource = z.strictObject({
  name: prefix,
  /** A file in `config/`. */
  document: z.string().regex(/^[\w-]+\.(json|ya?ml)$/, "must be a JSON or YAML file in config/openapi"),
  baseUrl: webAddress.optional(),
  roles: caller.default(["staff", "admin"]),
  /** Only these operations, by their operationId; all of them when left out. */
  operations: z.array(z.string()).optional(),
  /** For everything that is no GET. */
  approval: approval.default("staff"),
  token: secretName.optional(),
});

const mcpTool = z.strictObject({
  roles: caller.optional(),
  effect: z.enum(["read", "write"], "must be read or write").optional(),
  approval: approval.optional(),
  /** Takes longer than a turn may: it runs on the queue, and its result comes into the conversation later. */
  background: z.boolean("must be true or false").optional(),
});

const mcpServer = z
  .strictObject({
    name: prefix,
    url: webAddress.optional(),
    command: z.array(z.string()).min(1).optional(),
    token: secretName.optional(),
    roles: caller.default(["staff", "admin"]),
    /** By the server's own names; what is not listed is a write that needs approval. */
    tools: z.record(z.string(), mcpTool).default({}),
  })
  .refine(
    ({ url, command }) => (url === undefined) !== (command === undefined),
    "needs either url or command",
  );

const toolFile = z.strictObject({
  /** Origins that may be fetched though they are not public. */
  allowedOrigins: z.array(webAddress).default([]),
  httpFetch: z.boolean("must be true or false").default(false),
  webSearch: z
    .strictObject({
      url: webAddress.includes("{query}", "must contain {query}"),
      token: secretName.optional(),
    })
    .optional(),
  runCode: z.boolean("must be true or false").default(false),
  openApi: z.array(openApiSource).default([]),
  mcp: z.array(mcpServer).default([]),
});

/** An API whose operations become tools. */
export type OpenApiSource = Omit<z.output<typeof openApiSource>, "document" | "token"> & {
  readonly document: unknown;
  readonly token: string | undefined;
};

/** A Model Context Protocol server whose tools join the others. */
export type McpSource = Omit<z.output<typeof mcpServer>, "token"> & { readonly token: string | undefined };

/** What `config/tools.yaml` opens beside the built-in tools; without the file nothing. */
export interface ToolSettings {
  readonly allowedOrigins: readonly string[];
  readonly httpFetch: boolean;
  readonly webSearch: { readonly url: string; readonly key: string | undefined } | undefined;
  readonly runCode: boolean;
  readonly openApi: readonly OpenApiSource[];
  readonly mcp: readonly McpSource[];
}

const fileName = "config/tools.yaml";

/** Reads `config/tools.yaml` and the documents it names. Adds to `problems` what is wrong; secrets come from `values`. */
export function readToolFile(
  folder: string,
  problems: string[],
  values: Readonly<Record<string, string>>,
): ToolSettings {
  const file = existsSync(join(folder, fileName))
    ? readYaml(folder, fileName, toolFile, problems)
    : toolFile.parse({});
  const { openApi, mcp, webSearch, ...rest } = file ?? toolFile.parse({});
  const names = [...openApi, ...mcp].map(({ name }) => name);
  if (new Set(names).size < names.length)
    problems.push(`${fileName}: two sources have the same name. Rename one`);
  const secret = (name: string | undefined) => readSecret(name, values, problems);
  return {
    ...rest,
    webSearch: webSearch && { url: webSearch.url, key: secret(webSearch.token) },
    openApi: openApi.map((source) => ({
      ...source,
      document: readDocument(folder, source.document, problems),
      token: secret(source.token),
    })),
    mcp: mcp.map((source) => ({ ...source, token: secret(source.token) })),
  };
}

function readSecret(
  name: string | undefined,
  values: Readonly<Record<string, string>>,
  problems: string[],
): string | undefined {
  if (name !== undefined && (values[name] ?? "") === "")
    problems.push(
      `${name}: ${fileName} names it as a secret, and it is not set. Set it, or take the line out`,
    );
  return name === undefined ? undefined : values[name];
}

function readDocument(folder: string, name: string, problems: string[]): unknown {
  try {
    // JSON is YAML, too.
    return parseYaml(readFileSync(join(folder, "config/openapi", name), "utf8"));
  } catch {
    problems.push(`${fileName}: config/openapi/${name} cannot be read. Write it, or take the source out`);
    return {};
  }
}
