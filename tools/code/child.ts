import { createContext, runInContext } from "node:vm";

// Runs in a process of its own, with no environment, no files, no children: see run-in-child.ts.
let text = "";
process.stdin.setEncoding("utf8");
process.stdin.on("data", (chunk: string) => (text += chunk));
process.stdin.on("end", () => {
  process.stdout.write(JSON.stringify(run(text)));
});

function run(request: string): { readonly ok: boolean; readonly value: string } {
  try {
    const { code, data } = JSON.parse(request) as { code: string; data: string };
    // The context is made of text alone, so nothing in it leads back to this process.
    const context = createContext(Object.create(null), {
      codeGeneration: { strings: false, wasm: false },
      microtaskMode: "afterEvaluate",
    });
    const source = `"use strict";
      const data = JSON.parse(${JSON.stringify(data)});
      const result = (function () { ${code}\n })();
      JSON.stringify(result === undefined ? null : result)`;
    const value: unknown = runInContext(source, context, { timeout: 5_000 });
    return { ok: true, value: typeof value === "string" ? value : "null" };
  } catch (error) {
    const message: unknown =
      typeof error === "object" && error !== null && "message" in error ? error.message : "";
    return { ok: false, value: typeof message === "string" ? message.slice(0, 500) : "it failed" };
  }
}
