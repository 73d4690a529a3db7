import { randomBytes } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import path from "node:path";
import { SettingsError } from "../core/errors.ts";

const command = "openssl rand -base64 32";

/** Reads 32 bytes written as base64 or hex; SettingsError naming `setting` on anything else. */
export function parseMasterKey(text: string, setting: string): Buffer {
  const trimmed = text.trim();
  const key = /^[0-9a-fA-F]{64}$/.test(trimmed) ? Buffer.from(trimmed, "hex") : fromBase64(trimmed);
  if (key === undefined || key.length !== 32) {
    throw new SettingsError(
      `${setting}: expected 32 random bytes as base64 or hex. Make one with: ${command}`,
    );
  }
  return key;
}

/**
 * The key all data keys are wrapped with: the setting where given, else (embedded mode, `dataDir` given)
 * a file made once, readable by its owner only. SettingsError in server mode without a setting.
 */
export async function readMasterKey(parts: {
  setting: string | undefined;
  dataDir: string | undefined;
}): Promise<Buffer> {
  if (parts.setting !== undefined) return parseMasterKey(parts.setting, "BATON_MASTER_KEY");
  if (parts.dataDir === undefined) {
    throw new SettingsError(
      `BATON_MASTER_KEY: missing. Secrets and messages are stored encrypted under it. Make one with: ${command}` +
        " and keep a copy outside the server: without it the data cannot be read.",
    );
  }
  return readOrMakeKeyFile(path.join(parts.dataDir, "master.key"));
}

async function readOrMakeKeyFile(file: string): Promise<Buffer> {
  try {
    const handle = await open(file, "wx", 0o600); // of two starters one makes it
    try {
      await handle.writeFile(`${randomBytes(32).toString("base64")}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (cause) {
    if (!isAlreadyThere(cause))
      throw new SettingsError(`${file}: cannot be written. Give Baton a data directory it owns.`, { cause });
  }
  return parseMasterKey(await readFile(file, "utf8"), file);
}

function fromBase64(text: string): Buffer | undefined {
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(text) ? Buffer.from(text, "base64") : undefined;
}

function isAlreadyThere(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "EEXIST";
}
