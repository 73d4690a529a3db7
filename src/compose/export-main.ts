import { parseArgs } from "node:util";
import { SettingsError } from "../core/errors.ts";
import { createLogger } from "../logger.ts";
import { readSettings } from "../settings.ts";
import { createSealer } from "../store/seal.ts";
import { openStore } from "../store/store.ts";
import { dataKeysIn, tenantIdOf } from "../tenants/companies.ts";
import { exportTalks } from "../turns/export-talks.ts";

// npm run --silent export:conversations -- [--company=slug] > talks.jsonl

try {
  await main();
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** Writes one JSON line for each conversation whose person, and whose company, agreed to it. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { company: { type: "string" } } });
  const settings = readSettings(process.env);
  const chosen = settings.tenants.filter(
    ({ slug }) => values.company === undefined || slug === values.company,
  );
  const agreed = chosen.filter(({ training }) => training === true);
  if (agreed.length === 0)
    throw new SettingsError(
      `No company${values.company === undefined ? "" : ` ${values.company}`} agrees: its file in config/tenants has to say training: true`,
    );
  const log = createLogger({ level: "warn" });
  const { store: kept, redis, dataDir } = settings;
  const store = await openStore({ ...kept, redisUrl: redis.url, dataDir, log, onProgress: () => {} });
  try {
    const { database } = store;
    const { masterKey, previousMasterKey } = store;
    const sealer = createSealer({ masterKey, previousMasterKey, ...dataKeysIn(database) });
    let count = 0;
    for (const { slug } of agreed) {
      for await (const talk of exportTalks({ database, sealer }, { id: tenantIdOf(slug), slug })) {
        process.stdout.write(`${JSON.stringify(talk)}\n`);
        count += 1;
      }
    }
    console.error(`${count} conversations`);
  } finally {
    await store.close();
  }
}
