import { describe, expect, it } from "vitest";
import { checkSql } from "../../../tools/analytics/check-sql.ts";
import { reportViews } from "../../../tools/analytics/report-views.ts";

describe("SQL that a model wrote", () => {
  it.each([
    ...reportViews.map(({ name, columns }) => `SELECT ${columns.join(", ")} FROM ${name} LIMIT 5`),
    "SELECT channel, count(*) FILTER (WHERE status = 'escalated') FROM reports.conversations GROUP BY 1 ORDER BY 2 DESC;",
    "SELECT date_trunc('week', created_at)::date AS week, round(avg(extract(epoch FROM closed_at - created_at)) / 60) FROM conversations WHERE created_at > now() - interval '30 days' GROUP BY 1",
    "WITH per_day AS (SELECT day, sum(total_usd) AS usd FROM spending GROUP BY day) SELECT day, usd, avg(usd) OVER (ORDER BY day ROWS 6 PRECEDING) FROM per_day",
    "SELECT d::date, count(t.id) FROM generate_series(current_date - 6, current_date, '1 day') d LEFT JOIN tickets t ON t.created_at::date = d GROUP BY 1",
    "SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY latency_ms) FROM turns WHERE state IN ('answered') AND model LIKE 'gpt%'",
    "SELECT CASE WHEN guests > 20 THEN 'large' ELSE 'small' END, count(DISTINCT contact_id) FROM bookings GROUP BY ROLLUP (1) HAVING count(*) > 0",
    "SELECT status FROM tickets UNION ALL SELECT status FROM leads",
    "SELECT c.id FROM conversations c WHERE EXISTS (SELECT 1 FROM tickets t WHERE t.conversation_id = c.id)",
    "SELECT lag(day) OVER w, day FROM spending WINDOW w AS (PARTITION BY model ORDER BY day)",
    "SELECT (created_at AT TIME ZONE 'America/Chicago')::date, coalesce(nullif(queue, ''), 'none') FROM tickets",
  ])("may ask: %s", async (sql) => {
    expect(await checkSql(sql)).toBeUndefined();
  });

  it.each([
    ["two statements", "SELECT 1; SELECT 2", "one SELECT at a time"],
    ["nothing", "-- nothing", "cannot be read|one SELECT"],
    ["what is no SQL", "show me the tickets", "syntax error"],
    ["INSERT", "INSERT INTO tickets DEFAULT VALUES", "Only SELECT"],
    ["COPY", "COPY conversations TO STDOUT", "Only SELECT"],
    ["EXPLAIN", "EXPLAIN SELECT * FROM conversations", "Only SELECT"],
    ["SHOW", "SHOW data_directory", "Only SELECT"],
    ["SET ROLE", "SET ROLE postgres", "Only SELECT"],
    ["RESET ROLE", "RESET ROLE", "Only SELECT"],
    ["DO", "DO $$ BEGIN END $$", "Only SELECT"],
    ["a writing WITH", "WITH d AS (DELETE FROM tickets RETURNING id) SELECT * FROM d", "DeleteStmt"],
    ["SELECT INTO", "SELECT 1 INTO t", "nothing can be written"],
    ["SELECT INTO in a UNION", "SELECT 1 INTO t UNION SELECT 2", "nothing can be written"],
    ["FOR UPDATE", "SELECT id FROM (SELECT id FROM tickets FOR UPDATE) t", "nothing is locked"],
    ["a table behind a view", "SELECT content FROM public.messages", "no view public.messages"],
    ["the catalog", "SELECT * FROM pg_catalog.pg_class", "no view pg_catalog.pg_class"],
    ["the catalog without its name", "SELECT * FROM pg_stat_activity", "no view pg_stat_activity"],
    ["the key of the passes", "SELECT * FROM reports.pass_key", "no view reports.pass_key"],
    ["another database", "SELECT * FROM other.reports.tickets", "no view"],
    ["a name in quotes", 'SELECT * FROM "pg_authid"', "no view pg_authid"],
    ["a name in Unicode escapes", 'SELECT * FROM U&"pg\\005fauthid"', "no view pg_authid"],
    ["a hidden table", "SELECT (SELECT name FROM contacts_ LIMIT 1)", "no view contacts_"],
    ["set_config", "SELECT set_config('app.tenant', 'x', true)", "function set_config"],
    ["set_config in its schema", "SELECT pg_catalog.set_config('role', 'postgres', true)", "set_config"],
    ["set_config in quotes and a comment", "SELECT \"set_config\"/* */('role', 'x', true)", "set_config"],
    ["set_config in FROM", "SELECT * FROM set_config('role', 'x', true)", "set_config"],
    ["set_config in ORDER BY", "SELECT 1 ORDER BY set_config('role', 'x', true)", "set_config"],
    [
      "set_config in a FILTER",
      "SELECT count(*) FILTER (WHERE set_config('a', 'x', true) = '') FROM tickets",
      "set_config",
    ],
    ["set_config in LIMIT", "SELECT 1 LIMIT length(set_config('role', 'x', true))", "set_config"],
    ["settings", "SELECT current_setting('app.report_pass')", "current_setting"],
    ["waiting", "SELECT pg_sleep(60)", "pg_sleep"],
    ["a lock", "SELECT pg_advisory_lock(1)", "pg_advisory_lock"],
    ["files", "SELECT pg_read_file('/etc/passwd')", "pg_read_file"],
    ["large objects", "SELECT lo_import('/etc/passwd')", "lo_import"],
    ["another server", "SELECT * FROM dblink('x', 'SELECT 1') AS t(a int)", "dblink"],
    ["SQL in SQL", "SELECT query_to_xml('SELECT 1', true, true, '')", "query_to_xml"],
    ["much out of little", "SELECT repeat('x', 1000000000)", "repeat"],
    ["one value of all rows", "SELECT string_agg(channel, ',') FROM conversations", "string_agg"],
    ["an array of all rows", "SELECT ARRAY(SELECT id FROM messages)", "ARRAY"],
    ["the functions of reports", "SELECT reports.run('', 'SELECT 1', 1, 1)", "reports.run"],
    ["names of tables as types", "SELECT 'pg_authid'::regclass", "regclass"],
    ["who is connected", "SELECT session_user", "Who asks"],
    ["XML", "SELECT xmlelement(name a)", "XmlExpr"],
    ["parameters", "SELECT $1", "ParamRef"],
  ])("may not ask for %s", async (_, sql, problem) => {
    expect(await checkSql(sql)).toMatch(new RegExp(problem));
  });

  it("is read to its end however deeply it is nested", async () => {
    const nested = (inner: string) => `SELECT ${"(".repeat(2_000)}${inner}${")".repeat(2_000)}`;
    expect(await checkSql(nested("1"))).toBeUndefined();
    expect(await checkSql(nested("pg_sleep(9)"))).toContain("pg_sleep");
    const subselects = `SELECT * FROM ${"(SELECT * FROM ".repeat(300)}pg_authid${") x".repeat(300)}`;
    expect(await checkSql(subselects)).toMatch(/pg_authid|nested too deeply/);
    expect(await checkSql("SELECT 1 FROM tickets")).toBeUndefined();
  });
});
