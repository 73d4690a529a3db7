import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { composeKnowledge } from "../../src/compose/compose-knowledge.ts";
import { TransientError } from "../../src/core/errors.ts";
import type { HeldLease } from "../../src/core/leases.ts";
import { silentLog } from "../../src/core/log.ts";
import { createDatabase, type Database } from "../../src/store/database.ts";
import { createMemoryFastState } from "../../src/store/memory-fast-state.ts";
import { createSealer } from "../../src/store/seal.ts";
import { createCompanies, dataKeysIn } from "../../src/tenants/companies.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

let testDatabase: TestDatabase;
let database: Database;
let folder: string;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = createDatabase({ url: testDatabase.url, poolSize: 4, log: silentLog });
  const companies = createCompanies({ database, fast: createMemoryFastState() });
  await companies.ensure({ slug: "acme", name: "Acme", tier: "pro", persona: "" });
  folder = await mkdtemp(join(tmpdir(), "baton-compose-knowledge-"));
});
afterAll(async () => {
  await database.stop();
  await testDatabase.drop();
  await rm(folder, { recursive: true, force: true });
});

test("a process that lost the lease of the documents asks for it again, and none once it is told to stop", async () => {
  const losing = new AbortController();
  const release = vi.fn<() => Promise<void>>(async () => {});
  const lease = (lost: AbortSignal): HeldLease => ({ lost, state: undefined, keep: async () => {}, release });
  const hold = vi
    .fn<(name: string, signal: AbortSignal) => Promise<HeldLease>>()
    .mockRejectedValueOnce(new TransientError("the database is away"))
    .mockResolvedValueOnce(lease(losing.signal))
    .mockResolvedValue(lease(new AbortController().signal));
  const knowledge = await composeKnowledge({
    tenants: [
      {
        slug: "acme",
        knowledge: [{ name: folder, kind: "folder", at: folder, audience: ["public"], most: 10 }],
      },
    ],
    uri: join(folder, "index"),
    database,
    sealer: createSealer({ masterKey: randomBytes(32), ...dataKeysIn(database) }),
    safeFetch: () => Promise.reject(new Error("nothing is fetched")),
    fast: { publish: async () => {}, subscribe: async () => () => {} },
    leases: { hold },
    calmMs: 20,
    log: silentLog,
  });
  await knowledge.sources.start();
  const patience = { timeout: 20_000, interval: 10 };
  await vi.waitFor(() => expect(hold).toHaveBeenCalledTimes(2), patience);
  losing.abort(new Error("lost"));
  await vi.waitFor(() => expect(hold).toHaveBeenCalledTimes(3), patience);
  expect(release).toHaveBeenCalledOnce();

  await knowledge.sources.stop(AbortSignal.timeout(5_000));
  await knowledge.part.stop(AbortSignal.timeout(5_000));
  expect(release).toHaveBeenCalledTimes(2);
  expect(hold).toHaveBeenCalledTimes(3);
});
