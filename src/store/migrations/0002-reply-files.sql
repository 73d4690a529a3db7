-- Files the bot hangs on its answers. Their bytes wait here for the channel that sends them. On platforms that keep
-- them they are gone some days later; for visitors of web sites nobody else keeps them, so they stay.
CREATE TABLE reply_files (
  company_id uuid NOT NULL,
  id uuid NOT NULL, -- follows from turn, call and name: a repeated call meets its own file
  conversation_id uuid NOT NULL,
  turn_id uuid NOT NULL,
  call_key text NOT NULL,
  name bytea NOT NULL,
  mime_type bytea NOT NULL,
  content bytea NOT NULL,
  size integer NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz,
  PRIMARY KEY (id, company_id),
  FOREIGN KEY (company_id, conversation_id) REFERENCES conversations (company_id, id) ON DELETE CASCADE
);
CREATE INDEX idx_reply_files_turn ON reply_files (turn_id);
CREATE INDEX idx_reply_files_conversation ON reply_files (conversation_id);
CREATE INDEX idx_reply_files_expired ON reply_files (expires_at) WHERE expires_at IS NOT NULL;

ALTER TABLE reply_files ENABLE ROW LEVEL SECURITY;
ALTER TABLE reply_files FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON reply_files TO baton_app USING (company_id = app_tenant()) WITH CHECK (company_id = app_tenant());
GRANT SELECT, INSERT, DELETE ON reply_files TO baton_app;
CREATE POLICY sweeping ON reply_files FOR SELECT TO baton_system USING (true);
GRANT SELECT (company_id, expires_at) ON reply_files TO baton_system;
