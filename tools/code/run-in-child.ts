import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { PermanentError } from "../../src/core/errors.ts";

/** What risky work may take. */
export interface ChildLimits {
  readonly timeoutMs: number;
  readonly memoryMb: number;
  readonly maxOutputBytes: number;
}

/**
 * Runs a module in a Node process of its own: no environment, no files but the module, no processes and threads of
 * its own, bounded memory, killed when `signal` aborts or the time is over. What is written to its standard input is
 * `input`; resolves with its standard output. Throws PermanentError, in words for a model, when a bound was reached.
 */
export async function runInChild(
  module: URL,
  input: string,
  { timeoutMs, memoryMb, maxOutputBytes, signal }: ChildLimits & { readonly signal: AbortSignal },
): Promise<string> {
  signal.throwIfAborted();
  const path = fileURLToPath(module);
  const child = spawn(
    process.execPath,
    [
      "--permission",
      `--allow-fs-read=${path}`,
      `--max-old-space-size=${memoryMb}`,
      "--disable-proto=delete",
      path,
    ],
    { env: {}, cwd: "/", stdio: ["pipe", "pipe", "ignore"], signal, killSignal: "SIGKILL" },
  );
  let reason: string | undefined;
  const kill = (why: string) => {
    reason ??= why;
    child.kill("SIGKILL");
  };
  const timer = setTimeout(() => kill("it took too long"), timeoutMs);
  const chunks: Buffer[] = [];
  let size = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size > maxOutputBytes) kill("its result is too large");
    else chunks.push(chunk);
  });
  child.stdin.on("error", () => {}); // a child that ended early does not read to the end
  child.stdin.end(input);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", resolve);
    });
    if (code !== 0) throw new PermanentError(`the code was stopped: ${reason ?? "it needs too much memory"}`);
    return Buffer.concat(chunks).toString("utf8");
  } finally {
    clearTimeout(timer);
  }
}
