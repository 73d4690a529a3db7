import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { StoodDownError, TransientError } from "../../src/core/errors.ts";
import { silentLog } from "../../src/core/log.ts";
import { createDatabase, type Database } from "../../src/store/database.ts";
import { createLeases } from "../../src/store/leases.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";

const ttlMs = 600;
const forever = new AbortController().signal;
let testDatabase: TestDatabase;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = createDatabase({ url: testDatabase.url, poolSize: 4, log: silentLog });
});
afterAll(async () => {
  await database.stop();
  await testDatabase.drop();
});

const leases = () => createLeases({ database, log: silentLog, ttlMs });

/** A database whose connection to the server can be pulled. */
function pluggable() {
  let isIn = true;
  const plug: Pick<Database, "acrossTenants"> = {
    acrossTenants: (fn, options) =>
      isIn
        ? database.acrossTenants(fn, options)
        : Promise.reject(new TransientError("postgres: pulled by the test")),
  };
  return { plug, pull: () => (isIn = false) };
}

describe("a lease", () => {
  it("has one holder at a time, and waits for it to be given back", async () => {
    const first = await leases().hold("one", forever);
    let isHeld = false;
    const waiting = leases()
      .hold("one", forever)
      .then((lease) => {
        isHeld = true;
        return lease;
      });
    await sleep(2 * ttlMs); // renewed meanwhile
    expect(isHeld).toBe(false);
    expect(first.lost.aborted).toBe(false);
    await first.release();
    await (await waiting).release();
    expect(isHeld).toBe(true);
  });

  it("lets twenty who want it hold it one after the other, never two at once", async () => {
    // Whoever knows that it lost the lease, on a machine that stood still for longer than it lasts, holds it no more.
    const holding = new Set<AbortSignal>();
    let most = 0;
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        const lease = await createLeases({ database, log: silentLog, ttlMs }).hold("crowd", forever);
        holding.add(lease.lost);
        most = Math.max(most, [...holding].filter((lost) => !lost.aborted).length);
        await sleep(5);
        holding.delete(lease.lost);
        await lease.release();
      }),
    );
    expect(most).toBe(1);
  });

  it("is asked for again where the database's yes was longer on its way than the lease lasts", async () => {
    let isFirst = true;
    const slow: Pick<Database, "acrossTenants"> = {
      async acrossTenants(fn, options) {
        const granted = await database.acrossTenants(fn, options);
        if (!isFirst) return granted;
        isFirst = false;
        await sleep(ttlMs * 1.5);
        return granted;
      },
    };
    const late = createLeases({ database: slow, log: silentLog, ttlMs }).hold("late", forever);
    await sleep(ttlMs / 2); // its yes is on the way
    const other = await leases().hold("late", forever); // once the first one's has run out
    let isGivenBack = false;
    let isHeldTwice = false;
    const again = late.then((lease) => {
      isHeldTwice = !other.lost.aborted && !isGivenBack;
      return lease;
    });
    await sleep(2 * ttlMs);
    isGivenBack = true;
    await other.release();
    await (await again).release();
    expect(isHeldTwice).toBe(false);
  });

  it("goes to another one when its holder falls silent, with the state it kept", async () => {
    const { plug, pull } = pluggable();
    const first = await createLeases({ database: plug, log: silentLog, ttlMs }).hold("silent", forever);
    expect(first.state).toBeUndefined();
    await first.keep("session 1, message 7");
    const waiting = leases().hold("silent", forever);
    pull();
    const second = await waiting;
    expect(second.state).toBe("session 1, message 7");
    // It knew no later than the other one began.
    expect(first.lost.aborted).toBe(true);
    expect(first.lost.reason).toBeInstanceOf(StoodDownError);
    await second.release();
  });

  it("is lost by a holder that another one has replaced, which then keeps no state any more", async () => {
    const lease = await leases().hold("taken", forever);
    const owner = new pg.Client({ connectionString: testDatabase.url });
    await owner.connect();
    await owner.query("UPDATE leases SET holder = 'somebody else' WHERE name = 'taken'");
    await expect(lease.keep("late")).rejects.toBeInstanceOf(StoodDownError);
    expect(lease.lost.aborted).toBe(true);
    await lease.release();
    const { rows } = await owner.query("SELECT holder, state FROM leases WHERE name = 'taken'");
    await owner.end();
    expect(rows).toEqual([{ holder: "somebody else", state: null }]);
  });

  it("is no longer waited for once the waiting is called off", async () => {
    const lease = await leases().hold("off", forever);
    const calling = new AbortController();
    const waiting = leases().hold("off", calling.signal);
    calling.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await lease.release();
  });

  it("is kept apart from the companies: their role sees none", async () => {
    const app = new pg.Client({ connectionString: testDatabase.url, options: "-c role=baton_app" });
    await app.connect();
    await expect(app.query("SELECT 1 FROM leases")).rejects.toMatchObject({ code: "42501" });
    await app.end();
  });
});
