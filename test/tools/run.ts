import { parseToolInput, runTool, toolOutcome, type ToolOutcome } from "../../src/agent/run-tool.ts";
import { silentLog } from "../../src/core/log.ts";
import type { Tool } from "../../src/core/tool.ts";
import { aRequest } from "../agent/agent-stand.ts";

/** Calls a tool as a turn does, with what a model wrote. */
export async function callTool(
  tool: Tool,
  args: unknown,
  stopped = new AbortController().signal,
): Promise<ToolOutcome> {
  const parsed = parseToolInput(tool, JSON.stringify(args));
  if (!parsed.ok) return { kind: "error", text: parsed.problem };
  const step = await runTool({
    tool,
    input: parsed.input,
    context: aRequest("").request.context,
    idempotencyKey: "the-key",
    maxResultBytes: 20_000,
    mayCall: undefined,
    log: silentLog,
    stopped,
    expired: new AbortController().signal,
  });
  return toolOutcome.parse(step.output);
}
