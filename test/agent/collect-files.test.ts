import { expect, test } from "vitest";
import { runTool, toolOutcome } from "../../src/agent/run-tool.ts";
import { PermanentError, TransientError } from "../../src/core/errors.ts";
import { silentLog } from "../../src/core/log.ts";
import type { Tool, ToolContext, ToolFile, TurnFiles } from "../../src/core/tool.ts";
import { aRequest, aTool } from "./agent-stand.ts";

/** Files in memory, by call. */
function createFiles(refuse: (file: ToolFile) => Error | undefined = () => undefined) {
  const kept: string[] = [];
  const files: TurnFiles = {
    attach: async (key, { name, ...file }) => {
      const refusal = refuse({ name, ...file });
      if (refusal !== undefined) throw refusal;
      if (!kept.includes(`${key} ${name}`)) kept.push(`${key} ${name}`);
    },
    discard: async (key) => {
      for (const file of kept.filter((one) => one.startsWith(`${key} `))) kept.splice(kept.indexOf(file), 1);
    },
  };
  return { files, kept };
}

const aFile = (name: string): ToolFile => ({ name, mimeType: "text/csv", bytes: Buffer.from("x") });

/** A tool that does this with its context. */
function doing(act: (context: ToolContext) => Promise<void>, more: Parameters<typeof aTool>[0] = {}): Tool {
  const run: Tool["run"] = async (_, context) => {
    await act(context);
    return "done";
  };
  return aTool({ ...more, run });
}

async function run(tool: Tool, files: TurnFiles | undefined, key = "call") {
  const never = new AbortController().signal;
  const step = await runTool({
    tool,
    input: { subject: "x" },
    context: aRequest("").request.context,
    idempotencyKey: key,
    files,
    maxResultBytes: 20_000,
    mayCall: undefined,
    log: silentLog,
    stopped: never,
    expired: never,
  });
  return toolOutcome.parse(step.output);
}

test("what a call attached stays when it ends well, under the call's own key", async () => {
  const { files, kept } = createFiles();
  const tool = doing(({ attach }) => attach(aFile("a.csv")));
  expect(await run(tool, files, "call 1")).toMatchObject({ kind: "result" });
  await run(tool, files, "call 2");
  await run(tool, files, "call 2");
  expect(kept).toEqual(["call 1 a.csv", "call 2 a.csv"]);
});

test.each<[string, Parameters<typeof aTool>[0], () => Promise<void>]>([
  ["fails", {}, () => Promise.reject(new PermanentError("no"))],
  ["breaks", {}, () => Promise.reject(new Error("bug"))],
  ["takes too long", { timeoutMs: 20 }, () => new Promise(() => {})],
])("a call that %s leaves none of its files, and those of others alone", async (_, more, end) => {
  const { files, kept } = createFiles();
  await run(
    doing(({ attach }) => attach(aFile("good.csv"))),
    files,
    "other",
  );
  const tool = doing(async ({ attach }) => {
    await attach(aFile("bad.csv"));
    await end();
  }, more);
  expect(await run(tool, files)).toMatchObject({ kind: "error" });
  expect(kept).toEqual(["other good.csv"]);
});

test("what comes after the call is over is refused", async () => {
  const { files, kept } = createFiles();
  let late: Promise<void> = Promise.resolve();
  const tool = doing(async ({ attach }) => {
    late = new Promise((resolve) => setTimeout(resolve, 20)).then(() => attach(aFile("late.csv")));
    late.catch(() => {});
  });
  await run(tool, files);
  await expect(late).rejects.toThrow("once the call is over");
  expect(kept).toEqual([]);
});

test("a file that nobody waited for is waited for, and one that could not be kept fails the call", async () => {
  const slow = createFiles();
  const hasty = doing(async ({ attach }) => void attach(aFile("a.csv")));
  await run(hasty, slow.files);
  expect(slow.kept).toEqual(["call a.csv"]);
  const broken = createFiles(() => new TransientError("the database is away"));
  expect(await run(hasty, broken.files)).toMatchObject({ kind: "error" });
});

test("a refused file is told to the model in words, unless the tool does without it", async () => {
  const { files } = createFiles(() => new PermanentError("The file was not attached: a.csv is empty."));
  const careless = doing(({ attach }) => attach(aFile("a.csv")));
  expect(await run(careless, files)).toEqual({
    kind: "error",
    text: "The file was not attached: a.csv is empty.",
  });
  const careful = doing(({ attach }) => attach(aFile("a.csv")).catch(() => {}));
  expect(await run(careful, files)).toMatchObject({ kind: "result" });
  expect(await run(careless, undefined)).toEqual({ kind: "error", text: "Files cannot be attached here." });
});
