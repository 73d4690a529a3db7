import { connect, createServer, type Socket } from "node:net";
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TransientError, UncertainError } from "../../src/core/errors.ts";
import { parseId, type TenantId } from "../../src/core/ids.ts";
import { silentLog } from "../../src/core/log.ts";
import { createDatabase, type Database } from "../../src/store/database.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

const tenant = parseId<TenantId>(randomUUID());
let testDatabase: TestDatabase;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = createDatabase({ url: testDatabase.url, poolSize: 3, log: silentLog });
  await database.statement(tenant, addCompany(tenant));
});
afterAll(async () => {
  await database.stop();
  await testDatabase.drop();
});

const addCompany = (id: TenantId) => ({
  text: "INSERT INTO companies (id, slug, name) VALUES ($1, $2, 'name')",
  values: [id, id],
});
const rename = (name: string) => ({ text: "UPDATE companies SET name = $1 RETURNING name", values: [name] });
const nameNow = async (): Promise<unknown> =>
  (await database.statement(tenant, { text: "SELECT name FROM companies" }))[0]?.["name"];

test("a statement is committed when it resolves and gives its rows", async () => {
  expect(await database.statement(tenant, rename("one"))).toEqual([{ name: "one" }]);
  expect(await nameNow()).toBe("one");
});

test("upserts of one row that meet at the same moment all succeed when they may be tried again", async () => {
  const both = createDatabase({ url: testDatabase.url, poolSize: 4, log: silentLog });
  for (let round = 0; round < 40; round += 1) {
    const id = parseId<TenantId>(randomUUID());
    const { text, values } = addCompany(id);
    const upsert = {
      text: `${text} ON CONFLICT (id) DO UPDATE SET name = excluded.name RETURNING id`,
      values,
    };
    const added = await Promise.all([1, 2, 3, 4].map(() => both.statement(id, upsert, { retries: 2 })));
    expect(added).toEqual([[{ id }], [{ id }], [{ id }], [{ id }]]);
  }
  await both.stop();
});

test("a statement costs one round trip, a transaction of two statements three", async () => {
  const before = { ...database.counters };
  await database.statement(tenant, rename("counted"));
  expect(database.counters.roundTrips - before.roundTrips).toBe(1);
  await database.withTenant(tenant, async (sql) => {
    await sql.query(rename("counted twice"));
    await sql.query({ text: "SELECT 1" });
  });
  expect(database.counters.roundTrips - before.roundTrips).toBe(4);
  expect(database.counters.statements - before.statements).toBe(3);
});

test("the error of a statement comes untouched, changes nothing, and the connection goes on", async () => {
  const wrong = { text: "UPDATE companies SET tier = 'gold'" };
  for (let round = 0; round < 10; round += 1) {
    await expect(database.statement(tenant, wrong)).rejects.toMatchObject({ code: "23514" });
    await expect(database.statement(tenant, { text: "SELEKT" })).rejects.toMatchObject({ code: "42601" });
    expect(await database.statement(tenant, rename("fine"))).toEqual([{ name: "fine" }]);
  }
});

test("an error that only COMMIT finds is an error", async () => {
  const deferred = `DO $$ BEGIN
    CREATE TEMP TABLE parent (id int PRIMARY KEY); CREATE TEMP TABLE child (id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
    INSERT INTO child VALUES (1); END $$`;
  await expect(database.statement(tenant, { text: deferred })).rejects.toMatchObject({ code: "23503" });
  await expect(database.withTenant(tenant, (sql) => sql.query({ text: deferred }))).rejects.toMatchObject({
    code: "23503",
  });
});

test("a transaction commits what its function resolved and nothing it rejected", async () => {
  await database.withTenant(tenant, (sql) => sql.query(rename("kept")));
  await expect(
    database.withTenant(tenant, async (sql) => {
      await sql.query(rename("dropped"));
      throw new Error("changed my mind");
    }),
  ).rejects.toThrow("changed my mind");
  expect(await nameNow()).toBe("kept");
});

test("a function that swallowed a failed statement is told that nothing was committed", async () => {
  const careless = database.withTenant(tenant, async (sql) => {
    await sql.query(rename("lost"));
    await sql.query({ text: "SELECT 1 / 0" }).catch(() => {});
    return "all is well";
  });
  await expect(careless).rejects.toMatchObject({ code: "22012" });
  expect(await nameNow()).toBe("kept");
});

test("a transaction that is over takes no more queries", async () => {
  let late: () => Promise<unknown> = () => Promise.resolve();
  await database.withTenant(tenant, async (sql) => {
    late = () => sql.query({ text: "SELECT 1" });
  });
  await expect(late()).rejects.toThrow("the transaction is over");
});

test("everything runs as baton_app in the tenant's name, and RESET ROLE gives nothing away", async () => {
  const who = { text: "SELECT current_user AS who, current_setting('app.tenant', true) AS tenant" };
  expect(await database.statement(tenant, who)).toEqual([{ who: "baton_app", tenant }]);
  const reset = await database.withTenant(tenant, async (sql) => {
    await sql.query({ text: "RESET ROLE" });
    return sql.query(who);
  });
  expect(reset).toEqual([{ who: "baton_app", tenant }]);
  expect(await database.acrossTenants((sql) => sql.query(who))).toMatchObject([{ who: "baton_system" }]);
});

test("a conflict is retried only when allowed, and at most three times", async () => {
  let runs = 0;
  const conflict = { text: "DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END $$" };
  const run = (retries: number) =>
    database.withTenant(
      tenant,
      async (sql) => {
        runs += 1;
        await sql.query(conflict);
      },
      { retries },
    );
  await expect(run(0)).rejects.toBeInstanceOf(TransientError);
  expect(runs).toBe(1);
  await expect(run(99)).rejects.toMatchObject({ name: "TransientError", code: "40001" });
  expect(runs).toBe(5);
});

test("a write that may be lost does not wait for the disk, and the next one does", async () => {
  const setting = { text: "SELECT current_setting('synchronous_commit') AS it" };
  expect(await database.statement(tenant, setting, { durable: false })).toEqual([{ it: "off" }]);
  expect(await database.statement(tenant, setting)).toEqual([{ it: "on" }]);
});

test("a read-only transaction writes nothing", async () => {
  await expect(database.statement(tenant, rename("no"), { readOnly: true })).rejects.toBeInstanceOf(
    TransientError,
  );
});

test("connections that the server ended are replaced", async () => {
  await Promise.all([1, 2, 3].map(() => database.statement(tenant, { text: "SELECT pg_sleep(0.02)" })));
  await database.statement(tenant, { text: "SELECT 1" });
  const owner = await import("pg").then(
    ({ default: pg }) => new pg.Client({ connectionString: testDatabase.url }),
  );
  await owner.connect();
  await owner.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
  );
  await owner.end();
  await expect
    .poll(() => database.statement(tenant, rename("back")).catch(() => []))
    .toEqual([{ name: "back" }]);
});

test("a transaction whose own connection dies is transient while it runs", async () => {
  const suicide = database.withTenant(tenant, (sql) =>
    sql.query({ text: "SELECT pg_terminate_backend(pg_backend_pid())" }),
  );
  await expect(suicide).rejects.toMatchObject({ name: expect.stringMatching(/TransientError|error/) });
  expect(await nameNow()).toBe("back");
});

test("nobody listening is transient and unhealthy, not a hang", async () => {
  const away = createDatabase({ url: "postgres://nobody:x@127.0.0.1:1/none", poolSize: 2, log: silentLog });
  await expect(away.statement(tenant, { text: "SELECT 1" })).rejects.toBeInstanceOf(TransientError);
  await expect(away.withTenant(tenant, async () => 1)).rejects.toBeInstanceOf(TransientError);
  expect((await away.health()).ok).toBe(false);
  expect((await database.health()).ok).toBe(true);
  await away.stop();
  await away.stop();
});

test("a connection cut after COMMIT went out leaves the outcome uncertain, never successful", async () => {
  const proxy = await startProxy(new URL(testDatabase.url));
  const through = createDatabase({ url: proxy.url, poolSize: 1, log: silentLog });
  await through.statement(tenant, { text: "SELECT 1" });
  proxy.swallowAnswers();
  const write = through.statement(tenant, rename("maybe"));
  write.catch(() => {});
  await expect.poll(nameNow).toBe("maybe");
  proxy.cut();
  await expect(write).rejects.toBeInstanceOf(UncertainError);
  const read = through.statement(tenant, { text: "SELECT pg_sleep(1)" }, { readOnly: true });
  read.catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 100));
  proxy.cut();
  await expect(read).rejects.toBeInstanceOf(TransientError);
  await through.stop();
  proxy.close();
});

/** Stands between client and server, and can stop passing answers on. */
async function startProxy(target: URL) {
  const sockets = new Set<Socket>();
  let passes = true;
  const server = createServer((client) => {
    passes = true;
    const upstream = connect(Number(target.port), target.hostname);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
    }
    client.pipe(upstream);
    upstream.on("data", (chunk: Buffer) => passes && client.write(chunk));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const url = new URL(target);
  url.port = String(typeof address === "object" && address !== null ? address.port : 0);
  return {
    url: url.href,
    swallowAnswers: () => (passes = false),
    cut: () => sockets.forEach((socket) => socket.destroy()),
    close: () => server.close(),
  };
}
