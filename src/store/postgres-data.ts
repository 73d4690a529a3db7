import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { SettingsError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { initialise, type PostgresHome } from "./postgres-process.ts";

interface DataParts {
  readonly data: string;
  readonly home: PostgresHome;
  readonly password: string;
  readonly log: Log;
}

/** Leaves a data directory of our version, fresh if there was none. */
export async function prepareData({ data, home, password, log }: DataParts): Promise<void> {
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

/** The server that runs on the data, or did when it was killed. */
export async function readPostmaster(data: string): Promise<{ pid: number; port: number } | undefined> {
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
export async function disownPidFile(data: string): Promise<void> {
  const file = path.join(data, "postmaster.pid");
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return;
  const lines = text.split("\n");
  if (Number.isInteger(Number(lines[0])) && lines.length > 1) {
    await writeFile(file, [String(nobodysPid), ...lines.slice(1)].join("\n"));
  }
}

/** The password of last time, or a new one that only this user may read. */
export async function readOrMakePassword(file: string): Promise<string> {
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
