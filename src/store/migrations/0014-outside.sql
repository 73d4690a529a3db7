-- What systems outside are told: a row for each event and each system that a company's file names, written with the change
-- it tells of. Bodies hold ids and times, nothing anybody wrote.
CREATE TABLE outside_events (
  company_id uuid NOT NULL,
  id uuid NOT NULL, -- follows from the event and the system
  event_id uuid NOT NULL,
  system text NOT NULL,
  name text NOT NULL,
  conversation_id uuid NOT NULL,
  data jsonb NOT NULL,
  at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'given up')),
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (id, company_id),
  FOREIGN KEY (company_id, conversation_id) REFERENCES conversations (company_id, id) ON DELETE CASCADE
) WITH (fillfactor = 80);
CREATE INDEX idx_outside_events_due ON outside_events (next_attempt_at) WHERE state = 'pending';
CREATE INDEX idx_outside_events_conversation ON outside_events (conversation_id);
CREATE INDEX idx_outside_events_done ON outside_events (company_id, created_at) WHERE state <> 'pending';

ALTER TABLE outside_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE outside_events FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON outside_events TO baton_app USING (company_id = app_tenant()) WITH CHECK (company_id = app_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON outside_events TO baton_app;
CREATE POLICY sweeping ON outside_events FOR SELECT TO baton_system USING (true);
GRANT SELECT (company_id, id, system, state, next_attempt_at) ON outside_events TO baton_system;
