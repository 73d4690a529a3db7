import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SettingsError } from "../../src/core/errors.ts";
import { silentLog, type Log } from "../../src/core/log.ts";
import { holdDataDir, isAlive } from "../../src/store/data-dir-lock.ts";
import { createEmbeddedPostgres, type EmbeddedPostgres } from "../../src/store/embedded-postgres.ts";

let dataDir: string;
let running: EmbeddedPostgres[];
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(os.tmpdir(), "baton-embedded-"));
  running = [];
});
afterEach(async () => {
  for (const server of running) await server.stop();
  const left = await postmasterPid();
  if (left !== undefined && isAlive(left)) process.kill(left, "SIGQUIT");
  await rm(dataDir, { recursive: true, force: true });
});

function aServer(dir = dataDir, log: Log = silentLog): EmbeddedPostgres {
  const server = createEmbeddedPostgres({ dataDir: dir, log });
  running.push(server);
  return server;
}

async function postmasterPid(): Promise<number | undefined> {
  const text = await readFile(path.join(dataDir, "postgres", "postmaster.pid"), "utf8").catch(
    () => undefined,
  );
  return text === undefined ? undefined : Number(text.split("\n")[0]);
}

async function ask(url: string, text: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

test("starts, keeps its data through a stop, and is durable, local and private", async () => {
  const { ownerUrl } = await aServer().start();
  await ask(ownerUrl, "CREATE TABLE kept (id int)");
  expect(
    await ask(ownerUrl, "SELECT current_setting('fsync') AS f, current_setting('listen_addresses') AS l"),
  ).toEqual([{ f: "on", l: "127.0.0.1" }]);
  expect((await stat(path.join(dataDir, "postgres.password"))).mode & 0o777).toBe(0o600);
  const wrong = new URL(ownerUrl);
  wrong.password = "guess";
  await expect(ask(wrong.href, "SELECT 1")).rejects.toMatchObject({ code: "28P01" });
  await running[0]?.stop();
  await running[0]?.stop();
  expect(await postmasterPid()).toBeUndefined();
  const again = await aServer().start();
  expect(await ask(again.ownerUrl, "SELECT count(*)::int AS n FROM kept")).toEqual([{ n: 0 }]);
  expect(new URL(again.ownerUrl).port).toBe(new URL(ownerUrl).port);
});

test("after SIGKILL of Baton in the middle of writing, the next one adopts the server and no confirmed row is lost", async () => {
  const { child, confirmed } = await aWritingBaton();
  const pid = await postmasterPid();
  child.kill("SIGKILL");
  await once(child, "exit");
  const { ownerUrl } = await aServer().start();
  expect(await postmasterPid()).toBe(pid);
  const rows = await ask(ownerUrl, "SELECT count(*)::int AS n FROM written");
  expect(rows).toEqual([{ n: expect.any(Number) }]);
  expect((rows[0] as { n: number }).n).toBeGreaterThanOrEqual(confirmed());
  expect(confirmed()).toBeGreaterThan(0);
});

test("after SIGKILL of Baton and PostgreSQL, the stale pid file is no obstacle and no confirmed row is lost", async () => {
  const { child, confirmed } = await aWritingBaton();
  const pid = (await postmasterPid()) ?? 0;
  child.kill("SIGKILL");
  process.kill(pid, "SIGKILL");
  await expect.poll(() => isAlive(pid)).toBe(false);
  const { ownerUrl } = await aServer().start();
  const rows = await ask(ownerUrl, "SELECT count(*)::int AS n FROM written");
  expect((rows[0] as { n: number }).n).toBeGreaterThanOrEqual(confirmed());
});

test("a pid file that names some other program by now is no obstacle", async () => {
  await aServer().start();
  const pidFile = path.join(dataDir, "postgres", "postmaster.pid");
  const lines = (await readFile(pidFile, "utf8")).split("\n");
  await running[0]?.stop();
  await writeFile(pidFile, [String(process.pid), ...lines.slice(1)].join("\n"));
  await aServer().start();
  expect(await postmasterPid()).not.toBe(process.pid);
});

test("a server that is killed is started again where its clients look for it, and no confirmed row is lost", async () => {
  const { ownerUrl } = await aServer().start();
  await ask(ownerUrl, "CREATE TABLE kept (id int)");
  await ask(ownerUrl, "INSERT INTO kept VALUES (1)");
  const before = await postmasterPid();
  process.kill(before ?? 0, "SIGKILL");
  const rows = () => ask(ownerUrl, "SELECT id FROM kept").catch((cause: unknown) => cause);
  await expect.poll(rows, { timeout: 40_000, interval: 100 }).toEqual([{ id: 1 }]);
  expect(await postmasterPid()).not.toBe(before);
  await running[0]?.stop();
  expect(await postmasterPid()).toBeUndefined();
});

test("a second Baton on the same directory is refused, naming the first", async () => {
  await aServer().start();
  const second = aServer().start();
  await expect(second).rejects.toBeInstanceOf(SettingsError);
  await expect(second).rejects.toThrow(`another Baton (process ${process.pid}) uses it`);
});

test("what cannot be a data folder is named, with the setting to change", async () => {
  const file = path.join(dataDir, "a-file");
  await writeFile(file, "");
  const starting = createEmbeddedPostgres({ dataDir: file, log: silentLog }).start();
  await expect(starting).rejects.toBeInstanceOf(SettingsError);
  await expect(starting).rejects.toThrow(/a-file cannot be the data folder \(EEXIST\)\. Set BATON_DATA_DIR/);
});

test("the lock of a process that is gone, or whose number is somebody else's now, is taken over", async () => {
  for (const left of [
    { pid: 999_999, startedAt: "x" },
    { pid: process.pid, startedAt: "another boot:1" },
    "half a lo",
  ]) {
    await writeFile(path.join(dataDir, "baton.lock"), typeof left === "string" ? left : JSON.stringify(left));
    const lock = await holdDataDir(dataDir);
    await expect(holdDataDir(dataDir)).rejects.toBeInstanceOf(SettingsError);
    await lock.release();
  }
});

test("a data directory that was never finished is moved aside, not deleted, and the log says where", async () => {
  const said: object[] = [];
  await mkdir(path.join(dataDir, "postgres"), { recursive: true });
  await writeFile(path.join(dataDir, "postgres", "something"), "precious");
  await aServer(dataDir, { ...silentLog, warn: (fields) => said.push(fields) }).start();
  const aside = (await readdir(dataDir)).find((name) => name.startsWith("postgres.incomplete-"));
  expect(await readFile(path.join(dataDir, aside ?? "", "something"), "utf8")).toBe("precious");
  expect(said).toEqual([{ aside: path.join(dataDir, aside ?? "") }]);
});

test("data of another major version is refused with what to do, and left alone", async () => {
  await mkdir(path.join(dataDir, "postgres", "global"), { recursive: true });
  await writeFile(path.join(dataDir, "postgres", "PG_VERSION"), "15\n");
  await writeFile(path.join(dataDir, "postgres", "global", "pg_control"), "x");
  const start = aServer().start();
  await expect(start).rejects.toBeInstanceOf(SettingsError);
  await expect(start).rejects.toThrow("written by PostgreSQL 15");
  expect(await readdir(path.join(dataDir, "postgres"))).toEqual(["PG_VERSION", "global"]);
});

test("works below a folder that only its owner may enter", async () => {
  await chmod(dataDir, 0o700);
  const deep = path.join(dataDir, "closed", "data");
  await mkdir(path.join(dataDir, "closed"), { mode: 0o700 });
  const { ownerUrl } = await aServer(deep).start();
  expect(await ask(ownerUrl, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
});

/** Another Baton process that writes row after row and says how many COMMITs were confirmed. */
async function aWritingBaton() {
  const program = fileURLToPath(new URL("../support/writing-baton.ts", import.meta.url));
  const child = spawn(process.execPath, [program, dataDir], { stdio: ["ignore", "pipe", "inherit"] });
  let rows = 0;
  let rest = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    rows = Number(lines.at(-1) ?? rows);
  });
  await expect.poll(() => rows, { timeout: 20_000 }).toBeGreaterThan(50);
  return { child, confirmed: () => rows };
}
