import { afterAll, beforeAll, expect, test } from "vitest";
import { silentLog } from "../../src/core/log.ts";
import { createDatabase, type Database } from "../../src/store/database.ts";
import { createMemoryFastState } from "../../src/store/memory-fast-state.ts";
import { createCompanies } from "../../src/tenants/companies.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

let testDatabase: TestDatabase;
let database: Database;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = createDatabase({ url: testDatabase.url, poolSize: 2, log: silentLog });
});
afterAll(async () => {
  await database.stop();
  await testDatabase.drop();
});

const oneDayMs = 24 * 60 * 60 * 1_000;
const acme = { slug: "acme", name: "Acme", tier: "pro", persona: "Be kind." } as const;

test("R212: a company's settings are kept under company:{id}:config for a day, and read anew after it", async () => {
  let now = Date.now();
  const fast = createMemoryFastState({ now: () => now });
  const companies = createCompanies({ database, fast });
  const id = await companies.ensure(acme);
  expect(await companies.get(id)).toMatchObject({ name: "Acme", persona: "Be kind." });
  const key = `company:${id}:config`;
  expect(JSON.parse(String(await fast.get(key)))).toMatchObject({ slug: "acme", tier: "pro" });
  // Behind everybody's back, so that only the time of keeping decides.
  await database.statement(id, { text: "UPDATE companies SET name = 'Renamed' WHERE id = $1", values: [id] });
  now += oneDayMs - 1_000;
  expect(await companies.get(id)).toMatchObject({ name: "Acme" });
  now += 2_000;
  expect(await fast.get(key)).toBeUndefined();
  expect(await companies.get(id)).toMatchObject({ name: "Renamed" });
});

test("R212: a changed file is in force at once, in every process", async () => {
  const fast = createMemoryFastState();
  const [here, there] = [createCompanies({ database, fast }), createCompanies({ database, fast })];
  const id = await here.ensure(acme);
  expect(await there.get(id)).toMatchObject({ persona: "Be kind." });
  await here.ensure({ ...acme, persona: "Be brief." });
  expect(await there.get(id)).toMatchObject({ persona: "Be brief." });
});
