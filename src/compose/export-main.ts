import { parseArgs } from "node:util";
import { SettingsError } from "../core/errors.ts";
import { readSettings } from "../settings.ts";
import { tenantIdOf } from "../tenants/companies.ts";
import { exportTalks } from "../turns/export-talks.ts";
import { openBeside, runCommand } from "./run-command.ts";

// npm run --silent export:conversations -- [--company=slug] > talks.jsonl

await runCommand(main);

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
  const { store, sealer } = await openBeside(settings);
  const { database } = store;
  try {
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
