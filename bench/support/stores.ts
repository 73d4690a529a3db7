import { execFile } from "node:child_process";
import { chown, mkdir, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { Redis } from "ioredis";
import pg from "pg";
import { silentLog } from "../../src/core/log.ts";
import { endTied, spawnTied } from "./tied.ts";
import { findPostgresHome, type PostgresHome } from "../../src/store/postgres-process.ts";

const run = promisify(execFile);

/** A PostgreSQL and a Redis of a bench's own, on 127.0.0.1, in a folder that goes with them. */
export interface Stores {
  readonly postgresPid: number;
  readonly redisPid: number;
  readonly redisUrl: string;
  /** The programs and how durable they were told to be. */
  readonly about: string;
  /** A new empty database; its url. */
  createDatabase(name: string): Promise<string>;
  /** Rows of a query on that database, as its superuser. */
  query(url: string, text: string): Promise<Record<string, unknown>[]>;
  redisCommands(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts both with durability on: fsync and synchronous commit, an append-only file each second. */
export async function startStores(): Promise<Stores> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "baton-bench-"));
  // The same PostgreSQL that the embedded mode brings, and of the same major as compose.yaml.
  const home = await findPostgresHome(path.join(folder, "home"), silentLog);
  const postgres = await startPostgres(home, path.join(folder, "postgres"));
  const redis = await startRedis(path.join(folder, "redis"));
  const redisClient = new Redis(redis.url);
  return {
    postgresPid: postgres.child.pid ?? 0,
    redisPid: redis.child.pid ?? 0,
    redisUrl: redis.url,
    about: `PostgreSQL ${home.major} (npm binaries), fsync on, synchronous_commit on; Redis with appendfsync everysec, noeviction`,
    createDatabase: async (name) => {
      await query(postgres.url("postgres"), `CREATE DATABASE ${name}`);
      return postgres.url(name);
    },
    query,
    redisCommands: async () =>
      Number(/total_commands_processed:(\d+)/.exec(await redisClient.info("stats"))?.[1] ?? 0),
    stop: async () => {
      redisClient.disconnect();
      await Promise.all([endTied(postgres.child, "SIGQUIT"), endTied(redis.child, "SIGKILL")]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startPostgres({ user, initdb, postgres }: PostgresHome, data: string) {
  await mkdir(data, { mode: 0o700 });
  if (user !== undefined) {
    await chown(path.dirname(data), user.uid, user.gid);
    await chown(data, user.uid, user.gid);
  }
  const asUser = { ...user, cwd: "/" };
  await run(
    initdb,
    [`--pgdata=${data}`, "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"],
    asUser,
  );
  const port = await freePort();
  const settings = {
    listen_addresses: "127.0.0.1",
    port,
    unix_socket_directories: data,
    max_connections: 200,
    fsync: "on",
    synchronous_commit: "on",
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child = spawnTied(postgres, ["-D", data, ...flags], { ...asUser, stdio: "ignore" });
  const url = (database: string): string => `postgresql://postgres@127.0.0.1:${port}/${database}`;
  await until(() => query(url("postgres"), "SELECT 1"));
  return { child, url };
}

async function startRedis(dir: string) {
  await mkdir(dir);
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const flags = [
    "--port",
    String(port),
    "--bind",
    "127.0.0.1",
    "--dir",
    dir,
    "--save",
    "",
    "--appendonly",
    "yes",
  ];
  const more = ["--appendfsync", "everysec", "--maxmemory-policy", "noeviction", "--daemonize", "no"];
  const child = spawnTied("redis-server", [...flags, ...more], { stdio: "ignore" });
  child.once("error", () => {
    throw new Error("redis-server is not installed: apt-get install -y redis-server");
  });
  await until(async () => {
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
    redis.on("error", () => {});
    await redis.connect();
    redis.disconnect();
  });
  return { child, url };
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

async function until(fn: () => Promise<unknown>): Promise<void> {
  for (const giveUpAt = Date.now() + 20_000; ;) {
    try {
      await fn();
      return;
    } catch (cause) {
      if (Date.now() > giveUpAt) throw cause;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/**
 * A port nobody listens on now, below those the system hands out by itself: another program's server must not take it
 * between two starts of ours.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = 12_000 + Math.floor(Math.random() * 18_000);
    if (await isFree(port)) return port;
  }
  throw new Error("no free port between 12000 and 30000");
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
