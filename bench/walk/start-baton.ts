import { spawn, type ChildProcess } from "node:child_process";
import path from "node:path";

const repository = path.join(import.meta.dirname, "../..");

/** Baton as a newcomer starts it. */
export interface StartedBaton {
  readonly url: string;
  readonly child: ChildProcess;
  /** Resolves once it has printed these words. */
  says(words: string): Promise<void>;
  /** Ends it as an operator does; resolves with its exit code. */
  stop(): Promise<number | null>;
}

/** Starts it with nothing set but where it may write (and a compile cache, in a run that has one); rejects with what it said when it ends before it listens. */
export function startBaton(dataDir: string): Promise<StartedBaton> {
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
  const child = spawn(process.execPath, ["src/main.ts"], {
    cwd: repository,
    env: { PATH, HOME, NODE_COMPILE_CACHE, BATON_DATA_DIR: dataDir, PORT: "0" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stop = (): Promise<number | null> => {
    if (child.exitCode !== null) return Promise.resolve(child.exitCode);
    const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    return ended;
  };
  let said = "";
  const waiting = new Set<() => void>();
  const says = (words: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!said.includes(words)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  return new Promise((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      const url = /Try it: (http:\/\/[^\s"]+)\/playground/.exec(said)?.[1];
      if (url !== undefined) resolve({ url, child, says, stop });
      for (const look of waiting) look();
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("exit", (code) => reject(new Error(`Baton ended with ${String(code)}:\n${said}`)));
  });
}
