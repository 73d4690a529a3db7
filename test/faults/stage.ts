import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { Redis } from "ioredis";
import { silentLog } from "../../src/core/log.ts";
import { isAlive } from "../../src/store/data-dir-lock.ts";
import { createEmbeddedPostgres } from "../../src/store/embedded-postgres.ts";
import {
  startTemplateServer,
  templateName,
  testServerSettings,
  withDatabase,
} from "../support/postgres-template.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";

/** The servers below Baton, of one test file's own, so that they may be broken. */
export interface Stage {
  readonly redis: TestRedis;
  /** An empty database of the Redis server; there are sixteen, given out in turn. */
  emptyRedis(): Promise<string>;
  /** A database cloned from the migrated template; ended with `dropDatabase`. */
  createDatabase(): Promise<string>;
  dropDatabase(url: string): Promise<void>;
  /** `pg_ctl restart -m immediate`: backends are killed, the log is replayed. Same port. */
  restartPostgres(): Promise<void>;
  /** Ends every session of Baton in this database, whatever it is doing. */
  endSessions(url: string): Promise<void>;
  /** Every byte Redis ever wrote to its append-only file since it was last emptied. */
  readRedisLog(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts PostgreSQL, with commit times recorded, and Redis with an append-only file. */
export async function openStage(): Promise<Stage> {
  const dataDir = await mkdtemp(path.join(tmpdir(), "baton-faults-"));
  const first = await startTemplateServer(dataDir);
  const { ownerUrl } = first;
  let server: { stop(): Promise<void> } = first;
  const redis = await startRedis();

  let lastRedis = 0;
  let restarting: Promise<void> = Promise.resolve();

  async function emptyRedis(): Promise<string> {
    lastRedis = (lastRedis + 1) % 16;
    const url = `${redis.url}/${lastRedis}`;
    const client = new Redis(url);
    await client.flushdb();
    client.disconnect();
    return url;
  }

  async function restartPostgres(): Promise<void> {
    const text = await readFile(path.join(dataDir, "postgres", "postmaster.pid"), "utf8");
    const pid = Number(text.split("\n")[0]);
    process.kill(pid, "SIGQUIT");
    while (isAlive(pid)) await delay(5);
    await server.stop();
    const next = createEmbeddedPostgres({ dataDir, log: silentLog, settings: testServerSettings });
    server = next;
    const again = await next.start();
    if (again.ownerUrl !== ownerUrl) throw new Error("PostgreSQL came back on another port");
  }

  return {
    redis,
    emptyRedis,
    createDatabase: async () => {
      const name = `fault_${randomBytes(6).toString("hex")}`;
      await asOwner(ownerUrl, `CREATE DATABASE ${name} TEMPLATE ${templateName}`);
      return withDatabase(ownerUrl, name);
    },
    dropDatabase: (url) =>
      asOwner(ownerUrl, `DROP DATABASE IF EXISTS ${new URL(url).pathname.slice(1)} WITH (FORCE)`),
    // One after the other: a second fall during the recovery waits for its end.
    restartPostgres: () => {
      restarting = restarting.then(restartPostgres);
      return restarting;
    },
    endSessions: async (url) => {
      await restarting;
      await asOwner(
        ownerUrl,
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = '${new URL(url).pathname.slice(1)}' AND application_name LIKE 'baton%'`,
      );
    },
    readRedisLog: () => readRedisLog(redis.url),
    stop: async () => {
      await redis.stop();
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function readRedisLog(url: string): Promise<string> {
  const client = new Redis(url);
  const [, dir = ""] = (await client.config("GET", "dir")) as string[];
  client.disconnect();
  const folder = path.join(dir, "appendonlydir");
  const parts = await Promise.all(
    (await readdir(folder)).map((name) => readFile(path.join(folder, name), "latin1")),
  );
  return parts.join("");
}

async function asOwner(ownerUrl: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl });
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
