import { readdir } from "node:fs/promises";
import pg from "pg";
import type { StoreSettings } from "../settings.ts";
import { toReachFix } from "../store/reach-fix.ts";
import { checkClock } from "./check-clock.ts";
import { failure, ok, reasonOf, warning, type Finding } from "./finding.ts";

const leastVersion = 15;
const migrationsFolder = new URL("../store/migrations/", import.meta.url);

/** Connects as Baton would, changes nothing, and looks at version, schema, rights and clock. */
export async function checkDatabase(store: StoreSettings): Promise<Finding[]> {
  if (store.url === undefined) {
    return [ok("database", "embedded: Baton starts its own PostgreSQL in the data folder")];
  }
  const client = new pg.Client({
    connectionString: store.url,
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
  });
  client.on("error", () => {}); // the query in hand rejects with it
  try {
    await client.connect();
    const clock = await readNow(client);
    return [
      await checkVersion(client),
      await checkSchema(client),
      await checkRoles(client),
      checkClock("clock of the database", clock),
    ];
  } catch (error) {
    return [
      failure("database", `does not answer (${reasonOf(error)})`, toReachFix(reasonOf(error), store.url)),
    ];
  } finally {
    await client.end().catch(() => {});
  }
}

async function readNow(client: pg.Client): Promise<{ readonly theirs: Date; readonly ours: Date }> {
  const before = Date.now();
  const { rows } = await client.query<{ now: Date }>("SELECT clock_timestamp() AS now");
  return { theirs: rows[0]?.now ?? new Date(), ours: new Date((before + Date.now()) / 2) };
}

async function checkVersion(client: pg.Client): Promise<Finding> {
  const { rows } = await client.query<{ server_version: string }>("SHOW server_version");
  const version = rows[0]?.server_version ?? "0";
  if (Number.parseInt(version, 10) >= leastVersion) return ok("database", `PostgreSQL ${version} answers`);
  return failure("database", `PostgreSQL ${version} is too old`, `Upgrade it to ${leastVersion} or newer`);
}

async function checkSchema(client: pg.Client): Promise<Finding> {
  const check = "database schema";
  const files = (await readdir(migrationsFolder)).filter((name) => name.endsWith(".sql"));
  const known = await client.query<{ known: boolean }>(
    "SELECT to_regclass('baton_migrations') IS NOT NULL AS known",
  );
  if (known.rows[0]?.known !== true)
    return ok(check, `empty: ${files.length} migrations run at the first start`);
  const { rows } = await client.query<{ applied: number }>(
    "SELECT count(*)::int AS applied FROM baton_migrations",
  );
  const applied = rows[0]?.applied ?? 0;
  if (applied === files.length) return ok(check, `up to date at ${applied}`);
  if (applied < files.length) {
    return warning(
      check,
      `${files.length - applied} migrations are waiting`,
      "Back the database up; they run when Baton starts",
    );
  }
  return failure(
    check,
    "newer than this version of Baton",
    "Start the version that wrote it, or restore the backup made before",
  );
}

/** Baton works as a role that owns nothing, so that row-level security holds for it. */
async function checkRoles(client: pg.Client): Promise<Finding> {
  const check = "database rights";
  const { rows } = await client.query<{ me: string; makes: boolean; missing: string[] }>(
    `SELECT quote_ident(current_user) AS me,
            (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user) AS makes,
            ARRAY(SELECT wanted FROM unnest(ARRAY['baton_app', 'baton_system', 'baton_reports']) AS wanted
                   WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted AND pg_has_role(current_user, oid, 'SET'))
            )::text[] AS missing`,
  );
  const { me = "CURRENT_USER", makes = false, missing = [] } = rows[0] ?? {};
  if (missing.length === 0) return ok(check, `${me} may act as baton_app, baton_system and baton_reports`);
  if (makes) return ok(check, `${me} may create the roles Baton works in`);
  const sql = missing.map((role) => `CREATE ROLE ${role} NOLOGIN; GRANT ${role} TO ${me};`).join(" ");
  return failure(
    check,
    `${me} may not create roles`,
    `Run once as an administrator (leave out a role that exists): ${sql}`,
  );
}
