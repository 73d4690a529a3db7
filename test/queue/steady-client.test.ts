import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { SteadyClient } from "../../src/queue/steady-client.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ empty: true });
});
afterAll(() => database?.drop());

it("a connection that breaks while it is lent out takes nothing down, and the next one is sound", async () => {
  const pool = new pg.Pool({ connectionString: database.url, max: 1, Client: SteadyClient });
  pool.on("error", () => {});
  const lent = await pool.connect();
  const { rows } = await lent.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  const killer = new pg.Client({ connectionString: database.url });
  await killer.connect();
  const broken = new Promise<void>((resolve) => lent.once("end", () => resolve()));
  // An error that nobody listened for would end this process, and the test's run with it.
  await killer.query("SELECT pg_terminate_backend($1)", [rows[0]?.pid]);
  await broken;
  await killer.end();
  await expect(lent.query("SELECT 1")).rejects.toThrow(/connection/i);
  lent.release(true);
  expect((await pool.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
  await pool.end();
});
