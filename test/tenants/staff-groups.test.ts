import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { Group, GroupMember } from "../../src/core/channel.ts";
import { PermanentError, TransientError } from "../../src/core/errors.ts";
import type { TenantId } from "../../src/core/ids.ts";
import { silentLog, type Log } from "../../src/core/log.ts";
import { createDatabase, type Database } from "../../src/store/database.ts";
import { createMemoryFastState } from "../../src/store/memory-fast-state.ts";
import { createCompanies } from "../../src/tenants/companies.ts";
import { createStaffGroups, type StaffGroupTimes } from "../../src/tenants/staff-groups.ts";
import { installationIdOf } from "../../src/tenants/installations.ts";
import type { StaffGroup, StaffMember } from "../../src/core/staff.ts";
import { ensureStaff } from "../../src/tenants/staff.ts";
import { createTestDatabase, type TestDatabase } from "../support/postgres.ts";
import { until } from "../support/talk.ts";

let testDatabase: TestDatabase;
let database: Database;
let tenant: TenantId;
let companies = 0;
beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = createDatabase({ url: testDatabase.url, poolSize: 4, log: silentLog });
});
afterAll(async () => {
  await database.stop();
  await testDatabase.drop();
});
beforeEach(async () => {
  companies += 1;
  const ensured = createCompanies({ database, fast: createMemoryFastState() });
  tenant = await ensured.ensure({ slug: `acme-${companies}`, name: "Acme", tier: "pro", persona: "" });
});

const support: StaffGroup = {
  channel: "slack",
  workspace: "T1",
  kind: "usergroup",
  id: "S1",
  roles: ["staff"],
};
const leads: StaffGroup = { ...support, id: "S2", roles: ["staff", "admin"] };
const mia: GroupMember = { id: "U1", name: "Mia" };
const ben: GroupMember = { id: "U2", name: "Ben" };
const sleepy = { everyMs: 3_600_000, againMs: 3_600_000 };

/** A platform with groups, which may be away or refuse. */
function aPlatform(groups: Record<string, readonly GroupMember[]>) {
  const state = { asked: 0, failure: undefined as Error | undefined };
  return {
    groups,
    state,
    channels: new Map([
      [
        "slack" as const,
        {
          membersOf: async ({ id }: Group) => {
            state.asked += 1;
            if (state.failure !== undefined) throw state.failure;
            const members = groups[id];
            if (members === undefined) throw new PermanentError("there is no such group: name another one");
            return members;
          },
        },
      ],
    ]),
  };
}

function aSync(
  platform: ReturnType<typeof aPlatform>,
  times: Partial<StaffGroupTimes> = {},
  log: Log = silentLog,
) {
  return createStaffGroups({ database, channels: platform.channels, times: { ...sleepy, ...times }, log });
}

const named = (members: readonly StaffMember[], groups: readonly StaffGroup[]) =>
  ensureStaff(database, tenant, { members, groups });

/** Reads every group of the company now, and waits until that is done. */
async function readAll(sync: ReturnType<typeof aSync>): Promise<void> {
  await database.statement(tenant, {
    text: "UPDATE staff_groups SET due_at = clock_timestamp() WHERE company_id = $1",
    values: [tenant],
  });
  await sync.sweep();
  await until(async () => {
    // A group that is being read is held for a quarter of an hour, one that was read waits for an hour.
    const rows = await database.statement(tenant, {
      text: "SELECT FROM staff_groups WHERE company_id = $1 AND due_at < clock_timestamp() + interval '30 minutes'",
      values: [tenant],
    });
    return rows.length === 0;
  });
}

/** Who is a colleague by which account, and what they may do. */
async function colleagues(): Promise<Record<string, string>> {
  const rows = await database.statement<{ account: string; name: string; roles: string[] | null }>(tenant, {
    text: `SELECT i.external_id AS account, s.name, array_agg(DISTINCT r.role ORDER BY r.role) FILTER (WHERE r.role IS NOT NULL) AS roles
           FROM staff_identities i JOIN staff s ON s.company_id = $1 AND s.id = i.staff_id AND s.state = 'active'
           LEFT JOIN staff_roles r ON r.company_id = $1 AND r.staff_id = s.id
           WHERE i.company_id = $1 GROUP BY 1, 2`,
    values: [tenant],
  });
  return Object.fromEntries(
    rows.map(({ account, name, roles }) => [account, `${name}: ${(roles ?? []).join(" ")}`]),
  );
}

describe("colleagues of the groups", () => {
  test("come and go with them, with what all their groups give", async () => {
    await named([], [support, leads]);
    const platform = aPlatform({ S1: [mia, ben], S2: [ben] });
    const sync = aSync(platform);
    await readAll(sync);
    expect(await colleagues()).toEqual({ U1: "Mia: staff", U2: "Ben: admin staff" });
    platform.groups["S1"] = [mia];
    await readAll(sync);
    expect(await colleagues()).toEqual({ U1: "Mia: staff", U2: "Ben: admin staff" });
    platform.groups["S2"] = [];
    await readAll(sync);
    expect(await colleagues()).toEqual({ U1: "Mia: staff" });
    platform.groups["S2"] = [ben];
    await readAll(sync);
    expect(await colleagues()).toEqual({ U1: "Mia: staff", U2: "Ben: admin staff" });
  });

  test("are by their accounts whoever they are called", async () => {
    await named([], [support]);
    const sync = aSync(aPlatform({ S1: [mia, { id: "U9", name: "Mia" }] }));
    await readAll(sync);
    expect(await colleagues()).toEqual({ U1: "Mia: staff", U9: "Mia: staff" });
  });

  test("and those whom the file names leave each other alone", async () => {
    const olga: StaffMember = {
      name: "Olga",
      roles: ["analytics"],
      accounts: [
        { channel: "slack", workspace: "T1", id: "U2" },
        { channel: "discord", workspace: "G1", id: "7" },
      ],
    };
    await named([olga], [support]);
    const platform = aPlatform({ S1: [mia, ben] });
    const sync = aSync(platform);
    await readAll(sync);
    expect(await colleagues()).toEqual({
      "7": "Olga: analytics staff",
      U1: "Mia: staff",
      U2: "Olga: analytics staff",
    });
    platform.groups["S1"] = [];
    await readAll(sync);
    expect(await colleagues()).toEqual({ "7": "Olga: analytics", U2: "Olga: analytics" });
    platform.groups["S1"] = [ben];
    await readAll(sync);
    await named([], [support]);
    expect(await colleagues()).toEqual({ U2: "Ben: staff" });
  });

  test("are gone with the group that the file names no longer", async () => {
    await named([], [support, leads]);
    await readAll(aSync(aPlatform({ S1: [mia], S2: [ben] })));
    await named([], [leads]);
    expect(await colleagues()).toEqual({ U2: "Ben: admin staff" });
    await named([], []);
    expect(await colleagues()).toEqual({});
  });
});

describe("whom the file names", () => {
  test("is known by an account that it names twice", async () => {
    const account = { channel: "slack", workspace: "T1", id: "U9" } as const;
    await named([{ name: "Olga", roles: ["staff"], accounts: [account, account] }], []);
    expect(await colleagues()).toEqual({ U9: "Olga: staff" });
    await named([], []);
  });
});

describe("whom the file names no longer", () => {
  test("is removed with every account, and comes back when it names them again", async () => {
    const anna: StaffMember = {
      name: "Anna",
      roles: ["staff", "admin"],
      accounts: [{ channel: "slack", workspace: "T1", id: "U7" }],
    };
    await named([anna], []);
    expect(await colleagues()).toEqual({ U7: "Anna: admin staff" });
    await named([], []);
    expect(await colleagues()).toEqual({});
    await named([anna], []);
    expect(await colleagues()).toEqual({ U7: "Anna: admin staff" });
    await named([{ ...anna, name: "Anna Lind", roles: ["staff"] }], []);
    expect(await colleagues()).toEqual({ U7: "Anna Lind: staff" });
  });

  test("leaves those alone whom somebody else added", async () => {
    await database.withTenant(tenant, async (sql) => {
      await sql.query({
        text: `WITH one AS (INSERT INTO staff (company_id, id, name) VALUES ($1, gen_random_uuid(), 'Hand') RETURNING id)
               INSERT INTO staff_identities (company_id, installation_id, external_id, staff_id)
               SELECT $1, gen_random_uuid(), 'U5', id FROM one`,
        values: [tenant],
      });
    });
    await named([], [support]);
    await readAll(aSync(aPlatform({ S1: [mia] })));
    expect(await colleagues()).toEqual({ U1: "Mia: staff", U5: "Hand: " });
  });
});

describe("a group that cannot be read", () => {
  test("keeps its colleagues while the platform is away, and while it refuses, with the remedy in the log", async () => {
    const told: string[] = [];
    const log: Log = {
      ...silentLog,
      warn: (fields: object) => void told.push(JSON.stringify(describeError(fields))),
    };
    await named([], [support]);
    const platform = aPlatform({ S1: [mia] });
    const sync = aSync(platform, {}, log);
    await readAll(sync);
    platform.state.failure = new TransientError("slack: could not be reached");
    await readAll(sync);
    expect(await colleagues()).toEqual({ U1: "Mia: staff" });
    platform.state.failure = new PermanentError("slack: missing_scope; add the scope");
    await readAll(sync);
    expect(await colleagues()).toEqual({ U1: "Mia: staff" });
    expect(told.join()).toContain("add the scope");
  });

  test("has none any more once that has lasted too long, and has them again when it can be read", async () => {
    await named([], [support]);
    const platform = aPlatform({ S1: [mia] });
    await readAll(aSync(platform));
    platform.state.failure = new PermanentError("slack: no_such_subteam");
    const strict = aSync(platform, { keptMs: 0 });
    await readAll(strict);
    expect(await colleagues()).toEqual({});
    platform.state.failure = undefined;
    await readAll(strict);
    expect(await colleagues()).toEqual({ U1: "Mia: staff" });
  });
});

describe("groups of another company's workspace", () => {
  test("make nobody a colleague, and whoever was one by them is none at once", async () => {
    const lines: object[] = [];
    const error = (fields: object) => void lines.push(fields);
    const platform = aPlatform({ S1: [mia] });
    await named([], [support]);
    await readAll(aSync(platform));
    expect(await colleagues()).toEqual({ U1: "Mia: staff" });
    const all = createCompanies({ database, fast: createMemoryFastState() });
    const other = await all.ensure({ slug: "other", name: "Other", tier: "pro", persona: "" });
    await database.statement(other, {
      text: "INSERT INTO installations (company_id, id, channel, external_id) VALUES ($1, $2, 'slack', 'T1')",
      values: [other, installationIdOf(other, "slack", "T1")],
    });
    onTestFinished(async () => {
      await database.statement(other, {
        text: "DELETE FROM installations WHERE company_id = $1",
        values: [other],
      });
    });
    const { asked } = platform.state;
    await readAll(aSync(platform, {}, { ...silentLog, error }));
    expect(await colleagues()).toEqual({});
    expect(platform.state.asked).toBe(asked);
    expect(lines.map(describeError)).toEqual([expect.stringContaining("belongs to another company")]);
  });
});

describe("a group that another one takes the place of in the file", () => {
  test("counts until the new one was read: whoever is in both is a colleague all along, with what they had", async () => {
    await named([], [support]);
    const platform = aPlatform({ S1: [mia, ben], S2: [mia] });
    const sync = aSync(platform);
    await readAll(sync);
    const ids = () =>
      database.statement<{ id: string; state: string }>(tenant, {
        text: "SELECT id, state FROM staff WHERE company_id = $1 AND name = 'Mia'",
        values: [tenant],
      });
    const before = await ids();
    platform.state.failure = new TransientError("away");
    await named([], [leads]);
    expect(await colleagues()).toEqual({ U1: "Mia: staff", U2: "Ben: staff" });
    await readAll(sync);
    expect(await colleagues()).toEqual({ U1: "Mia: staff", U2: "Ben: staff" });
    platform.state.failure = undefined;
    await readAll(sync);
    expect(await colleagues()).toEqual({ U1: "Mia: admin staff" });
    expect(await ids()).toEqual(before);
    expect(before).toHaveLength(1);
  });

  test("counts no longer than its time where the new one cannot be read, and not where none is new", async () => {
    await named([], [support]);
    const platform = aPlatform({ S1: [mia], S2: [mia] });
    const sync = aSync(platform);
    await readAll(sync);
    platform.state.failure = new TransientError("away");
    await named([], [leads]);
    await readAll(sync);
    expect(await colleagues()).toEqual({ U1: "Mia: staff" });
    await database.statement(tenant, {
      text: `UPDATE staff_groups SET leaves_at = clock_timestamp(), due_at = clock_timestamp()
             WHERE company_id = $1 AND leaves_at IS NOT NULL`,
      values: [tenant],
    });
    await sync.sweep();
    await until(async () => Object.keys(await colleagues()).length === 0);
    platform.state.failure = undefined;
    await readAll(sync);
    expect(await colleagues()).toEqual({ U1: "Mia: admin staff" });
    await named([], []);
    expect(await colleagues()).toEqual({});
  });
});

describe("groups are read", () => {
  test("by one of several processes", async () => {
    await named([], [support, leads]);
    const platform = aPlatform({ S1: [mia], S2: [ben] });
    const processes = Array.from({ length: 4 }, () => aSync(platform));
    await Promise.all(processes.map((sync) => sync.sweep()));
    await until(async () => Object.keys(await colleagues()).length === 2);
    expect(platform.state.asked).toBe(2);
  });

  test("soon when somebody unknown asks, and not again at once", async () => {
    await named([], [support]);
    const platform = aPlatform({ S1: [mia] });
    const sync = aSync(platform, { soonMs: 0 });
    await readAll(sync);
    platform.groups["S1"] = [mia, ben];
    await sync.soon(tenant);
    await until(async () => Object.keys(await colleagues()).length === 2);
    const slow = aSync(platform, { soonMs: 3_600_000 });
    const { asked } = platform.state;
    await Promise.all([slow.soon(tenant), slow.soon(tenant), slow.soon(tenant)]);
    expect(platform.state.asked).toBe(asked);
  });

  test("to its end, however often somebody unknown asks meanwhile", async () => {
    await named([], [support]);
    const platform = aPlatform({ S1: [mia] });
    const opened = Promise.withResolvers<void>();
    const membersOf = async (): Promise<readonly GroupMember[]> => {
      platform.state.asked += 1;
      await opened.promise;
      return [mia, ben];
    };
    const sync = aSync({ ...platform, channels: new Map([["slack", { membersOf }]]) }, { soonMs: 0 });
    await sync.sweep();
    await sync.soon(tenant);
    await sync.soon(tenant);
    expect(platform.state.asked).toBe(1);
    opened.resolve();
    await until(async () => Object.keys(await colleagues()).length === 2);
    await sync.soon(tenant);
    expect(platform.state.asked).toBe(2);
  });

  test("no more once it stops", async () => {
    await named([], [support]);
    const platform = aPlatform({ S1: [mia] });
    const sync = aSync(platform);
    await sync.stop(AbortSignal.timeout(1_000));
    expect(await sync.sweep()).toBe(0);
    expect(platform.state.asked).toBe(0);
  });
});

function describeError(fields: object): unknown {
  const err: unknown = Reflect.get(fields, "err");
  return err instanceof Error ? err.message : fields;
}
