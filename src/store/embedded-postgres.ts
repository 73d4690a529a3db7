import { readFile, writeFile } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { SettingsError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { holdDataDir, isAlive, type DataDirLock } from "./data-dir-lock.ts";
import { disownPidFile, prepareData, readOrMakePassword, readPostmaster } from "./postgres-data.ts";
import { findPostgresHome, spawnPostgres, type PostgresHome } from "./postgres-process.ts";

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
  /** Settings of the server instead of Baton's, e.g. `fsync` for data that nobody will miss. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
}

const startTimeoutMs = 30_000;
const lookEveryMs = 500;
const stopTimeoutMs = 15_000;

/**
 * PostgreSQL 18 from npm-shipped binaries: durable, on 127.0.0.1, with a password of its own.
 * One that dies is started again. Data is never deleted: what cannot be used is moved aside, and the log says where.
 * SettingsError when another Baton holds the directory, the data is of another major version, or no system user can run it.
 */
export function createEmbeddedPostgres({ dataDir, log, settings }: EmbeddedPostgresParts): EmbeddedPostgres {
  const base = path.resolve(dataDir);
  const data = path.join(base, "postgres");
  const logFile = path.join(base, "postgres.log");
  let lock: DataDirLock | undefined;
  let running: Running | undefined;
  let starting: Promise<{ ownerUrl: string }> | undefined;
  let watch: { readonly end: AbortController; readonly over: Promise<void> } | undefined;

  async function start(): Promise<{ ownerUrl: string }> {
    lock = await holdDataDir(base);
    try {
      const password = await readOrMakePassword(path.join(base, "postgres.password"));
      running = (await adopt({ data, password, log })) ?? (await begin(password));
      const { port } = running;
      const end = new AbortController();
      watch = { end, over: lookAfter({ password, port }, end.signal) };
      return { ownerUrl: urlFor(port, password) };
    } catch (cause) {
      await lock.release();
      lock = undefined;
      throw cause;
    }
  }

  async function begin(password: string): Promise<Running> {
    const home = await findPostgresHome(base, log);
    await prepareData({ data, home, password, log });
    await disownPidFile(data);
    const portFile = path.join(base, "postgres.port");
    const begun = await launchPatiently(home, { password, port: await choosePort(portFile) });
    await writeFile(portFile, `${begun.port}\n`);
    return begun;
  }

  /** One that was killed, by a system short of memory or by mistake, is started again where its clients look for it. */
  async function lookAfter(address: Address, signal: AbortSignal): Promise<void> {
    for (;;) {
      await sleep(lookEveryMs, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      if (running !== undefined && isAlive(running.pid)) continue;
      log.warn({}, "postgres: its process is gone: starting it again");
      try {
        await disownPidFile(data);
        running = await launchPatiently(await findPostgresHome(base, log), address);
        log.info({ pid: running.pid }, "postgres: it answers again");
      } catch (cause) {
        log.error({ err: cause }, "postgres: it could not be started again; trying on");
      }
    }
  }

  /** Backends of a killed postmaster take a moment to notice, and hold its shared memory until then. */
  async function launchPatiently(home: PostgresHome, address: Address): Promise<Running> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await launch(home, address);
      } catch (cause) {
        const isHeld = cause instanceof Error && cause.message.includes("shared memory block");
        if (!isHeld || attempt === 10) throw cause;
        await sleep(100 * attempt);
      }
    }
  }

  async function launch(home: PostgresHome, { password, port }: Address): Promise<Running> {
    const server = await spawnPostgres(home, { data, port, logFile, settings });
    running = { pid: server.pid, port };
    await untilItAnswers(urlFor(port, password), server.exited, logFile);
    return running;
  }

  async function stop(): Promise<void> {
    await starting?.catch(() => {});
    starting = undefined;
    watch?.end.abort();
    await watch?.over;
    watch = undefined;
    if (running !== undefined) await stopServer(running.pid, log);
    running = undefined;
    await lock?.release();
    lock = undefined;
  }

  return { start: () => (starting ??= start()), stop };
}

interface Address {
  readonly port: number;
  readonly password: string;
}

interface Running {
  readonly pid: number;
  readonly port: number;
}

/** The postmaster that a killed Baton left behind, if it is ours and answers. */
async function adopt(parts: { data: string; password: string; log: Log }): Promise<Running | undefined> {
  const { data, password, log } = parts;
  const running = await readPostmaster(data);
  if (running === undefined || !isAlive(running.pid)) return undefined;
  const url = urlFor(running.port, password);
  const state = await waitForAnswer(url, running.pid, data);
  if (state === "ours") {
    log.info({ pid: running.pid }, "postgres: took over the server a stopped Baton left running");
    return running;
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

async function isPostgresOf(pid: number): Promise<boolean> {
  if (process.platform !== "linux") return true;
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return command.includes("postgres");
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
