import { z } from "zod";
import { PermanentError } from "../../src/core/errors.ts";
import { defineTool } from "../../src/core/tool.ts";
import { runInChild } from "./run-in-child.ts";

const childModule = new URL("child.ts", import.meta.url);
const limits = { timeoutMs: 7_000, memoryMb: 64, maxOutputBytes: 64 * 1024 };
const outcome = z.object({ ok: z.boolean(), value: z.string() });

/** Computes with JavaScript where nothing can be reached: for sums, statistics and reshaping of data. */
export const runCode = defineTool({
  name: "run_code",
  description:
    "Runs a few lines of plain JavaScript on `data` and gives what they return. No network, no files, no packages. Use it to compute.",
  input: z.strictObject({
    code: z
      .string()
      .min(1)
      .max(20_000)
      .describe("A function body that returns a value, e.g. return data.length"),
    data: z.string().max(200_000).default("null").describe("JSON text, seen by the code as `data`"),
  }),
  output: z.object({ result: z.string() }),
  roles: ["analytics", "admin"],
  effect: "read",
  repeatable: true,
  approval: "none",
  rateLimit: { perMinute: 20 },
  timeoutMs: 10_000,
  cost: 0,
  async run({ code, data }, { signal }) {
    const text = await runInChild(childModule, JSON.stringify({ code, data }), { ...limits, signal });
    const { ok, value } = outcome.parse(JSON.parse(text));
    if (!ok) throw new PermanentError(`run_code: ${value}`);
    return { result: value };
  },
});
