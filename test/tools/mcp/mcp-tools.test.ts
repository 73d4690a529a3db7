import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { afterEach, describe, expect, test } from "vitest";
import { silentLog } from "../../../src/core/log.ts";
import type { Tool } from "../../../src/core/tool.ts";
import { connectMcp, type McpTools } from "../../../tools/mcp/mcp-tools.ts";
import { callTool } from "../run.ts";
import { createServerUnderTest } from "./mcp-server.ts";

const source = { name: "crm", roles: ["staff"], token: "t0ken", tools: {} } as const;
const known = { tools: { find_customer: { effect: "read", roles: ["customer", "staff"] } } } as const;

const open: { connected?: McpTools; server?: Server } = {};
let seenTokens: (string | undefined)[] = [];
afterEach(async () => {
  await open.connected?.stop();
  await stopServer();
  seenTokens = [];
});

async function startServer(port = 0): Promise<number> {
  const server = createServer((request, response) => {
    seenTokens.push(request.headers.authorization);
    const transport = new StreamableHTTPServerTransport({});
    const mcp = createServerUnderTest();
    response.on("close", () => void transport.close());
    void mcp
      .connect(transport as Parameters<typeof mcp.connect>[0])
      .then(() => transport.handleRequest(request, response));
  });
  open.server = server;
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

async function stopServer(): Promise<void> {
  const { server } = open;
  delete open.server;
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
}

async function toolsOf(more: Partial<Parameters<typeof connectMcp>[0]>): Promise<ReadonlyMap<string, Tool>> {
  open.connected = await connectMcp({ ...source, ...more }, silentLog);
  return new Map(open.connected.tools.map((tool) => [tool.name, tool]));
}

function named(tools: ReadonlyMap<string, Tool>, name: string): Tool {
  const tool = tools.get(name);
  if (tool === undefined) throw new Error(`no ${name} among ${[...tools.keys()].join(", ")}`);
  return tool;
}

describe("tools of a Model Context Protocol server", () => {
  test("run in the background where the operator says that they take minutes", async () => {
    const tools = { find_customer: { effect: "read", background: true } } as const;
    const offered = await toolsOf({ url: `http://127.0.0.1:${await startServer()}/mcp`, tools });
    expect(named(offered, "crm_find_customer").background).toBe(true);
    expect(named(offered, "crm_delete_customer").background).toBeUndefined();
    expect(await callTool(named(offered, "crm_find_customer"), { email: "a@example.com" })).toMatchObject({
      kind: "result",
    });
  });

  test("join the others over HTTP, with the operator's token", async () => {
    const tools = await toolsOf({ url: `http://127.0.0.1:${await startServer()}/mcp`, ...known });
    expect(await callTool(named(tools, "crm_find_customer"), { email: "a@example.com" })).toEqual({
      kind: "result",
      text: "found a@example.com",
    });
    expect(new Set(seenTokens)).toEqual(new Set(["Bearer t0ken"]));
  });

  test("join the others over a program's input and output", async () => {
    const script = fileURLToPath(new URL("stdio-server.ts", import.meta.url));
    const tools = await toolsOf({ command: [process.execPath, script], ...known });
    expect((await callTool(named(tools, "crm_find_customer"), { email: "b@example.com" })).text).toBe(
      "found b@example.com",
    );
  });

  test("may do what the operator says, whatever the server says of itself", async () => {
    const tools = await toolsOf({ url: `http://127.0.0.1:${await startServer()}/mcp`, ...known });
    expect(named(tools, "crm_find_customer")).toMatchObject({
      effect: "read",
      approval: "none",
      roles: ["customer", "staff"],
      foreign: true,
    });
    expect(named(tools, "crm_find_customer").description).not.toContain("\n");
    expect(named(tools, "crm_delete_customer")).toMatchObject({
      effect: "write",
      approval: "staff",
      repeatable: false,
      roles: ["staff"],
      foreign: true,
    });
  });

  test("have their arguments checked here, and their failures told", async () => {
    const tools = await toolsOf({ url: `http://127.0.0.1:${await startServer()}/mcp`, ...known });
    const before = seenTokens.length;
    expect((await callTool(named(tools, "crm_find_customer"), { email: 5 })).kind).toBe("error");
    expect((await callTool(named(tools, "crm_find_customer"), { email: "a", userId: "b" })).kind).toBe(
      "error",
    );
    expect(seenTokens).toHaveLength(before);
    const failed = await callTool(named(tools, "crm_delete_customer"), { id: "none" });
    expect(failed).toEqual({ kind: "error", text: "crm: no such" });
  });

  test("a server that does not answer has none, and the start goes on", async () => {
    expect((await toolsOf({ url: "http://127.0.0.1:9/mcp" })).size).toBe(0);
    expect((await toolsOf({ command: ["/nonexistent/program"] })).size).toBe(0);
  });

  test("a server that went away fails its own calls, and is found again when it is back", async () => {
    const port = await startServer();
    const tools = await toolsOf({ url: `http://127.0.0.1:${port}/mcp`, ...known });
    const find = () => callTool(named(tools, "crm_find_customer"), { email: "c@example.com" });
    await stopServer();
    expect((await find()).kind).toBe("error");
    await startServer(port);
    expect(await find()).toEqual({ kind: "result", text: "found c@example.com" });
  });
});
