-- What Baton says later by itself: questions an outage kept from an answer, asked again, and reminders people asked for.
CREATE TABLE later_words (
  company_id uuid NOT NULL,
  id uuid NOT NULL, -- follows from the turn, or from the key of the call that asked for it
  conversation_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('question', 'reminder')),
  content bytea NOT NULL, -- sealed
  epoch integer NOT NULL, -- the conversation's when this was left
  through_seq bigint NOT NULL, -- whoever said something behind it has moved on
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'told', 'stood down')),
  attempts integer NOT NULL DEFAULT 0,
  due_at timestamptz NOT NULL,
  correlation_id text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (id, company_id),
  FOREIGN KEY (company_id, conversation_id) REFERENCES conversations (company_id, id) ON DELETE CASCADE
) WITH (fillfactor = 80);
CREATE INDEX idx_later_words_due ON later_words (due_at) WHERE state = 'waiting';
CREATE INDEX idx_later_words_conversation ON later_words (conversation_id) WHERE state = 'waiting';

ALTER TABLE later_words ENABLE ROW LEVEL SECURITY;
ALTER TABLE later_words FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON later_words TO baton_app USING (company_id = app_tenant()) WITH CHECK (company_id = app_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON later_words TO baton_app;
CREATE POLICY sweeping ON later_words FOR SELECT TO baton_system USING (true);
GRANT SELECT (company_id, id, state, due_at) ON later_words TO baton_system;
