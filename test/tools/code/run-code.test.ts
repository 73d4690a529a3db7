import { describe, expect, test } from "vitest";
import { runCode } from "../../../tools/code/run-code.ts";
import { callTool } from "../run.ts";

const run = (code: string, data?: unknown) =>
  callTool(runCode, { code, ...(data !== undefined && { data: JSON.stringify(data) }) });

describe("code in a process of its own (R113, R274)", () => {
  test("computes on the data it is given", async () => {
    const outcome = await run("return data.map((n) => n * 2).reduce((a, b) => a + b, 0)", [1, 2, 3]);
    expect(outcome).toEqual({ kind: "result", text: '{"result":"12"}' });
  });

  test.each([
    ["the process", "return typeof process"],
    ["modules", "return typeof require"],
    ["the network", "return typeof fetch"],
    ["timers", "return typeof setTimeout"],
  ])("reaches nothing of the machine: %s", async (_, code) => {
    expect((await run(code)).text).toContain("undefined");
  });

  test.each([
    ["by the constructor of what it is given", "return data.constructor.constructor('return process')().pid"],
    ["by the constructor of the world", "return globalThis.constructor.constructor('return process')().pid"],
    ["by eval", "return eval('process.env')"],
    ["by import", "return import('node:fs')"],
    [
      "by an error's stack",
      "Error.prepareStackTrace = (e, s) => s; return String(new Error('').stack[0].getThis().process.pid)",
    ],
  ])("does not get out %s", async (_, code) => {
    const outcome = await run(code, [1]);
    expect(outcome.text).not.toMatch(/"result":"\d+"/);
    expect(outcome.text).not.toContain("PATH");
  });

  test("is stopped when it never ends", async () => {
    expect((await run("for (;;);")).text).toMatch(/timed out|too long/);
  });

  test("is stopped when it takes all memory, and nobody else notices", async () => {
    const outcome = await run("const all = []; for (;;) all.push(new Array(1e6).fill(Math.random()));");
    expect(outcome).toMatchObject({ kind: "error" });
    expect(outcome.text).toMatch(/memory|timed out|too long/);
  });

  test("is killed when the turn stops", async () => {
    const turn = new AbortController();
    const outcome = callTool(runCode, { code: "for (;;);" }, turn.signal);
    setTimeout(() => turn.abort(), 50);
    await expect(outcome).rejects.toThrow("aborted");
  });
});
