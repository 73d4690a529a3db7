-- What colleagues said to people that they would do, and until when.
CREATE TABLE promises (
  company_id uuid NOT NULL,
  id uuid NOT NULL, -- follows from the message and the words in it
  conversation_id uuid NOT NULL,
  message_id uuid NOT NULL,
  by_staff uuid NOT NULL,
  words bytea NOT NULL, -- sealed
  due_at timestamptz NOT NULL,
  state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'kept', 'dropped')),
  reminded_at timestamptz,
  asked_at timestamptz, -- when a colleague who was to resolve the conversation was asked about it
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (id, company_id),
  FOREIGN KEY (company_id, conversation_id) REFERENCES conversations (company_id, id) ON DELETE CASCADE,
  FOREIGN KEY (company_id, by_staff) REFERENCES staff (company_id, id)
);
CREATE INDEX idx_promises_conversation ON promises (conversation_id) WHERE state = 'open';
CREATE INDEX idx_promises_message ON promises (message_id);
CREATE INDEX idx_promises_due ON promises (due_at) WHERE state = 'open' AND reminded_at IS NULL;

ALTER TABLE promises ENABLE ROW LEVEL SECURITY;
ALTER TABLE promises FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON promises TO baton_app USING (company_id = app_tenant()) WITH CHECK (company_id = app_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON promises TO baton_app;
CREATE POLICY sweeping ON promises FOR SELECT TO baton_system USING (true);
GRANT SELECT (company_id, id, conversation_id, state, due_at, reminded_at) ON promises TO baton_system;
