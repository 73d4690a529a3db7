import pg from "pg";
import { silentLog } from "../../src/core/log.ts";
import { createEmbeddedPostgres } from "../../src/store/embedded-postgres.ts";

// A process to be killed: writes rows one by one and prints how many were confirmed.
const { ownerUrl } = await createEmbeddedPostgres({ dataDir: process.argv[2] ?? "", log: silentLog }).start();
const client = new pg.Client({ connectionString: ownerUrl });
await client.connect();
await client.query("CREATE TABLE IF NOT EXISTS written (id int)");
for (let count = 1; ; count += 1) {
  await client.query("INSERT INTO written VALUES ($1)", [count]);
  process.stdout.write(`${count}\n`);
}
