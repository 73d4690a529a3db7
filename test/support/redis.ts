import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { Redis } from "ioredis";
import { freePort } from "../../bench/support/stores.ts";

/** A Redis server of a test file's own. Its port stays the same through restarts. */
export interface TestRedis {
  readonly url: string;
  /** Like a power cut: SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again; without `keep` it has forgotten everything. Kills it first if it runs. */
  restart(options: { keep: boolean }): Promise<void>;
  flush(): Promise<void>;
  /** For example "1mb"; refuses writes above it. */
  setMaxMemory(limit: string): Promise<void>;
  config(name: string, value: string): Promise<void>;
  /** Stops answering without closing a connection, and goes on. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/** Starts Debian's redis-server with an append-only file, on 127.0.0.1 and a free port. */
export async function startRedis(): Promise<TestRedis> {
  const dir = await mkdtemp(path.join(os.tmpdir(), "baton-redis-"));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess | undefined = await launch(port, dir);

  async function kill(): Promise<void> {
    const dying = child;
    child = undefined;
    if (dying === undefined || dying.exitCode !== null) return;
    const gone = new Promise((resolve) => dying.once("exit", resolve));
    dying.kill("SIGKILL");
    await gone;
  }

  return {
    url,
    kill,
    restart: async ({ keep }) => {
      await kill();
      if (!keep) await rm(path.join(dir, "appendonlydir"), { recursive: true, force: true });
      child = await launch(port, dir);
    },
    flush: () => ask(url, (redis) => redis.flushall()),
    setMaxMemory: (limit) => ask(url, (redis) => redis.config("SET", "maxmemory", limit)),
    config: (name, value) => ask(url, (redis) => redis.config("SET", name, value)),
    freeze: () => void child?.kill("SIGSTOP"),
    thaw: () => void child?.kill("SIGCONT"),
    stop: async () => {
      child?.kill("SIGCONT");
      await kill();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function launch(port: number, dir: string): Promise<ChildProcess> {
  const flags = {
    port,
    bind: "127.0.0.1",
    dir,
    save: "",
    appendonly: "yes",
    // Written before each answer, so SIGKILL loses nothing; that the disk has it would only matter in a power cut.
    appendfsync: "no",
    daemonize: "no",
  };
  const child = spawn(
    "redis-server",
    Object.entries(flags).flatMap(([name, value]) => [`--${name}`, String(value)]),
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  await new Promise<void>((resolve, reject) => {
    let said = "";
    child.once("error", () =>
      reject(new Error("redis-server is not installed: apt-get install -y redis-server")),
    );
    child.once("exit", (code) => reject(new Error(`redis-server ended with ${code}: ${said}`)));
    child.stdout?.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4_000);
      if (said.includes("Ready to accept connections")) resolve();
    });
  });
  return child;
}

async function ask(url: string, fn: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1 });
  redis.on("error", () => {});
  try {
    await fn(redis);
  } finally {
    redis.disconnect();
  }
}
