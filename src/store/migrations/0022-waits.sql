-- What people who wait were told of their place and of how long it takes, so that it is changed where it stands.
CREATE TABLE waits (
  company_id uuid NOT NULL,
  conversation_id uuid NOT NULL,
  notice_id uuid, -- null where the room's card tells it
  has_intro boolean NOT NULL,
  told uuid NOT NULL, -- follows from the words
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (conversation_id, company_id),
  FOREIGN KEY (company_id, conversation_id) REFERENCES conversations (company_id, id) ON DELETE CASCADE
);

ALTER TABLE waits ENABLE ROW LEVEL SECURITY;
ALTER TABLE waits FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON waits TO baton_app USING (company_id = app_tenant()) WITH CHECK (company_id = app_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON waits TO baton_app;
CREATE POLICY sweeping ON waits FOR SELECT TO baton_system USING (true);
GRANT SELECT (company_id, conversation_id) ON waits TO baton_system;
