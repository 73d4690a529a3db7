import { chmod, mkdtemp, readdir, readFile, rm, statfs } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { isAlive } from "../../src/store/data-dir-lock.ts";

const folderName = "baton-test-run-";
const memory = "/dev/shm";
// A run takes a few hundred megabytes; what its processes need is beside that.
const spaceNeeded = 3 * 2 ** 30;
const memoryNeeded = 6 * 2 ** 30;

/** The folder of temporary files of one run of the tests. */
export interface RunFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * Lies in memory where the system has a place and room for it: the databases of a run are tens of thousands of small
 * files that nobody keeps, and on many a disk it takes longer to make them than to use them.
 */
export async function openRunFolder(): Promise<RunFolder> {
  for (const parent of [memory, os.tmpdir()]) await removeLeftovers(parent);
  const parent = (await hasRoom(memory)) ? memory : os.tmpdir();
  const folder = await mkdtemp(path.join(parent, `${folderName}${process.pid}-`)).catch(() =>
    mkdtemp(path.join(os.tmpdir(), `${folderName}${process.pid}-`)),
  );
  await chmod(folder, 0o755); // PostgreSQL has a user of its own where the tests are root's
  return { path: folder, remove: () => clear(folder) };
}

async function hasRoom(parent: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(parent).catch(() => ({ bavail: 0, bsize: 0 }));
  return bavail * bsize >= spaceNeeded && process.availableMemory() >= memoryNeeded;
}

/** A run that was killed leaves its folder behind, and the servers on it; the name tells which process it was. */
async function removeLeftovers(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const owner = name.startsWith(folderName)
      ? Number.parseInt(name.slice(folderName.length), 10)
      : Number.NaN;
    if (Number.isNaN(owner) || isAlive(owner)) continue;
    await clear(path.join(parent, name));
  }
}

/** What cannot be removed now, or is another user's, is left to a later run. */
async function clear(folder: string): Promise<void> {
  for (const below of await readdir(folder).catch(() => [])) await endPostgres(path.join(folder, below));
  await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => {});
}

/** Ends the server whose data lies in `folder`, if one runs there. */
async function endPostgres(folder: string): Promise<void> {
  const file = path.join(folder, "postgres", "postmaster.pid");
  const pid = Number((await readFile(file, "utf8").catch(() => "")).split("\n")[0]);
  const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  if (pid > 0 && command.includes(folder)) process.kill(pid, "SIGQUIT");
}
