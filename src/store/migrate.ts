import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import pg from "pg";
import { SettingsError } from "../core/errors.ts";
import { codeOf, toStoreError } from "./errors.ts";

/** One step of the schema: a numbered file, applied once and never changed afterwards. */
interface Migration {
  readonly version: number;
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
}

/** What `migrate` needs. */
export interface MigrateParts {
  /** A user that may create tables: the owner, not the role Baton works in. */
  readonly ownerUrl: string;
  /** The folder with `NNNN-name.sql`. */
  readonly folder: string;
  /** Told before each file is applied. */
  readonly onProgress?: ((progress: { name: string; position: number; of: number }) => void) | undefined;
}

// Any constant of our own: whoever else takes advisory locks in this database must not meet it by accident.
const lockKey = 0x62_61_74_6f;

/**
 * Brings the schema up to the newest file, each file in its own transaction, and creates the roles
 * `baton_app`, `baton_system` and `baton_reports`. Any number of processes may call it at once: one works, the others wait and find nothing to do.
 * Rejects with SettingsError for a changed old file, a database newer than the files, or a user that may not create roles;
 * a file that fails leaves the schema at the one before.
 */
export async function migrate({
  ownerUrl,
  folder,
  onProgress,
}: MigrateParts): Promise<{ applied: number; version: number }> {
  const migrations = await readMigrations(folder);
  const client = new pg.Client({
    connectionString: ownerUrl,
    application_name: "baton-migrate",
    connectionTimeoutMillis: 5_000,
  });
  client.on("error", () => {}); // the query in hand rejects with it
  try {
    await client.connect();
    await client.query("SELECT pg_advisory_lock($1)", [lockKey]); // ends with the session
    await ensureRoles(client, await readMajor(client));
    return await applyPending(client, migrations, onProgress);
  } catch (cause) {
    throw toStoreError(cause, "migrate");
  } finally {
    await client.end().catch(() => {});
  }
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).toSorted();
  const migrations = await Promise.all(names.map((name) => readMigration(folder, name)));
  for (const [index, { version, name }] of migrations.entries()) {
    if (version !== index + 1)
      throw new Error(`migrations: ${name} should have the number ${index + 1}: no gaps, no doubles`);
  }
  return migrations;
}

async function readMigration(folder: string, name: string): Promise<Migration> {
  const match = /^(\d{4})-[a-z0-9-]+\.sql$/.exec(name);
  if (match === null) throw new Error(`migrations: ${name} is not named NNNN-name.sql`);
  const text = await readFile(path.join(folder, name), "utf8");
  const checksum = createHash("sha256").update(text.replaceAll("\r\n", "\n")).digest("hex");
  return { version: Number(match[1]), name, text, checksum };
}

async function applyPending(
  client: pg.Client,
  migrations: readonly Migration[],
  onProgress: MigrateParts["onProgress"],
): Promise<{ applied: number; version: number }> {
  await client.query(
    `CREATE TABLE IF NOT EXISTS baton_migrations (
       version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())`,
  );
  const done = await client.query<{ version: number; name: string; checksum: string }>(
    "SELECT version, name, checksum FROM baton_migrations ORDER BY version",
  );
  for (const row of done.rows) assertSame(row, migrations[row.version - 1]);
  const pending = migrations.slice(done.rows.length);
  for (const [index, migration] of pending.entries()) {
    onProgress?.({ name: migration.name, position: index + 1, of: pending.length });
    await applyOne(client, migration);
  }
  return { applied: pending.length, version: migrations.length };
}

function assertSame(
  row: { version: number; name: string; checksum: string },
  file: Migration | undefined,
): void {
  if (file === undefined) {
    throw new SettingsError(
      `database: its schema is at ${row.name}, newer than this version of Baton knows. ` +
        "Start the version that wrote it, or restore the backup made before the upgrade.",
    );
  }
  if (file.checksum !== row.checksum) {
    throw new SettingsError(
      `database: ${file.name} was changed after it had been applied. ` +
        "Restore the file as it was released and put the change into a new migration.",
    );
  }
}

async function applyOne(client: pg.Client, migration: Migration): Promise<void> {
  await client.query("BEGIN");
  try {
    await client.query(migration.text);
    await client.query("INSERT INTO baton_migrations (version, name, checksum) VALUES ($1, $2, $3)", [
      migration.version,
      migration.name,
      migration.checksum,
    ]);
    await client.query("COMMIT");
  } catch (cause) {
    await client.query("ROLLBACK").catch(() => {});
    const mapped = toStoreError(cause, `migration ${migration.name}`);
    if (mapped !== cause) throw mapped;
    throw new Error(`migration ${migration.name} failed and was rolled back: ${messageOf(cause)}`, { cause });
  }
}

const roleNames = ["baton_app", "baton_system", "baton_reports"] as const;

// Views that read with the caller's rights came with 15.
const oldestMajor = 15;

async function readMajor(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ major: number }>(
    "SELECT current_setting('server_version_num')::int / 10000 AS major",
  );
  const major = rows[0]?.major ?? 0;
  if (major < oldestMajor) {
    throw new SettingsError(
      `database: this is PostgreSQL ${major}, but Baton needs ${oldestMajor} or newer. Upgrade it, or leave DATABASE_URL unset to use the embedded one.`,
    );
  }
  return major;
}

async function ensureRoles(client: pg.Client, major: number): Promise<void> {
  // Before 16 whoever is a member may also become the role.
  const privilege = major < 16 ? "MEMBER" : "SET";
  for (const role of roleNames) {
    const { rows } = await client.query<{ exists: boolean; member: boolean }>(
      `SELECT count(*) > 0 AS exists, coalesce(bool_or(pg_has_role(current_user, oid, $2)), false) AS member
         FROM pg_roles WHERE rolname = $1`,
      [role, privilege],
    );
    const found = rows[0];
    const wanted = [
      ...(found?.exists === true ? [] : [`CREATE ROLE ${role} NOLOGIN`]),
      ...(found?.member === true ? [] : [`GRANT ${role} TO CURRENT_USER`]),
    ];
    for (const text of wanted)
      await client.query(text).catch((cause: unknown) => explainRoles(client, cause));
  }
}

/** Roles belong to the whole cluster: another database's migration may make them first, and a managed one may forbid it. */
async function explainRoles(client: pg.Client, cause: unknown): Promise<void> {
  const code = codeOf(cause);
  if (code === "42710" || code === "23505" || messageOf(cause).includes("tuple concurrently updated")) return;
  if (code !== "42501") throw cause;
  const { rows } = await client.query<{ me: string }>("SELECT quote_ident(current_user) AS me");
  const me = rows[0]?.me ?? "CURRENT_USER";
  const remedy = roleNames.map((role) => `CREATE ROLE ${role} NOLOGIN; GRANT ${role} TO ${me};`).join(" ");
  throw new SettingsError(
    `database: the user ${me} may not create roles. Run once as an administrator (leave out a role that exists): ${remedy}`,
    { cause },
  );
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
