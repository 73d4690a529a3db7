import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { TransientError } from "../../core/errors.ts";

const run = promisify(execFile);
const timeoutMs = 10 * 60_000;

/**
 * Lends a repository's newest files, without its history, in a folder that is gone afterwards. The address is an
 * operator's own. Throws TransientError where it cannot be cloned.
 */
export async function withRepository<T>(
  {
    url,
    branch,
    signal,
  }: { readonly url: string; readonly branch?: string | undefined; readonly signal: AbortSignal },
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "baton-repository-"));
  try {
    await clone(folder, { url, branch, signal });
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function clone(
  folder: string,
  {
    url,
    branch,
    signal,
  }: { readonly url: string; readonly branch: string | undefined; readonly signal: AbortSignal },
): Promise<void> {
  const chosen = branch === undefined ? [] : ["--branch", branch];
  // Neither hooks nor questions nor other programs: a repository is read, never run.
  const careful = ["-c", "core.hooksPath=/dev/null", "-c", "core.symlinks=false"];
  try {
    await run(
      "git",
      [...careful, "clone", "--quiet", "--depth", "1", "--single-branch", ...chosen, "--", url, folder],
      {
        signal,
        timeout: timeoutMs,
        env: {
          PATH: "/usr/local/bin:/usr/bin:/bin",
          GIT_TERMINAL_PROMPT: "0",
          GIT_ALLOW_PROTOCOL: "https:ssh:file",
          GIT_CONFIG_NOSYSTEM: "1",
        },
      },
    );
  } catch (cause) {
    signal.throwIfAborted();
    throw new TransientError("knowledge: the repository could not be cloned", { cause });
  }
}
