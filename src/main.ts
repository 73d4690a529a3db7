import { enableCompileCache } from "node:module";
import { inspect } from "node:util";

const startedAt = performance.now();

// Reading and compiling the code is most of a start; from the second one on it is kept. Before anything else is imported.
enableCompileCache();

/** An operator's mistake is a sentence; anything else is a bug and shows where it happened. */
function explain(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause.name === "SettingsError") return cause.message;
  return inspect(error);
}

const { run } = await import("./run.ts");
run(startedAt).catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
});
