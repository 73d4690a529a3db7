import type { Attempt, FileDesk } from "../../src/core/channel.ts";
import { PermanentError } from "../../src/core/errors.ts";

/** Where an attempt's file is read. Throws PermanentError where whoever sends has none to lend. */
export function deskOf({ files }: Attempt, platform: string): FileDesk {
  if (files === undefined) throw refuseToSend(platform, "file_gone", "nobody lends it");
  return files;
}

/** A file that cannot go there as a file; whoever sends says so in words. */
export function refuseToSend(platform: string, code: string, what: string): PermanentError {
  return new PermanentError(`${platform}: send a file: ${what}`, { code });
}
