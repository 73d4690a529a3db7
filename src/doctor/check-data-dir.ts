import { mkdir, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { failure, ok, reasonOf, warning, type Finding } from "./finding.ts";

const check = "data folder";
const leastFreeBytes = 1024 ** 3;

/** Makes the folder when it is missing, writes and removes a file, and looks at the space left. */
export async function checkDataDir(dataDir: string): Promise<Finding> {
  const probe = join(dataDir, `.doctor-${process.pid}`);
  try {
    await mkdir(dataDir, { recursive: true });
    await writeFile(probe, "");
    await rm(probe);
    const { bavail, bsize } = await statfs(dataDir);
    const free = bavail * bsize;
    const gigabytes = (free / 1024 ** 3).toFixed(1);
    if (free >= leastFreeBytes) return ok(check, `${dataDir} can be written, ${gigabytes} GB free`);
    return warning(
      check,
      `${dataDir} has ${gigabytes} GB free`,
      "Free some space, or set BATON_DATA_DIR to a larger disk",
    );
  } catch (error) {
    const fix = `Run: chown -R $(id -un) ${dataDir}, or set BATON_DATA_DIR to a folder this user owns`;
    return failure(check, `${dataDir} cannot be written (${reasonOf(error)})`, fix);
  }
}
