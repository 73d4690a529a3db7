import { z } from "zod";
import { expect, test } from "vitest";
import { parseToolInput, runTool, toolOutcome } from "../../../src/agent/run-tool.ts";
import { createToolBelts } from "../../../src/agent/tool-belt.ts";
import { runInBackground } from "../../../src/agent/tools/run-in-background.ts";
import type { KeptCall } from "../../../src/core/kept-call.ts";
import { PermanentError } from "../../../src/core/errors.ts";
import { silentLog } from "../../../src/core/log.ts";
import { aRequest, aTool } from "../agent-stand.ts";

const { context } = aRequest("").request;
const begun: KeptCall[] = [];
const ran: unknown[] = [];
const report = aTool({
  name: "report",
  input: z.strictObject({ subject: z.string(), year: z.number().default(2026) }),
  background: true,
  check: async ({ subject }) => (subject === "nothing" ? "There is nothing to report." : undefined),
  run: async (input) => ran.push(input),
});
let isOurs = true;
const offered = runInBackground(report, {
  begin: async (request) => {
    if (!isOurs) throw new PermanentError("report was not begun: a colleague has the conversation");
    begun.push(request);
  },
});

async function call(args: string) {
  const parsed = parseToolInput(offered, args);
  if (!parsed.ok) throw new Error(parsed.problem);
  const never = new AbortController().signal;
  const step = await runTool({
    tool: offered,
    input: parsed.input,
    context,
    idempotencyKey: "key",
    maxResultBytes: 10_000,
    mayCall: undefined,
    log: silentLog,
    stopped: never,
    expired: never,
  });
  return toolOutcome.parse(step.output);
}

test("a call begins the work with the arguments that will run, defaults included, and says that it is not done", async () => {
  const { kind, text } = await call('{"subject":"sales"}');
  expect(kind).toBe("result");
  expect(text).toContain("not done yet");
  expect(begun).toEqual([
    expect.objectContaining({
      tool: "report",
      arguments: '{"subject":"sales","year":2026}',
      requester: context.contactId,
      idempotencyKey: "key",
    }),
  ]);
  expect(ran).toEqual([]);
});

test("a call the tool's own rules refuse does not begin, nor one in a conversation that is somebody else's", async () => {
  begun.length = 0;
  expect(await call('{"subject":"nothing"}')).toEqual({ kind: "error", text: "There is nothing to report." });
  isOurs = false;
  expect(await call('{"subject":"sales"}')).toMatchObject({ kind: "error" });
  expect(begun).toEqual([]);
  expect(parseToolInput(offered, '{"subject":"sales","year":"all"}').ok).toBe(false);
});

test("it is offered to whom the tool itself is", () => {
  expect(createToolBelts([offered])(context).find("report")).toBe(offered);
  expect(createToolBelts([offered])({ ...context, role: "analytics" }).find("report")).toBeUndefined();
});
