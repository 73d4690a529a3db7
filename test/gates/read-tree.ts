import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** The repository's sources by path: what git knows and what is new but not ignored. */
export function readTree(): Map<string, string> {
  const tree = new Map<string, string>();
  for (const path of listFiles()) {
    if (/\.tsx?$/.test(path)) tree.set(path, readFileSync(join(root, path), "utf8"));
  }
  return tree;
}

/** Paths of all files of the repository that exist, ignored ones left out. */
export function listFiles(): string[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return [...new Set(listed.split("\n"))].filter((path) => path !== "" && existsSync(join(root, path)));
}
