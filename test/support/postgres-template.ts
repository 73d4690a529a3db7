import { mkdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import pg from "pg";
import { silentLog } from "../../src/core/log.ts";
import { createEmbeddedPostgres } from "../../src/store/embedded-postgres.ts";
import { migrate } from "../../src/store/migrate.ts";

/** The database that test databases are cloned from. */
export const templateName = "baton_template";

/** Baton's own migrations. */
export const migrationsFolder = fileURLToPath(new URL("../../src/store/migrations", import.meta.url));

/**
 * What the servers of tests run with: they remember when each transaction committed, and do not wait for the disk.
 * What is confirmed survives the death of any process, and would not survive a power cut.
 */
export const testServerSettings = { track_commit_timestamp: "on", fsync: "off", max_connections: "200" };

/** A fresh server with a migrated template, for one run of the tests. */
export async function startTemplateServer(
  dataDir: string,
): Promise<{ ownerUrl: string; stop(): Promise<void> }> {
  await rm(dataDir, { recursive: true, force: true });
  await mkdir(dataDir, { recursive: true, mode: 0o755 });
  const server = createEmbeddedPostgres({ dataDir, log: silentLog, settings: testServerSettings });
  const { ownerUrl } = await server.start();
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  await client.query(`CREATE DATABASE ${templateName}`);
  await hashQuickly(client, ownerUrl);
  await client.end();
  await migrate({ ownerUrl: withDatabase(ownerUrl, templateName), folder: migrationsFolder });
  return { ownerUrl, stop: () => server.stop() };
}

/** Whoever connects works out the hash of the password: 4 096 rounds of it are milliseconds, for each of thousands of times. */
async function hashQuickly(client: pg.Client, ownerUrl: string): Promise<void> {
  const { username, password } = new URL(ownerUrl);
  const secret = client.escapeLiteral(decodeURIComponent(password));
  await client.query("SET scram_iterations = 1");
  await client.query(`ALTER ROLE ${client.escapeIdentifier(username)} PASSWORD ${secret}`);
}

/** The same server, another database. */
export function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
