import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runInChild } from "../../../tools/code/run-in-child.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "baton-child-"));
  process.env["BATON_TEST_CANARY"] = "canary";
});
afterAll(async () => {
  delete process.env["BATON_TEST_CANARY"];
  await rm(folder, { recursive: true, force: true });
});

async function run(source: string, input = ""): Promise<string> {
  const file = path.join(folder, `${crypto.randomUUID()}.mjs`);
  await writeFile(file, source);
  const limits = {
    timeoutMs: 5_000,
    memoryMb: 48,
    maxOutputBytes: 1_000,
    signal: new AbortController().signal,
  };
  return runInChild(pathToFileURL(file), input, limits);
}

describe("a child process for risky work (R113)", () => {
  test("sees no environment", async () => {
    expect(await run("process.stdout.write(JSON.stringify(process.env))")).not.toContain("canary");
  });

  test.each([
    ["a file", "import { readFileSync } from 'node:fs'; readFileSync('/etc/passwd')"],
    ["a folder", "import { readdirSync } from 'node:fs'; readdirSync('/')"],
    ["a place to write", "import { writeFileSync } from 'node:fs'; writeFileSync('/tmp/baton-escaped', 'x')"],
    ["a program", "import { execFileSync } from 'node:child_process'; execFileSync('/bin/true')"],
    ["a thread", "import { Worker } from 'node:worker_threads'; new Worker('1', { eval: true })"],
  ])("gets no %s", async (_, source) => {
    const code = `try { ${source.replace(/import (\{.*?\}) from ('.*?');/, "const $1 = await import($2);")}; process.stdout.write('got it') } catch (e) { process.stdout.write(e.code ?? 'refused') }`;
    expect(await run(code)).toBe("ERR_ACCESS_DENIED");
  });

  test("is killed when it writes more than it may", async () => {
    await expect(run("for (;;) process.stdout.write('x'.repeat(1e5))")).rejects.toThrow("stopped");
  });
});
