import { SettingsError } from "../core/errors.ts";
import { createLogger } from "../logger.ts";
import type { Settings } from "../settings.ts";
import { createSealer } from "../store/seal.ts";
import { openStore } from "../store/store.ts";
import { dataKeysIn } from "../tenants/companies.ts";

/** Runs a command of the terminal: what an operator has to mend is said in words, without a stack. */
export async function runCommand(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

/** The store beside a Baton that may be running, with what opens its seals; says warnings alone. To be closed by the caller. */
export async function openBeside({ store: kept, redis, dataDir }: Settings) {
  const log = createLogger({ level: "warn" });
  const store = await openStore({ ...kept, redisUrl: redis.url, dataDir, log, onProgress: () => {} });
  const { database, masterKey, previousMasterKey } = store;
  return { store, sealer: createSealer({ masterKey, previousMasterKey, ...dataKeysIn(database) }), log };
}
