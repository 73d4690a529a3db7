-- What was said in threads nobody knew yet, on platforms that do not tell later what was said: the message that calls
-- the bot may come after what follows it. Sealed, and gone after some minutes.
CREATE TABLE held_messages (
  company_id uuid NOT NULL,
  id uuid NOT NULL, -- the message's own, so that a second delivery meets it
  conversation_id uuid NOT NULL, -- of the conversation there may come to be
  external_id text NOT NULL,
  envelope bytea NOT NULL,
  held_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (id, company_id)
);
CREATE INDEX idx_held_messages_conversation ON held_messages (conversation_id);
CREATE INDEX idx_held_messages_held_at ON held_messages (held_at);

ALTER TABLE held_messages ENABLE ROW LEVEL SECURITY;
ALTER TABLE held_messages FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON held_messages TO baton_app USING (company_id = app_tenant()) WITH CHECK (company_id = app_tenant());
GRANT SELECT, INSERT, DELETE ON held_messages TO baton_app;
CREATE POLICY sweeping ON held_messages FOR SELECT TO baton_system USING (true);
GRANT SELECT (company_id, held_at) ON held_messages TO baton_system;
