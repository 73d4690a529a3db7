import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseId, type TenantId } from "../../src/core/ids.ts";
import { silentLog } from "../../src/core/log.ts";
import { createDatabase, type Database } from "../../src/store/database.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

const [one, two] = [parseId<TenantId>(randomUUID()), parseId<TenantId>(randomUUID())];
const ids = { [one]: { installation: randomUUID() }, [two]: { installation: randomUUID() } };
let testDatabase: TestDatabase;
let database: Database;
let owner: pg.Client;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = createDatabase({ url: testDatabase.url, poolSize: 1, log: silentLog });
  owner = new pg.Client({ connectionString: testDatabase.url });
  await owner.connect();
  for (const tenant of [one, two]) {
    await database.statement(tenant, {
      text: "INSERT INTO companies (id, slug, name) VALUES ($1, $2, 'c')",
      values: [tenant, tenant],
    });
    await database.statement(tenant, {
      text: "INSERT INTO installations (company_id, id, channel, external_id) VALUES ($1, $2, 'slack', $3)",
      values: [tenant, ids[tenant]?.installation, tenant],
    });
    await database.statement(tenant, {
      text: "INSERT INTO audit (company_id, actor, action) VALUES ($1, 'a', 'b')",
      values: [tenant],
    });
  }
});
afterAll(async () => {
  await owner.end();
  await database.stop();
  await testDatabase.drop();
});

/** Every table of ours that says whose its rows are, and `companies` itself. */
async function tenantTables(): Promise<string[]> {
  const { rows } = await owner.query<{ name: string }>(
    `SELECT t.table_name AS name FROM information_schema.tables t
      WHERE t.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND t.table_name NOT IN ('baton_migrations', 'leases') ORDER BY 1`,
  );
  return rows.map(({ name }) => name);
}

test("J1: every table has row-level security, enabled and forced, and a policy", async () => {
  const tables = await tenantTables();
  expect(tables).toContain("conversations");
  const { rows } = await owner.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relrowsecurity AND c.relforcerowsecurity
        AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid) ORDER BY 1`,
  );
  expect(rows.map(({ name }) => name)).toEqual(tables);
});

test("J1: every table names its company, and its company is part of its primary key", async () => {
  for (const table of (await tenantTables()).filter((name) => name !== "companies")) {
    const { rows } = await owner.query<{ column: string }>(
      `SELECT a.attname AS column FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
        WHERE i.indrelid = $1::regclass AND i.indisprimary`,
      [table],
    );
    expect({ table, key: rows.map(({ column }) => column) }).toEqual({
      table,
      key: expect.arrayContaining(["company_id"]),
    });
  }
});

test("J1: views read with the caller's rights", async () => {
  const { rows } = await owner.query(
    `SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'public' AND c.relkind = 'v' AND NOT coalesce(c.reloptions @> ARRAY['security_invoker=true'], false)`,
  );
  expect(rows).toEqual([]);
});

test("J1: baton_app bypasses nothing and owns nothing", async () => {
  const { rows } = await owner.query(
    `SELECT rolname FROM pg_roles r WHERE rolname IN ('baton_app', 'baton_system') AND (rolsuper OR rolbypassrls OR rolcanlogin
       OR EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid))`,
  );
  expect(rows).toEqual([]);
});

test("J1: without a company there are no rows in any table, as with one that does not exist", async () => {
  const app = new pg.Client({ connectionString: testDatabase.url, options: "-c role=baton_app" });
  await app.connect();
  const strange = parseId<TenantId>(randomUUID());
  for (const table of await tenantTables()) {
    expect({ table, rows: (await app.query(`SELECT 1 FROM ${table} LIMIT 1`)).rows }).toEqual({
      table,
      rows: [],
    });
    expect(await database.statement(strange, { text: `SELECT 1 FROM ${table} LIMIT 1` })).toEqual([]);
  }
  await app.end();
});

test("J2: thousands of changes of company on one connection never show a foreign row", async () => {
  const own = { text: "SELECT id FROM companies UNION ALL SELECT company_id FROM installations" };
  const batch = 100;
  for (let round = 0; round < 3_000 / batch; round += 1) {
    await Promise.all(
      Array.from({ length: batch }, async (_, index) => {
        const tenant = index % 2 === 0 ? one : two;
        const rows =
          index % 10 === 5
            ? await database.withTenant(tenant, (sql) => sql.query<{ id: string }>(own))
            : await database.statement<{ id: string }>(tenant, own);
        if (rows.length !== 2 || rows.some(({ id }) => id !== tenant))
          throw new Error("a foreign row was seen");
      }),
    );
  }
});

test("J2: the company ends with its transaction, also after a failure", async () => {
  const single = new pg.Pool({ connectionString: testDatabase.url, max: 1, options: "-c role=baton_app" });
  await single.query(`BEGIN; SET LOCAL app.tenant = '${one}'`);
  expect((await single.query("SELECT 1 FROM companies")).rowCount).toBe(1);
  await single.query("COMMIT");
  expect((await single.query("SELECT 1 FROM companies")).rowCount).toBe(0);
  await single.end();
  await expect(database.statement(one, { text: "SELECT 1 / 0" })).rejects.toMatchObject({ code: "22012" });
  expect(await database.statement(two, { text: "SELECT id FROM companies" })).toEqual([{ id: two }]);
});

test.each(["", "'; SET ROLE postgres; --", `${one}' OR '1'='1`, one.toUpperCase(), `${one}\n`, "%", "null"])(
  "J3: refuses %j as a company before anything is sent",
  async (injected) => {
    const before = database.counters.statements;
    const wrong = injected as TenantId;
    await expect(database.statement(wrong, { text: "SELECT 1" })).rejects.toThrow(TypeError);
    await expect((async () => database.withTenant(wrong, async () => 1))()).rejects.toThrow(TypeError);
    expect(database.counters.statements).toBe(before);
  },
);

test("J3: a foreign company's rows can be neither written, nor taken over, nor pointed at", async () => {
  const insert = {
    text: "INSERT INTO staff (company_id, id, name) VALUES ($1, $2, 'x')",
    values: [two, randomUUID()],
  };
  await expect(database.statement(one, insert)).rejects.toMatchObject({ code: "42501" });
  expect(
    await database.statement(one, {
      text: "UPDATE installations SET name = 'mine' WHERE company_id = $1 RETURNING id",
      values: [two],
    }),
  ).toEqual([]);
  await expect(
    database.statement(one, { text: "UPDATE installations SET company_id = $1", values: [two] }),
  ).rejects.toMatchObject({
    code: expect.stringMatching(/42501|23503/),
  });
  const pointing = {
    text: "INSERT INTO contacts (company_id, id, installation_id, external_id) VALUES ($1, $2, $3, 'U1')",
    values: [one, randomUUID(), ids[two]?.installation],
  };
  await expect(database.statement(one, pointing)).rejects.toMatchObject({ code: "23503" });
});

test("J3: every foreign key between tables of companies carries the company", async () => {
  const { rows } = await owner.query(
    `SELECT con.conrelid::regclass::text AS "table", con.conname FROM pg_constraint con
      WHERE con.contype = 'f' AND con.connamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT 1 FROM unnest(con.conkey) WITH ORDINALITY k(att, n)
          JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = k.att
          JOIN pg_attribute f ON f.attrelid = con.confrelid AND f.attnum = con.confkey[k.n]
         WHERE a.attname = 'company_id' AND f.attname IN ('company_id', 'id'))`,
  );
  expect(rows).toEqual([]);
});

test("J4: audit rows are added and read, never changed or removed, not even by the owner", async () => {
  expect(await database.statement(one, { text: "SELECT action FROM audit" })).toEqual([{ action: "b" }]);
  for (const text of ["UPDATE audit SET action = 'c'", "DELETE FROM audit", "TRUNCATE audit"]) {
    await expect(database.statement(one, { text })).rejects.toMatchObject({ code: "42501" });
    await expect(owner.query(text)).rejects.toMatchObject({ code: "42501" });
  }
});

test("J4: across companies there are ids to read and nothing else", async () => {
  const seen = await database.acrossTenants((sql) =>
    sql.query<{ id: string }>({ text: "SELECT id FROM companies" }),
  );
  expect(seen.map(({ id }) => id).toSorted()).toEqual([one, two].toSorted());
  const forbidden = [
    "SELECT data_key FROM companies",
    "SELECT credentials FROM installations",
    "SELECT summary FROM conversations",
    "SELECT body FROM deliveries",
    "SELECT 1 FROM messages",
    "SELECT 1 FROM contacts",
    "UPDATE companies SET name = 'x'",
    "DELETE FROM conversations",
  ];
  for (const text of forbidden) {
    await expect(database.acrossTenants((sql) => sql.query({ text }))).rejects.toMatchObject({
      code: "42501",
    });
  }
});
