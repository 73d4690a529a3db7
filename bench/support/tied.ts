import { fork, spawn, type ChildProcess, type ForkOptions, type SpawnOptions } from "node:child_process";

// However a bench ends, what it started ends with it.
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

/** Starts a program that does not outlive this process. */
export function spawnTied(program: string, flags: readonly string[], options: SpawnOptions): ChildProcess {
  return tie(spawn(program, flags, options));
}

/** Starts one of our own files that does not outlive this process, with a channel to talk to it. */
export function forkTied(file: string, options: ForkOptions): ChildProcess {
  return tie(fork(file, [], options));
}

/** Sends the signal, by force after `forceMs`, and waits until it is gone. Fine when it is gone already. */
export async function endTied(child: ChildProcess, signal: NodeJS.Signals, forceMs = 30_000): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  const force = setTimeout(() => child.kill("SIGKILL"), forceMs);
  child.kill(signal);
  await gone;
  clearTimeout(force);
}

function tie(child: ChildProcess): ChildProcess {
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}
