import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { z } from "zod";
import { PermanentError, TransientError } from "../../src/core/errors.ts";
import type { Log } from "../../src/core/log.ts";
import { defineTool, type Role, type Schema, type Tool } from "../../src/core/tool.ts";

/** A Model Context Protocol server as an operator describes it. */
export interface McpSource {
  /** Begins the names of its tools. */
  readonly name: string;
  /** Streamable HTTP, or a program that speaks over its standard input and output. */
  readonly url?: string | undefined;
  readonly command?: readonly string[] | undefined;
  readonly token: string | undefined;
  readonly roles: readonly Role[];
  /** What the operator knows of single tools; what is not listed is a write that needs approval. */
  readonly tools: Readonly<
    Record<
      string,
      {
        readonly roles?: readonly Role[] | undefined;
        readonly effect?: Tool["effect"] | undefined;
        readonly approval?: Tool["approval"] | undefined;
        /** Takes longer than a turn may. */
        readonly background?: boolean | undefined;
      }
    >
  >;
}

/** The tools of one server, and how to let go of it. */
export interface McpTools {
  readonly tools: readonly Tool[];
  stop(): Promise<void>;
}

const listTimeoutMs = 5_000;
const callTimeoutMs = 10_000;
// Baton ends a call in the background itself; the protocol's client would do it after a minute.
const backgroundTimeoutMs = 24 * 60 * 60_000;
const restMs = 5_000;

/**
 * Asks a server for its tools. A server that does not answer has none until the next start, and costs nothing else;
 * one that goes away later is connected to again by the next call. Never rejects.
 */
export async function connectMcp(source: McpSource, log: Log): Promise<McpTools> {
  const connection = createConnection(source, log);
  try {
    const client = await connection.open();
    const { tools } = await client.listTools(undefined, { timeout: listTimeoutMs });
    return { tools: tools.map((tool) => toTool(tool, source, connection)), stop: connection.close };
  } catch (cause) {
    log.warn({ server: source.name, cause: String(cause) }, "MCP server gives no tools: it does not answer");
    return { tools: [], stop: connection.close };
  }
}

interface Connection {
  open(): Promise<Client>;
  close(): Promise<void>;
}

/** One connection, opened when it is needed; after a failure it rests for a moment, so that callers do not wait. */
function createConnection(source: McpSource, log: Log): Connection {
  let opening: Promise<Client> | undefined;
  let restingUntil = 0;

  async function connect(): Promise<Client> {
    const client = new Client({ name: "baton", version: "1.0.0" });
    client.onclose = () => {
      opening = undefined;
      log.debug({ server: source.name }, "MCP connection closed");
    };
    await client.connect(toTransport(source), { timeout: listTimeoutMs });
    return client;
  }

  return {
    open: () => {
      if (Date.now() < restingUntil) throw new TransientError(`${source.name} does not answer now`);
      opening ??= connect().catch((cause: unknown) => {
        opening = undefined;
        restingUntil = Date.now() + restMs;
        throw new TransientError(`${source.name} does not answer now`, { cause });
      });
      return opening;
    },
    close: async () => {
      const client = await opening?.catch(() => undefined);
      opening = undefined;
      await client?.close();
    },
  };
}

function toTransport({ url, command, token, name }: McpSource) {
  if (url !== undefined) {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
  }
  const [program, ...args] = command ?? [];
  if (program === undefined) throw new PermanentError(`${name}: neither url nor command`);
  // The SDK hands over a few harmless names of the environment alone; the token comes with them.
  const env = token === undefined ? {} : { MCP_TOKEN: token };
  return new StdioClientTransport({ command: program, args, env, stderr: "ignore" });
}

type Offered = Awaited<ReturnType<Client["listTools"]>>["tools"][number];

/** A server's words about its tools are material: what a tool may do is the operator's to say. */
function toTool(offered: Offered, source: McpSource, connection: Connection): Tool {
  const known = source.tools[offered.name] ?? {};
  const effect = known.effect ?? "write";
  const isLong = known.background === true;
  return defineTool<Readonly<Record<string, unknown>>, string>({
    name: `${source.name}_${offered.name.replace(/[^a-zA-Z0-9_-]+/g, "_")}`.slice(0, 64),
    description: `${(offered.description ?? offered.name).replace(/\s+/g, " ").slice(0, 900)} (${source.name})`,
    input: toInput(offered.inputSchema),
    output: z.string(),
    roles: known.roles ?? source.roles,
    effect,
    repeatable: effect === "read",
    approval: known.approval ?? (effect === "read" ? "none" : "staff"),
    timeoutMs: callTimeoutMs,
    ...(isLong && { background: true }),
    foreign: true,
    cost: 0.01,
    async run(input, { signal }) {
      const client = await connection.open();
      const result = await client.callTool({ name: offered.name, arguments: { ...input } }, undefined, {
        signal,
        timeout: isLong ? backgroundTimeoutMs : callTimeoutMs,
      });
      const text = toText(result);
      if (result.isError === true) throw new PermanentError(`${source.name}: ${text.slice(0, 500)}`);
      return text;
    },
  });
}

function toInput(inputSchema: Offered["inputSchema"]): Schema<Readonly<Record<string, unknown>>> {
  const schema = { ...inputSchema, additionalProperties: false };
  const parser = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
  const object = z.record(z.string(), z.unknown());
  return { parse: (value) => object.parse(parser.parse(value)), toJSONSchema: () => schema };
}

const content = z.object({
  content: z.array(z.object({ type: z.string(), text: z.string().optional() })).default([]),
  structuredContent: z.unknown().optional(),
});

function toText(result: unknown): string {
  const { content: parts, structuredContent } = content.parse(result);
  const texts = parts.map(({ type, text }) => text ?? `[${type}]`);
  if (texts.length === 0 && structuredContent !== undefined) return JSON.stringify(structuredContent);
  return texts.join("\n");
}
