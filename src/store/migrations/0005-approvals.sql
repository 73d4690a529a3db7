-- Calls that wait for a colleague's word: the tool, its exact arguments (sealed), for whom and in which epoch.
-- run_turn_id names the one turn that may carry the call out; a second turn never may.
CREATE TABLE approvals (
  company_id uuid NOT NULL,
  id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  turn_id uuid NOT NULL,
  requester_id uuid NOT NULL,
  role text NOT NULL CHECK (role IN ('customer', 'staff', 'admin', 'analytics')),
  tool text NOT NULL,
  arguments bytea NOT NULL,
  arguments_hash bytea NOT NULL,
  nonce_hash bytea NOT NULL,
  epoch integer NOT NULL,
  state text NOT NULL DEFAULT 'pending'
    CHECK (state IN ('pending', 'approved', 'refused', 'expired', 'stood down')),
  expires_at timestamptz NOT NULL,
  decided_by uuid,
  decided_at timestamptz,
  run_turn_id uuid,
  correlation_id text,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, company_id), -- the id follows from the call's idempotency key
  FOREIGN KEY (company_id, conversation_id) REFERENCES conversations (company_id, id) ON DELETE CASCADE,
  FOREIGN KEY (company_id, requester_id) REFERENCES contacts (company_id, id),
  FOREIGN KEY (company_id, decided_by) REFERENCES staff (company_id, id),
  CHECK ((state IN ('approved', 'refused')) = (decided_by IS NOT NULL))
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX idx_approvals_waiting ON approvals (conversation_id, tool, arguments_hash) WHERE state = 'pending';
CREATE INDEX idx_approvals_open ON approvals (expires_at) WHERE state = 'pending' OR (state = 'approved' AND run_turn_id IS NULL);

ALTER TABLE approvals ENABLE ROW LEVEL SECURITY;
ALTER TABLE approvals FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON approvals TO baton_app USING (company_id = app_tenant()) WITH CHECK (company_id = app_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON approvals TO baton_app;
CREATE POLICY sweeping ON approvals FOR SELECT TO baton_system USING (true);
GRANT SELECT (company_id, id, conversation_id, state, epoch, expires_at, run_turn_id) ON approvals TO baton_system;
GRANT SELECT (epoch, owner_kind) ON conversations TO baton_system;
