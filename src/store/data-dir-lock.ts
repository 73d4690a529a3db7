import { readFileSync } from "node:fs";
import { link, mkdir, open, readFile, rm, unlink } from "node:fs/promises";
import path from "node:path";
import { SettingsError } from "../core/errors.ts";
import { codeOf } from "./errors.ts";

/** A data directory held by this process. */
export interface DataDirLock {
  release(): Promise<void>;
}

interface Holder {
  readonly pid: number;
  /** Tells a process from a later one with the same number. */
  readonly startedAt: string;
}

const heldHere = new Set<string>();

/**
 * Holds a directory for this process, and makes it where there is none; what a killed process left is taken over.
 * SettingsError naming the process that holds it, or why the directory cannot be used.
 */
export async function holdDataDir(dir: string): Promise<DataDirLock> {
  const file = path.join(dir, "baton.lock");
  if (heldHere.has(file)) throw taken(dir, process.pid);
  heldHere.add(file);
  try {
    await mkdir(dir, { recursive: true });
    await take(dir, file);
  } catch (cause) {
    heldHere.delete(file);
    throw cause instanceof SettingsError ? cause : unusable(dir, cause);
  }
  let released = false;
  return {
    release: async () => {
      if (released) return;
      released = true;
      await rm(file, { force: true });
      heldHere.delete(file);
    },
  };
}

async function take(dir: string, file: string): Promise<void> {
  // Written whole under another name and linked: nobody ever reads half a lock.
  const own = `${file}.${process.pid}`;
  await writeDurably(own, JSON.stringify({ pid: process.pid, startedAt: startOf(process.pid) }));
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      if (await linked(own, file)) return;
      const holder = await readHolder(file);
      if (holder !== undefined && isRunning(holder)) throw taken(dir, holder.pid);
      await unlink(file).catch(() => {});
    }
    throw new SettingsError(
      `${dir}: several processes try to hold it at once. Start one Baton per data directory.`,
    );
  } finally {
    await rm(own, { force: true });
  }
}

async function linked(own: string, file: string): Promise<boolean> {
  try {
    await link(own, file);
    return true;
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") return false;
    throw new SettingsError(`${file}: cannot be written. Give Baton a data directory it owns.`, { cause });
  }
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    const parsed: unknown = JSON.parse(await readFile(file, "utf8"));
    if (typeof parsed !== "object" || parsed === null || !("pid" in parsed) || !("startedAt" in parsed))
      return undefined;
    if (typeof parsed.pid !== "number" || typeof parsed.startedAt !== "string") return undefined;
    return { pid: parsed.pid, startedAt: parsed.startedAt };
  } catch {
    return undefined;
  }
}

function isRunning({ pid, startedAt }: Holder): boolean {
  if (!isAlive(pid)) return false;
  // In a container a restarted Baton often gets its predecessor's number, this very one.
  return startOf(pid) === startedAt;
}

/** True for a process that exists and has not ended yet (a zombie has). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (cause) {
    return cause instanceof Error && "code" in cause && cause.code === "EPERM";
  }
  return statOf(pid)?.[0] !== "Z";
}

/** When a process started, in the kernel's words; empty where there is no /proc. */
function startOf(pid: number): string {
  const ticks = statOf(pid)?.[19];
  return ticks === undefined ? "" : `${bootId()}:${ticks}`;
}

/** Fields of /proc/pid/stat after the name, which may contain anything. */
function statOf(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}

function bootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "";
  }
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, "w", 0o644);
  await handle.writeFile(text);
  await handle.close();
}

function taken(dir: string, pid: number): SettingsError {
  return new SettingsError(
    `${dir}: another Baton (process ${pid}) uses it. Stop that one, or give this one a data directory of its own.`,
  );
}

function unusable(dir: string, cause: unknown): SettingsError {
  return new SettingsError(
    `${dir} cannot be the data folder (${codeOf(cause) ?? "it cannot be made"}). Set BATON_DATA_DIR to a folder Baton may write to.`,
    { cause },
  );
}
