import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { SettingsError } from "../../src/core/errors.ts";
import { migrate } from "../../src/store/migrate.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

let database: TestDatabase;
let folder: string;
beforeEach(async () => {
  database = await createTestDatabase({ empty: true });
  folder = await mkdtemp(path.join(os.tmpdir(), "baton-migrations-"));
  await put("0001-first.sql", "CREATE TABLE things (id int); INSERT INTO things VALUES (1);");
});
afterEach(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

const put = (name: string, text: string): Promise<void> => writeFile(path.join(folder, name), text);
const run = (): Promise<{ applied: number; version: number }> => migrate({ ownerUrl: database.url, folder });

async function ask(text: string, url = database.url): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client.query(text).then(
    async ({ rows }) => {
      await client.end();
      return rows;
    },
    async (cause: unknown) => {
      await client.end();
      throw cause;
    },
  );
}

test("applies each file once, in order, and says so", async () => {
  const told: string[] = [];
  await put("0002-second.sql", "ALTER TABLE things ADD COLUMN name text;");
  const first = await migrate({
    ownerUrl: database.url,
    folder,
    onProgress: ({ name, position, of }) => told.push(`${name} ${position}/${of}`),
  });
  expect(first).toEqual({ applied: 2, version: 2 });
  expect(told).toEqual(["0001-first.sql 1/2", "0002-second.sql 2/2"]);
  expect(await run()).toEqual({ applied: 0, version: 2 });
  await put("0003-third.sql", "DELETE FROM things;");
  expect(await run()).toEqual({ applied: 1, version: 3 });
});

test("five starters at once apply it once", async () => {
  await put(
    "0001-first.sql",
    "CREATE TABLE things (id int); INSERT INTO things VALUES (1); SELECT pg_sleep(0.1);",
  );
  const results = await Promise.all([1, 2, 3, 4, 5].map(run));
  expect(results.reduce((sum, { applied }) => sum + applied, 0)).toBe(1);
  expect(await ask("SELECT count(*)::int AS n FROM things")).toEqual([{ n: 1 }]);
});

test("a file that fails leaves the schema at the one before, and mending it goes on from there", async () => {
  await put("0002-broken.sql", "CREATE TABLE half (id int); SELECT 1 / 0;");
  await expect(run()).rejects.toThrow("0002-broken.sql failed and was rolled back: division by zero");
  expect(
    await ask("SELECT to_regclass('half')::text AS half, to_regclass('things')::text AS things"),
  ).toEqual([{ half: null, things: "things" }]);
  await put("0002-broken.sql", "CREATE TABLE half (id int);");
  expect(await run()).toEqual({ applied: 1, version: 2 });
});

test("refuses a file that was changed after it had been applied", async () => {
  await run();
  await put("0001-first.sql", "CREATE TABLE other (id int);");
  await expect(run()).rejects.toBeInstanceOf(SettingsError);
  await expect(run()).rejects.toThrow("0001-first.sql was changed after it had been applied");
});

test("refuses a database newer than its files", async () => {
  await put("0002-second.sql", "SELECT 1;");
  await run();
  await rm(path.join(folder, "0002-second.sql"));
  await expect(run()).rejects.toThrow(
    "its schema is at 0002-second.sql, newer than this version of Baton knows",
  );
});

test("refuses gaps and odd names before it touches anything", async () => {
  await put("0003-third.sql", "SELECT 1;");
  await expect(run()).rejects.toThrow("should have the number 2");
  await rm(path.join(folder, "0003-third.sql"));
  await put("second.sql", "SELECT 1;");
  await expect(run()).rejects.toThrow("not named NNNN-name.sql");
});

test("a user that may not make roles is told what an administrator has to run, and goes on once it was", async () => {
  const user = `managed_${database.name}`;
  await ask(`CREATE ROLE ${user} LOGIN PASSWORD 'managed'`);
  await ask(`ALTER DATABASE ${database.name} OWNER TO ${user}`);
  const url = new URL(database.url);
  [url.username, url.password] = [user, "managed"];
  const refused = migrate({ ownerUrl: url.href, folder });
  await expect(refused).rejects.toBeInstanceOf(SettingsError);
  await expect(migrate({ ownerUrl: url.href, folder })).rejects.toThrow(`GRANT baton_app TO ${user};`);
  await ask(`GRANT baton_app, baton_system, baton_reports TO ${user}`);
  expect(await migrate({ ownerUrl: url.href, folder })).toEqual({ applied: 1, version: 1 });
  await ask(`REASSIGN OWNED BY ${user} TO CURRENT_USER; DROP OWNED BY ${user}; DROP ROLE ${user}`);
});
