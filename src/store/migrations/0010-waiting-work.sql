-- Calls that take longer than a turn may: the tool, its exact arguments (sealed), for whom and in which epoch. One process
-- at a time runs a call and holds it for some seconds, again and again; the outcome stays here until it is told.
CREATE TABLE background_calls (
  company_id uuid NOT NULL,
  id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  turn_id uuid NOT NULL,
  requester_id uuid NOT NULL,
  role text NOT NULL CHECK (role IN ('customer', 'staff', 'admin', 'analytics')),
  tool text NOT NULL,
  arguments bytea NOT NULL,
  arguments_hash bytea NOT NULL,
  epoch integer NOT NULL,
  state text NOT NULL DEFAULT 'waiting'
    CHECK (state IN ('waiting', 'running', 'done', 'failed', 'uncertain', 'stood down')),
  runner uuid,
  held_until timestamptz,
  attempts integer NOT NULL DEFAULT 0,
  outcome bytea, -- sealed: what the tool gave, its time and its cost
  correlation_id text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz,
  PRIMARY KEY (id, company_id), -- the id follows from the call's idempotency key
  FOREIGN KEY (company_id, conversation_id) REFERENCES conversations (company_id, id) ON DELETE CASCADE,
  FOREIGN KEY (company_id, requester_id) REFERENCES contacts (company_id, id)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX idx_background_calls_open ON background_calls (conversation_id, tool, arguments_hash)
  WHERE state IN ('waiting', 'running');

ALTER TABLE background_calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE background_calls FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON background_calls TO baton_app USING (company_id = app_tenant()) WITH CHECK (company_id = app_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON background_calls TO baton_app;
CREATE POLICY sweeping ON background_calls FOR SELECT TO baton_system USING (true);
GRANT SELECT (company_id, id, state, created_at, held_until, correlation_id) ON background_calls TO baton_system;

-- Answers that wait for a colleague's word before anybody else reads them: sealed, cut into the messages they will be.
CREATE TABLE drafts (
  company_id uuid NOT NULL,
  id uuid NOT NULL, -- follows from the turn's
  conversation_id uuid NOT NULL,
  turn_id uuid NOT NULL,
  message_id uuid NOT NULL, -- the answer in the history, ignored until it is said
  recipient text,
  parts bytea NOT NULL,
  nonce_hash bytea NOT NULL,
  epoch integer NOT NULL,
  state text NOT NULL DEFAULT 'pending'
    CHECK (state IN ('pending', 'approved', 'refused', 'expired', 'stood down')),
  expires_at timestamptz NOT NULL,
  noted_at timestamptz, -- since when the person knows that a colleague looks at it
  decided_by uuid,
  decided_at timestamptz,
  correlation_id text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (id, company_id),
  FOREIGN KEY (company_id, conversation_id) REFERENCES conversations (company_id, id) ON DELETE CASCADE,
  FOREIGN KEY (company_id, decided_by) REFERENCES staff (company_id, id),
  CHECK ((state IN ('approved', 'refused')) = (decided_by IS NOT NULL))
) WITH (fillfactor = 80);
CREATE INDEX idx_drafts_open ON drafts (expires_at) WHERE state = 'pending';

ALTER TABLE drafts ENABLE ROW LEVEL SECURITY;
ALTER TABLE drafts FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON drafts TO baton_app USING (company_id = app_tenant()) WITH CHECK (company_id = app_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON drafts TO baton_app;
CREATE POLICY sweeping ON drafts FOR SELECT TO baton_system USING (true);
GRANT SELECT (company_id, id, conversation_id, state, epoch, expires_at, noted_at, created_at) ON drafts TO baton_system;
