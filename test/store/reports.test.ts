import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PermanentError } from "../../src/core/errors.ts";
import type { TenantId } from "../../src/core/ids.ts";
import { silentLog } from "../../src/core/log.ts";
import type { ReportTable } from "../../src/core/reports.ts";
import { createDatabase } from "../../src/store/database.ts";
import { migrate } from "../../src/store/migrate.ts";
import { createReports } from "../../src/store/reports.ts";
import {
  addCompany,
  openFiguresStand,
  secretWords,
  type FiguresStand,
} from "../tools/analytics/figures-stand.ts";
import { migrationsFolder } from "../support/postgres-template.ts";
import { createTestDatabase } from "../support/postgres.ts";

// What holds here holds without anybody having looked at the SQL before it reached the database.

let stand: FiguresStand;
beforeAll(async () => {
  stand = await openFiguresStand();
});
afterAll(() => stand?.stop());

const ask = (sql: string, tenantId: TenantId = stand.acme): Promise<ReportTable> =>
  stand.reports.ask(tenantId, { sql, maxRows: 100, maxBytes: 20_000 });

/** What an attempt ended in: the words of its refusal, or everything it was given. */
async function attempt(sql: string): Promise<string> {
  try {
    return JSON.stringify(await ask(sql));
  } catch (cause) {
    if (!(cause instanceof PermanentError)) throw cause;
    return `refused: ${cause.message}`;
  }
}

/** Is everything as it was, whatever was attempted before? */
async function isUnharmed(): Promise<boolean> {
  const { rows } = await ask("SELECT count(*) FROM conversations");
  return rows[0]?.[0] === 3;
}

describe("a question about a company's figures", () => {
  it("is answered in rows, with columns in their order even where two have one name", async () => {
    expect(
      await ask(
        "SELECT channel, count(*), count(*) FILTER (WHERE owner = 'bot') AS count FROM conversations GROUP BY 1 ORDER BY 1",
      ),
    ).toEqual({
      columns: ["channel", "count", "count"],
      rows: [
        ["slack", 1, 1],
        ["web", 2, 2],
      ],
      truncated: false,
    });
  });

  it("sees one company's rows in every view, and not one of another's", async () => {
    const { rows: views } = await ask(
      "SELECT viewname FROM pg_views WHERE schemaname = 'reports' ORDER BY 1",
    );
    expect(views.length).toBeGreaterThan(15);
    const counts = async (tenantId: TenantId) =>
      (
        await ask(
          views
            .map(([view]) => `SELECT '${view}' AS view, count(*) FROM reports.${view}`)
            .join(" UNION ALL "),
          tenantId,
        )
      ).rows.filter(([, count]) => count !== 0);
    const mine = Object.fromEntries(await counts(stand.acme));
    expect(mine).toEqual({
      conversations: 3,
      messages: 6,
      contacts: 1,
      turns: 3,
      tool_calls: 3,
      spending: 1,
      tickets: 2,
      bookings: 1,
      handoff_rates: 2,
    });
    expect(Object.fromEntries(await counts(stand.rival))).toMatchObject({ conversations: 1, messages: 2 });
  });

  it("finds how much the bot does alone beside what is aimed at (R171)", async () => {
    await stand.database.statement(stand.acme, {
      text: `INSERT INTO audit (company_id, conversation_id, actor, action)
             SELECT company_id, id, 'baton', action FROM conversations, unnest(ARRAY['escalate', 'claim']) AS action
             WHERE company_id = $1 AND channel = 'slack'`,
      values: [stand.acme],
    });
    const { rows } = await ask(
      `SELECT channel, sum(conversations), sum(escalated), sum(helped_by_people), max(escalation_rate), max(escalation_target),
         min(resolution_rate), max(resolution_target) FROM handoff_rates GROUP BY channel ORDER BY channel`,
    );
    expect(rows).toEqual([
      ["slack", 1, 1, 1, 1, 0.15, 0, 0.82],
      ["web", 2, 0, 0, 0, 0.15, 1, 0.82],
    ]);
  });

  it("says how many rows it left out by saying that it did", async () => {
    const table = await ask("SELECT n FROM generate_series(1, 1000) n");
    expect(table.rows).toHaveLength(100);
    expect(table.truncated).toBe(true);
  });

  it("gives dates in UTC, structures as JSON, and nothing as null", async () => {
    const { rows } = await ask(
      "SELECT timestamptz '2026-01-01 00:00+02', ARRAY[1, 2], json_build_object('a', 1), NULL, true, 1.5",
    );
    expect(rows).toEqual([["2025-12-31T22:00:00+00:00", "[1,2]", '{"a":1}', null, true, 1.5]]);
  });

  it("that is wrong is answered with what is wrong", async () => {
    expect(await attempt("SELECT chanel FROM conversations")).toMatch(/chanel.*does not exist.*channel/s);
    expect(await attempt("SELEC 1")).toContain("syntax error");
    expect(await attempt("SELECT 1 / 0")).toContain("division by zero");
    expect(await attempt("")).toMatch(/refused/);
  });
});

describe("whatever the SQL tries", () => {
  const tables = ["messages", "contacts", "conversations", "steps", "companies", "installations", "audit"];
  it.each([
    ["another schema's table", `SELECT content FROM public.messages`],
    ["names", "SELECT name FROM public.contacts"],
    ["credentials", "SELECT credentials FROM public.installations"],
    ["keys", "SELECT data_key FROM public.companies"],
    ["what tools were told", "SELECT input FROM public.steps"],
    ["codes", "SELECT code FROM public.bookings"],
    ["the key of the passes", "SELECT key FROM reports.pass_key"],
    ["the views of integrators", "SELECT * FROM public.ai_messages"],
    ["the queue's schema", "SELECT * FROM baton_migrations"],
    ["passwords", "SELECT rolpassword FROM pg_authid"],
    ["a pass of its own", "SELECT reports.pass()"],
    ["a pass signed for another", "SELECT reports.sign(gen_random_uuid())"],
    ["a file", "SELECT pg_read_file('/etc/passwd')"],
    ["a file in bytes", "SELECT pg_read_binary_file('PG_VERSION')"],
    ["a folder", "SELECT pg_ls_dir('.')"],
    ["a large object from a file", "SELECT lo_import('/etc/passwd')"],
    ["another server", "SELECT * FROM dblink('dbname=postgres', 'SELECT 1') AS t(a int)"],
    ["SQL in a function", "SELECT query_to_xml('SELECT content FROM public.messages', true, true, '')"],
    ["a table in a function", "SELECT table_to_xml('public.messages', true, true, '')"],
    ["COPY to a program", "COPY conversations TO PROGRAM 'id'"],
    ["COPY to the wire", "COPY (SELECT 1) TO STDOUT"],
    ["a second statement", "SELECT 1; SELECT content FROM public.messages"],
    ["a second statement behind a comment", "SELECT 1 --\n; DELETE FROM public.messages"],
    ["a way out of brackets", "SELECT 1) x; DROP TABLE messages; --"],
    ["INSERT", "INSERT INTO public.tickets DEFAULT VALUES RETURNING id"],
    ["UPDATE in a WITH", "WITH u AS (UPDATE public.companies SET name = 'x' RETURNING id) SELECT * FROM u"],
    ["DELETE in a WITH", "WITH d AS (DELETE FROM public.messages RETURNING id) SELECT * FROM d"],
    ["CREATE TABLE AS", "CREATE TEMP TABLE t AS SELECT 1"],
    ["SELECT INTO", "SELECT 1 INTO t"],
    ["a lock on rows", "SELECT id FROM conversations FOR UPDATE"],
    ["DO", "DO $$ BEGIN PERFORM 1; END $$"],
    ["SET ROLE", "SET ROLE postgres"],
    ["RESET ROLE", "RESET ROLE"],
    ["SET SESSION AUTHORIZATION", "SET SESSION AUTHORIZATION postgres"],
    ["the end of the transaction", "COMMIT"],
    ["a role by set_config", "SELECT set_config('role', 'baton_app', true)"],
    ["the owner by set_config", "SELECT set_config('role', 'postgres', false)"],
    ["a user by set_config", "SELECT set_config('session_authorization', 'postgres', true)"],
    ["writing by set_config", "SELECT set_config('transaction_read_only', 'off', true)"],
    ["a large object", "SELECT lo_create(4711)"],
    ["a file of settings", "SELECT pg_reload_conf()"],
    [
      "another's connection",
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()",
    ],
    ["a parameter that is not there", "SELECT $1"],
  ])("%s is refused", async (_, sql) => {
    expect(await attempt(sql)).toMatch(/^refused: /);
  });

  it("another company's rows stay away from one that says it is the other", async () => {
    const { acme, rival } = stand;
    const pass = `${rival}.${"0".repeat(64)}`;
    const tries = [
      `SELECT set_config('app.tenant', '${rival}', true), id FROM public.messages`,
      `WITH s AS MATERIALIZED (SELECT set_config('app.tenant', '${rival}', true) AS x) SELECT m.id, x FROM s, messages m`,
      `SELECT x, (SELECT count(*) FROM conversations WHERE channel = 'teams') AS theirs FROM set_config('app.tenant', '${rival}', true) x`,
      `WITH s AS MATERIALIZED (SELECT set_config('app.report_pass', '${pass}', true) AS x) SELECT x, m.id FROM s LEFT JOIN LATERAL (SELECT id FROM messages) m ON true`,
      `SELECT id FROM reports.run('${pass}', 'SELECT id FROM messages', 10, 1000) AS id`,
      `SELECT set_config('app.report_pass', replace(current_setting('app.report_pass'), '${acme}', '${rival}'), true), (SELECT json_agg(channel) FROM conversations)`,
    ];
    const theirs = await stand.database.statement<{ id: string }>(rival, {
      text: "SELECT id FROM messages UNION SELECT id FROM conversations",
    });
    expect(theirs).toHaveLength(3);
    for (const sql of tries) {
      const seen = await attempt(sql);
      for (const { id } of theirs) expect(seen).not.toContain(id);
      expect(seen).not.toContain("teams");
      expect(seen).not.toMatch(/"theirs":[^0]/);
    }
    expect(await isUnharmed()).toBe(true);
  });

  it("a pass of an earlier question is worth nothing in a later one", async () => {
    const pass = (await ask("SELECT current_setting('app.report_pass')", stand.rival)).rows[0]?.[0];
    const { rows } = await ask(
      `SELECT count(*) FROM set_config('app.report_pass', '${String(pass)}', true) s, LATERAL (SELECT s, id FROM messages) m`,
    );
    expect(rows).toEqual([[0]]);
  });

  it("nothing sealed and no secret is in any column it can read", async () => {
    for (const table of tables) {
      const seen = await attempt(`SELECT t FROM public.${table} t`);
      expect(seen).not.toContain(secretWords);
      expect(seen).not.toContain(Buffer.from(secretWords).toString("hex"));
    }
    const { rows } = await ask(
      `SELECT DISTINCT table_name || '.' || column_name FROM information_schema.columns
        WHERE table_schema = 'reports' AND (data_type IN ('bytea', 'jsonb', 'json') OR column_name LIKE 'company%')
          AND table_name <> 'pass_key'`,
    );
    expect(rows).toEqual([]);
  });

  it("what it leaves behind in its session dies with it", async () => {
    await ask(
      "SELECT pg_advisory_lock(1), set_config('search_path', 'nowhere', false), set_config('app.tenant', '', false)",
    );
    const client = new pg.Client({ connectionString: stand.url });
    await client.connect();
    const free = async () =>
      (await client.query<{ free: boolean }>("SELECT pg_try_advisory_lock(1) AS free")).rows[0]?.free;
    await expect.poll(free, { timeout: 20_000 }).toBe(true);
    await client.end();
    expect(await isUnharmed()).toBe(true);
  });

  it("what takes long is stopped, however it waits or works", async () => {
    const tries = [
      "SELECT pg_sleep(30)",
      "SELECT set_config('statement_timeout', '0', true), pg_sleep(30)",
      "SELECT count(*) FROM generate_series(1, 100000) a, generate_series(1, 100000) b",
      "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r",
    ];
    const reports = createReports({ url: stand.url, readUrl: undefined, log: silentLog, timeoutMs: 250 });
    for (const sql of tries)
      await expect(reports.ask(stand.acme, { sql, maxRows: 9, maxBytes: 999 })).rejects.toThrow(
        "ran for more than 0.25 s and was stopped",
      );
    await reports.stop();
  });

  it("what is too large is refused, in one row or in many", async () => {
    expect(await attempt("SELECT repeat('x', 30000)")).toContain("larger than 20000 bytes");
    expect(await attempt("SELECT repeat('x', 300) FROM generate_series(1, 100)")).toContain("larger than");
  });
});

it("after all of that, everything is as it was", async () => {
  expect(await isUnharmed()).toBe(true);
});

describe("the reader of reports", () => {
  it("owns one function, may not log in, and reaches no table of Baton's as a whole", async () => {
    const owner = new pg.Client({ connectionString: stand.url });
    await owner.connect();
    const { rows } = await owner.query(
      `SELECT (SELECT count(*)::int FROM pg_class WHERE relowner = r.oid) AS relations,
         (SELECT array_agg(proname::text) FROM pg_proc WHERE proowner = r.oid) AS functions,
         (SELECT count(*)::int FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v')
            AND has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')) AS tables,
         (SELECT count(*)::int FROM pg_auth_members WHERE member = r.oid) AS memberships,
         rolcanlogin OR rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb AS mighty
         FROM pg_roles r WHERE rolname = 'baton_reports'`,
    );
    const views = await owner.query(
      "SELECT relname FROM pg_class WHERE relnamespace = 'reports'::regnamespace AND relkind = 'v' AND NOT coalesce(reloptions @> ARRAY['security_invoker=true'], false)",
    );
    await owner.end();
    expect(rows).toEqual([{ relations: 0, functions: ["run"], tables: 0, memberships: 0, mighty: false }]);
    expect(views.rows).toEqual([]);
  });

  it("works the same for an owner that is no superuser", async () => {
    const database = await createTestDatabase({ empty: true });
    const name = `owner_${database.name}`;
    const admin = new pg.Client({ connectionString: stand.url });
    await admin.connect();
    await admin.query(`CREATE ROLE ${name} LOGIN PASSWORD 'managed'`);
    await admin.query(`GRANT baton_app, baton_system, baton_reports TO ${name}`);
    await admin.query(`ALTER DATABASE ${database.name} OWNER TO ${name}`);
    const url = new URL(database.url);
    [url.username, url.password] = [name, "managed"];
    await migrate({ ownerUrl: url.href, folder: migrationsFolder });
    const work = createDatabase({ url: url.href, poolSize: 2, log: silentLog });
    const reports = createReports({ url: url.href, readUrl: undefined, log: silentLog });
    const acme = await addCompany(work, "acme", ["slack", "web"]);
    const rival = await addCompany(work, "rival", ["teams"]);
    const question = { sql: "SELECT channel FROM conversations ORDER BY 1", maxRows: 9, maxBytes: 999 };
    const answers = [await reports.ask(acme, question), await reports.ask(rival, question)];
    const stolen = reports.ask(acme, { ...question, sql: `SELECT set_config('role', '${name}', true)` });
    await expect(stolen).rejects.toThrow(/security-definer/);
    await Promise.all([work.stop(), reports.stop()]);
    await database.drop();
    await admin.query(`DROP ROLE ${name}`);
    await admin.end();
    expect(answers.map(({ rows }) => rows)).toEqual([[["slack"], ["web"]], [["teams"]]]);
  });
});
