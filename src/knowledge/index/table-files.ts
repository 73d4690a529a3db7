import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { TenantId } from "../../core/ids.ts";

/** A company's table of one model; without a name the model that came first. */
export function toTableName(tenantId: TenantId, model: string | undefined): string {
  const table = `t_${tenantId.replaceAll("-", "")}`;
  if (model === undefined) return table;
  return `${table}_${createHash("sha256").update(model).digest("hex").slice(0, 12)}`;
}

/** A folder of this machine, not object storage. */
export function isFolder(uri: string): boolean {
  return !/^[a-z][a-z0-9+]+:\/\//.test(uri);
}

// https://lance.org/format/table/transaction: each change adds a manifest, named by 2^64 - 1 less its number.
const manifest = /^\d{20}\.manifest$/;

/** What a table in a folder is at, from the names of its files alone: another one after each change. */
export async function readTableVersion(folder: string, table: string): Promise<string> {
  const names = await readdir(join(folder, `${table}.lance`, "_versions")).catch((cause: unknown) => {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return [];
    throw cause;
  });
  let newest = "";
  for (const name of names) if (manifest.test(name) && (newest === "" || name < newest)) newest = name;
  return newest;
}
