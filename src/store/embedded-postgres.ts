import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import pg from "pg";
import { SettingsError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { holdDataDir, isAlive, type DataDirLock } from "./data-dir-lock.ts";
import { findPostgresHome, initialise, spawnPostgres, type PostgresHome } from "./postgres-process.ts";

/** A real PostgreSQL of this process's own. */
export interface EmbeddedPostgres {
  /** Resolves when it answers. Finds and keeps one that a killed Baton left running. */
  start(): Promise<{ ownerUrl: string }>;
  /** Stops it after its clients' transactions were ended. Safe to call twice, and before start. */
  stop(): Promise<void>;
}

/** What it needs. */
export interface EmbeddedPostgresParts {
  /** Everything of this deployment; the database lives in `postgres` below it. */
  readonly dataDir: string;
  readonly log: Log;
}

const startTimeoutMs = 30_000;
const stopTimeoutMs = 15_000;

/**
 * PostgreSQL 18 from npm-shipped binaries: durable, on 127.0.0.1, with a password of its own.
 * Data is never deleted: what cannot be used is moved aside, and the log says where.
 * SettingsError when another Baton holds the directory, the data is of another major version, or no system user can run it.
 */
export function createEmbeddedPostgres({ dataDir, log }: EmbeddedPostgresParts): EmbeddedPostgres {
  const base = path.resolve(dataDir);
  const data = path.join(base, "postgres");
  let lock: DataDirLock | undefined;
  let pid: number | undefined;
  let starting: Promise<{ ownerUrl: string }> | undefined;

  async function start(): Promise<{ ownerUrl: string }> {
    await mkdir(base, { recursive: true });
    lock = await holdDataDir(base);
    try {
      const password = await readOrMakePassword(path.join(base, "postgres.password"));
      const adopted = await adopt({ data, password, log });
      if (adopted !== undefined) {
        pid = adopted.pid;
        return { ownerUrl: adopted.url };
      }
      const home = await findPostgresHome(base, log);
      await prepareData({ data, home, password, log });
      await disownPidFile(data);
      return await launchPatiently(home, password);
    } catch (cause) {
      await lock.release();
      lock = undefined;
      throw cause;
    }
  }

  /** Backends of a killed postmaster take a moment to notice, and hold its shared memory until then. */
  async function launchPatiently(home: PostgresHome, password: string): Promise<{ ownerUrl: string }> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await launch(home, password);
      } catch (cause) {
        const isHeld = cause instanceof Error && cause.message.includes("shared memory block");
        if (!isHeld || attempt === 10) throw cause;
        await new Promise((resolve) => setTimeout(resolve, 100 * attempt));
      }
    }
  }

  async function launch(home: PostgresHome, password: string): Promise<{ ownerUrl: string }> {
    const port = await choosePort(path.join(base, "postgres.port"));
    const server = await spawnPostgres(home, { data, port, logFile: path.join(base, "postgres.log") });
    pid = server.pid;
    const url = urlFor(port, password);
    await untilItAnswers(url, server.exited, path.join(base, "postgres.log"));
    await writeFile(path.join(base, "postgres.port"), `${port}\n`);
    return { ownerUrl: url };
  }

  async function stop(): Promise<void> {
    await starting?.catch(() => {});
    starting = undefined;
    if (pid !== undefined) await stopServer(pid, log);
    pid = undefined;
    await lock?.release();
    lock = undefined;
  }

  return { start: () => (starting ??= start()), stop };
}

/** The postmaster that a killed Baton left behind, if it is ours and answers. */
async function adopt(parts: {
  data: string;
  password: string;
  log: Log;
}): Promise<{ url: string; pid: number } | undefined> {
  const { data, password, log } = parts;
  const running = await readPostmaster(data);
  if (running === undefined || !isAlive(running.pid)) return undefined;
  const url = urlFor(running.port, password);
  const state = await waitForAnswer(url, running.pid, data);
  if (state === "ours") {
    log.info({ pid: running.pid }, "postgres: took over the server a stopped Baton left running");
    return { url, pid: running.pid };
  }
  if (!(await isPostgresOf(running.pid))) return undefined; // the number belongs to another program by now
  if (state === "silent") {
    log.warn({ pid: running.pid }, "postgres: the server left running does not answer: stopping it");
    await stopServer(running.pid, log);
    return undefined;
  }
  throw new SettingsError(
    `${data}: a PostgreSQL (process ${running.pid}) runs on it that does not know our password. ` +
      `Stop it (kill -INT ${running.pid}) and start again.`,
  );
}

/** It may still be starting, or recovering from the crash that killed us both. */
async function waitForAnswer(url: string, pid: number, data: string): Promise<"ours" | "foreign" | "silent"> {
  const until = Date.now() + 10_000;
  while (Date.now() < until && isAlive(pid)) {
    const answer = await probe(url);
    if (answer.kind === "answers")
      return path.basename(answer.dataDirectory) === path.basename(data) ||
        answer.dataDirectory.startsWith("/proc/")
        ? "ours"
        : "foreign";
    if (answer.kind === "refuses us") return "foreign";
    if (answer.kind === "nobody") return "silent";
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return "silent";
}

type Probe =
  | { readonly kind: "answers"; readonly dataDirectory: string }
  | { readonly kind: "starting" | "refuses us" | "nobody" };

async function probe(url: string): Promise<Probe> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>("SHOW data_directory");
    return { kind: "answers", dataDirectory: rows[0]?.data_directory ?? "" };
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
    if (code === "57P03") return { kind: "starting" };
    return { kind: code === "28P01" || code === "28000" ? "refuses us" : "nobody" };
  } finally {
    await client.end().catch(() => {});
  }
}

interface DataParts {
  readonly data: string;
  readonly home: PostgresHome;
  readonly password: string;
  readonly log: Log;
}

/** Leaves a data directory of our version, fresh if there was none. */
async function prepareData({ data, home, password, log }: DataParts): Promise<void> {
  const found = await inspectData(data, home.major);
  if (found.kind === "ready") return;
  if (found.kind === "other version") {
    throw new SettingsError(
      `${data}: written by PostgreSQL ${found.version}, but this Baton brings PostgreSQL ${home.major}. ` +
        "Start the Baton that wrote it, back up with pg_dump, move the folder away and restore into a new one.",
    );
  }
  if (found.kind === "half-made") {
    const aside = `${data}.incomplete-${Date.now()}`;
    await rename(data, aside);
    log.warn({ aside }, "postgres: its data directory was never finished: moved aside, making a new one");
  }
  // A name of its own until it is whole: an interrupted initdb never looks like a database.
  const making = `${data}.making`;
  await rm(making, { recursive: true, force: true });
  await mkdir(making, { recursive: true, mode: 0o700 });
  if (home.user !== undefined) await chown(making, home.user.uid, home.user.gid);
  await initialise(home, making, password);
  await rename(making, data);
}

type DataState =
  | { readonly kind: "none" | "half-made" | "ready" }
  | { readonly kind: "other version"; readonly version: string };

async function inspectData(data: string, major: string): Promise<DataState> {
  const isThere = await stat(data).then(
    () => true,
    () => false,
  );
  if (!isThere) return { kind: "none" };
  const version = (await readFile(path.join(data, "PG_VERSION"), "utf8").catch(() => "")).trim();
  const control = await stat(path.join(data, "global", "pg_control")).catch(() => undefined);
  if (version === "" || control === undefined || control.size === 0) return { kind: "half-made" };
  return version === major ? { kind: "ready" } : { kind: "other version", version };
}

async function readPostmaster(data: string): Promise<{ pid: number; port: number } | undefined> {
  const text = await readFile(path.join(data, "postmaster.pid"), "utf8").catch(() => undefined);
  const lines = text?.split("\n") ?? [];
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  return Number.isInteger(pid) && pid > 0 && Number.isInteger(port) && port > 0 ? { pid, port } : undefined;
}

// Above any pid_max of Linux (2^22) and still a 32-bit pid.
const nobodysPid = 999_999_999;

/**
 * PostgreSQL refuses to start while the process its pid file names exists, and takes a zombie (in a container whose first
 * process reaps nobody) or another program that got the number for one. Only the number is replaced: the file also names
 * the shared memory by which PostgreSQL finds out whether old backends are still at work.
 */
async function disownPidFile(data: string): Promise<void> {
  const file = path.join(data, "postmaster.pid");
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return;
  const lines = text.split("\n");
  if (Number.isInteger(Number(lines[0])) && lines.length > 1) {
    await writeFile(file, [String(nobodysPid), ...lines.slice(1)].join("\n"));
  }
}

async function isPostgresOf(pid: number): Promise<boolean> {
  if (process.platform !== "linux") return true;
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return command.includes("postgres");
}

async function readOrMakePassword(file: string): Promise<string> {
  const stored = (await readFile(file, "utf8").catch(() => "")).trim();
  if (stored !== "") return stored;
  const password = randomBytes(24).toString("base64url");
  const handle = await open(file, "w", 0o600);
  await handle.writeFile(`${password}\n`);
  await handle.sync();
  await handle.close();
  await chmod(file, 0o600);
  return password;
}

/** The port of last time while it is free, so that an operator's psql keeps working; any free one otherwise. */
async function choosePort(file: string): Promise<number> {
  const before = Number((await readFile(file, "utf8").catch(() => "")).trim());
  if (Number.isInteger(before) && before > 0 && (await freePort(before)) === before) return before;
  const port = await freePort(0);
  if (port === undefined) throw new Error("postgres: found no free port on 127.0.0.1");
  return port;
}

function freePort(wanted: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once("error", () => resolve(undefined));
    server.listen(wanted, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : undefined));
    });
  });
}

function urlFor(port: number, password: string): string {
  return `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
}

async function untilItAnswers(url: string, exited: Promise<number | null>, logFile: string): Promise<void> {
  const until = Date.now() + startTimeoutMs;
  let gone = false;
  void exited.then(() => (gone = true));
  while (!gone && Date.now() < until) {
    if ((await probe(url)).kind === "answers") return;
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  const tail = (await readFile(logFile, "utf8").catch(() => "")).trim().split("\n").slice(-5).join("\n");
  throw new Error(
    `postgres: ${gone ? "ended while starting" : "did not answer in time"}. The end of ${logFile}:\n${tail}`,
  );
}

/** SIGINT is PostgreSQL's fast shutdown: it ends the sessions and writes a checkpoint. */
async function stopServer(pid: number, log: Log): Promise<void> {
  const until = Date.now() + stopTimeoutMs;
  if (!signal(pid, "SIGINT")) return;
  while (isAlive(pid)) {
    if (Date.now() > until) {
      log.warn({ pid }, "postgres: did not stop in time, ending it; it recovers at the next start");
      signal(pid, "SIGQUIT");
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false; // gone already
  }
}
