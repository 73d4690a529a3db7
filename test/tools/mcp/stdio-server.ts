import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { createServerUnderTest } from "./mcp-server.ts";

await createServerUnderTest().connect(new StdioServerTransport());
