import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { SettingsError } from "../../core/errors.ts";

const mostFiles = 100_000;

/**
 * Files below a folder whose names fit, by their path with forward slashes, sorted. Hidden ones and links are left out:
 * a link could lead anywhere. Throws SettingsError for a folder that is not there, or one of too many files.
 */
export async function listFolder(folder: string, fits: RegExp): Promise<string[]> {
  const found: string[] = [];
  const open = [""];
  for (let below = open.pop(); below !== undefined; below = open.pop()) {
    for (const entry of await read(folder, below)) {
      if (entry.name.startsWith(".")) continue;
      const name = below === "" ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory()) open.push(name);
      else if (entry.isFile() && fits.test(name)) found.push(name);
    }
    if (found.length > mostFiles)
      throw new SettingsError(`knowledge: a folder may have ${mostFiles} files at most; name a smaller one`);
  }
  return found.toSorted();
}

async function read(folder: string, below: string) {
  try {
    return await readdir(join(folder, below), { withFileTypes: true });
  } catch (cause) {
    throw new SettingsError(`knowledge: the folder ${below || "given"} cannot be read`, { cause });
  }
}
