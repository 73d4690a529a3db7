import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import { endTied, forkTied } from "./tied.ts";

/** A process of the bench's own that answers one order at a time. */
export interface Forked<Order> {
  readonly pid: number;
  ask<Answer>(order: Order): Promise<Answer>;
  stop(): Promise<void>;
}

/** Starts `file` of this folder's parent; resolves with what it says first. */
export async function startForked<Order extends object, Hello>(
  file: string,
  options: { env?: NodeJS.ProcessEnv; execArgv?: string[] } = {},
): Promise<{ hello: Hello; process: Forked<Order> }> {
  const child = forkTied(fileURLToPath(new URL(`../${file}`, import.meta.url)), {
    execArgv: options.execArgv ?? [],
    env: { ...process.env, ...options.env },
    serialization: "advanced",
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const hello = await next<Hello>(child);
  return {
    hello,
    process: {
      pid: child.pid ?? 0,
      ask: <Answer>(order: Order) => {
        const answer = next<Answer>(child);
        child.send(order);
        return answer;
      },
      stop: () => endTied(child, "SIGKILL"),
    },
  };
}

function next<Answer>(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`${child.spawnfile} ended with ${code}`));
    child.once("exit", onExit);
    child.once("message", (message) => {
      child.off("exit", onExit);
      resolve(message as Answer);
    });
  });
}
