import { execFile } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "./read-tree.ts";

/** What a tool said when it was not content; nothing when it was. */
function complaintsOf(entry: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const script = join(root, "node_modules", entry);
    const options = { cwd: root, maxBuffer: 32 * 1024 * 1024, env: { ...process.env, NO_COLOR: "1" } };
    execFile(process.execPath, [script, ...args], options, (error, stdout, stderr) => {
      resolve(error === null ? "" : `${stdout}\n${stderr}\n${error.message}`);
    });
  });
}

describe("gates", { timeout: 180_000 }, () => {
  // In one thread: several would each work out the same types again, and the other tests have use for the processors.
  test("the types hold", async () => {
    expect(
      await complaintsOf("typescript/lib/tsc.js", ["--noEmit", "--pretty", "false", "--singleThreaded"]),
    ).toBe("");
  });

  test("the linter has nothing to say", async () => {
    expect(await complaintsOf("oxlint/bin/oxlint", ["--type-aware", "--deny-warnings"])).toBe("");
  });

  test("everything is formatted", async () => {
    expect(await complaintsOf("prettier/bin/prettier.cjs", ["--check", "--log-level=warn", "."])).toBe("");
  });

  test("nothing is unused", async () => {
    expect(await complaintsOf("knip/bin/knip.js", ["--no-progress"])).toBe("");
  });
});
