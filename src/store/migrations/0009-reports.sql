-- What may be asked in SQL that a model wrote: a schema of views without words, names or addresses. Its reader,
-- baton_reports, has the columns behind these views and nothing else, in the rows of one company. Such SQL can call any
-- function PostgreSQL lets everybody call, so the company is proven by a pass that it cannot make, and it runs inside a
-- function of the reader's, where neither SET ROLE nor set_config('role', …) is possible.
CREATE SCHEMA reports;
GRANT USAGE ON SCHEMA reports TO baton_app, baton_reports;

CREATE TABLE reports.pass_key (key bytea NOT NULL);
INSERT INTO reports.pass_key SELECT uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
ALTER TABLE reports.pass_key ENABLE ROW LEVEL SECURITY;

-- A pass is good for one transaction: now() is the moment it began.
CREATE FUNCTION reports.sign(tenant uuid) RETURNS text LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER
  SET search_path = pg_catalog
  RETURN (SELECT encode(sha256(key || uuid_send(tenant) || timestamptz_send(now()) || key), 'hex') FROM reports.pass_key);

CREATE FUNCTION reports.pass() RETURNS text LANGUAGE sql STABLE PARALLEL RESTRICTED SECURITY DEFINER
  SET search_path = pg_catalog
  RETURN app_tenant()::text || '.' || reports.sign(app_tenant());

-- The company of the pass that is shown; nobody's rows without a good one.
CREATE FUNCTION reports.tenant() RETURNS uuid LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER
  SET search_path = pg_catalog AS $$
DECLARE
  shown text := current_setting('app.report_pass', true);
  claimed uuid;
BEGIN
  IF shown IS NULL OR shown !~ '^[0-9a-f-]{36}\.[0-9a-f]{64}$' THEN RETURN NULL; END IF;
  claimed := left(shown, 36)::uuid;
  RETURN CASE WHEN shown = claimed::text || '.' || reports.sign(claimed) THEN claimed END;
END $$;

-- Each row as [[column, value], …], so that two columns of one name stay two. A cursor takes one statement that gives
-- rows; a stable function runs none that writes.
CREATE FUNCTION reports.run(pass text, question text, max_rows integer, max_bytes integer) RETURNS SETOF json
  LANGUAGE plpgsql STABLE PARALLEL UNSAFE SECURITY DEFINER
  SET search_path = reports, pg_temp SET timezone = 'UTC' SET datestyle = 'ISO' SET standard_conforming_strings = on
  SET work_mem = '16MB' SET max_parallel_workers_per_gather = 0 AS $$
DECLARE
  hit record;
  line json;
  taken integer := 0;
  size bigint := 0;
BEGIN
  PERFORM pg_catalog.set_config('app.report_pass', pass, true);
  FOR hit IN EXECUTE question LOOP
    line := row_to_json(hit);
    size := size + octet_length(line::text);
    IF size > max_bytes THEN
      RAISE EXCEPTION 'the result is larger than % bytes', max_bytes USING ERRCODE = 'program_limit_exceeded';
    END IF;
    RETURN NEXT (SELECT json_agg(json_build_array(key, value)) FROM json_each(line));
    taken := taken + 1;
    EXIT WHEN taken >= max_rows;
  END LOOP;
END $$;

REVOKE ALL ON FUNCTION reports.sign(uuid), reports.pass(), reports.tenant(), reports.run(text, text, integer, integer)
  FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reports.pass(), reports.run(text, text, integer, integer) TO baton_app;
GRANT EXECUTE ON FUNCTION reports.tenant() TO baton_reports;
-- A new owner needs the right to create in the schema, for this one statement.
GRANT CREATE ON SCHEMA reports TO baton_reports;
ALTER FUNCTION reports.run(text, text, integer, integer) OWNER TO baton_reports;
REVOKE CREATE ON SCHEMA reports FROM baton_reports;

CREATE VIEW reports.conversations WITH (security_invoker = true) AS
  SELECT id, user_id AS contact_id, channel, audience, agent_type AS agent, status, owner_kind AS owner,
    owner_queue AS queue, waiting_since, created_at, updated_at, closed_at
  FROM conversations;
CREATE VIEW reports.messages WITH (security_invoker = true) AS
  SELECT id, conversation_id, role AS author, kind, state, created_at FROM messages;
CREATE VIEW reports.contacts WITH (security_invoker = true) AS
  SELECT id, locale, language, time_zone, created_at FROM contacts;
CREATE VIEW reports.turns WITH (security_invoker = true) AS
  SELECT id, conversation_id, state, outcome, model, attempts, input_tokens, output_tokens, cost_usd, latency_ms,
    started_at, finished_at
  FROM turns;
CREATE VIEW reports.tool_calls WITH (security_invoker = true) AS
  SELECT s.turn_id, t.conversation_id, s.name AS tool, s.ok, s.duration_ms, s.cost_usd, s.started_at, s.finished_at
  FROM steps s JOIN turns t ON t.id = s.turn_id AND t.company_id = s.company_id WHERE s.kind = 'tool';
CREATE VIEW reports.spending WITH (security_invoker = true) AS
  SELECT day, agent_type AS agent, model, turns, answered, model_calls, tool_calls, searches, input_tokens,
    output_tokens, model_usd, tool_usd, search_usd, model_usd + tool_usd + search_usd AS total_usd
  FROM cost_days;
CREATE VIEW reports.tickets WITH (security_invoker = true) AS
  SELECT id, number, conversation_id, user_id AS contact_id, queue, priority, status, created_at, updated_at FROM tickets;
CREATE VIEW reports.leads WITH (security_invoker = true) AS
  SELECT id, conversation_id, user_id AS contact_id, source, status, created_at, updated_at FROM leads;
CREATE VIEW reports.deliveries WITH (security_invoker = true) AS
  SELECT id, conversation_id, turn_id, kind, state, attempts, created_at, sent_at FROM deliveries;
CREATE VIEW reports.approvals WITH (security_invoker = true) AS
  SELECT id, conversation_id, tool, role, state, created_at, expires_at, decided_at FROM approvals;
CREATE VIEW reports.events WITH (security_invoker = true) AS
  SELECT event_type, session_id AS conversation_id, occurred_at FROM events;
CREATE VIEW reports.bookings WITH (security_invoker = true) AS
  SELECT id, kind, status, conversation_id, user_id AS contact_id, show_id, starts_at, event_date, guests, amount_usd,
    refund_usd, created_at, updated_at
  FROM bookings;
-- A payment's own id is the way to pay it, so it stays out.
CREATE VIEW reports.payments WITH (security_invoker = true) AS
  SELECT booking_id, amount_usd, state, created_at, settled_at FROM payments;
CREATE VIEW reports.shows WITH (security_invoker = true) AS
  SELECT s.id, m.title AS movie, t.name AS theater, t.city, s.screen_type, s.day, s.starts_at, s.price,
    (SELECT count(*) FROM sold_seats o WHERE o.show_id = s.id AND o.company_id = s.company_id) AS seats_sold
  FROM shows s
    JOIN movies m ON m.id = s.movie_id AND m.company_id = s.company_id
    JOIN theaters t ON t.id = s.theater_id AND t.company_id = s.company_id;
CREATE VIEW reports.menu_items WITH (security_invoker = true) AS
  SELECT id, category, name FROM menu_items;
CREATE VIEW reports.accounts WITH (security_invoker = true) AS
  SELECT id, user_id AS contact_id, plan, status, opened_on FROM accounts;
CREATE VIEW reports.orders WITH (security_invoker = true) AS
  SELECT id, number, account_id, status, placed_on, expected_on, delivered_on, carrier, total_usd FROM orders;
CREATE VIEW reports.refunds WITH (security_invoker = true) AS
  SELECT order_id, amount_usd, created_at FROM refunds;

-- The columns behind the views, one by one: what a table gains later stays out until it is let in here.
DO $$
DECLARE granted record;
BEGIN
  FOR granted IN SELECT * FROM (VALUES
    ('conversations', 'id, user_id, channel, audience, agent_type, status, owner_kind, owner_queue, waiting_since, created_at, updated_at, closed_at'),
    ('messages', 'id, conversation_id, role, kind, state, created_at'),
    ('contacts', 'id, locale, language, time_zone, created_at'),
    ('turns', 'id, conversation_id, state, outcome, model, attempts, input_tokens, output_tokens, cost_usd, latency_ms, started_at, finished_at'),
    ('steps', 'turn_id, kind, name, ok, duration_ms, cost_usd, started_at, finished_at'),
    ('cost_days', 'day, agent_type, model, turns, answered, model_calls, tool_calls, searches, input_tokens, output_tokens, model_usd, tool_usd, search_usd'),
    ('tickets', 'id, number, conversation_id, user_id, queue, priority, status, created_at, updated_at'),
    ('leads', 'id, conversation_id, user_id, source, status, created_at, updated_at'),
    ('deliveries', 'id, conversation_id, turn_id, kind, state, attempts, created_at, sent_at'),
    ('approvals', 'id, conversation_id, tool, role, state, created_at, expires_at, decided_at'),
    ('events', 'event_type, session_id, occurred_at'),
    ('bookings', 'id, kind, status, conversation_id, user_id, show_id, starts_at, event_date, guests, amount_usd, refund_usd, created_at, updated_at'),
    ('payments', 'booking_id, amount_usd, state, created_at, settled_at'),
    ('shows', 'id, movie_id, theater_id, screen_type, day, starts_at, price'),
    ('sold_seats', 'show_id'),
    ('movies', 'id, title'),
    ('theaters', 'id, name, city'),
    ('menu_items', 'id, category, name'),
    ('accounts', 'id, user_id, plan, status, opened_on'),
    ('orders', 'id, number, account_id, status, placed_on, expected_on, delivered_on, carrier, total_usd'),
    ('refunds', 'order_id, amount_usd, created_at')
  ) AS t (name, columns)
  LOOP
    EXECUTE format('GRANT SELECT (company_id, %s) ON %I TO baton_reports', granted.columns, granted.name);
    EXECUTE format('CREATE POLICY reporting ON %I FOR SELECT TO baton_reports USING (company_id = (SELECT reports.tenant()))', granted.name);
  END LOOP;
END $$;
GRANT SELECT ON ALL TABLES IN SCHEMA reports TO baton_reports;
REVOKE ALL ON reports.pass_key FROM baton_reports;
