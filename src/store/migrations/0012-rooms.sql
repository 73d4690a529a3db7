-- Where colleagues work on a conversation. Its card stands in `card_conversation_id` and shows who has the baton; the thread
-- under the card is `room_conversation_id`, known once the card stands. Where the person and their helpers share a thread,
-- that is the conversation itself.
CREATE TABLE rooms (
  company_id uuid NOT NULL,
  id uuid NOT NULL, -- follows from the conversation and the epoch it was passed on in
  conversation_id uuid NOT NULL,
  card_conversation_id uuid NOT NULL,
  card_id uuid NOT NULL,
  room_conversation_id uuid,
  state text NOT NULL DEFAULT 'opening' CHECK (state IN ('opening', 'open', 'closed')),
  brief bytea NOT NULL, -- sealed: what the card tells beside who has the baton
  mirrored_seq bigint NOT NULL,
  replies integer NOT NULL DEFAULT 0,
  is_card_stale boolean NOT NULL DEFAULT false,
  alerts integer NOT NULL DEFAULT 0, -- how often colleagues were told that somebody waits
  correlation_id text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (id, company_id),
  FOREIGN KEY (company_id, conversation_id) REFERENCES conversations (company_id, id) ON DELETE CASCADE
) WITH (fillfactor = 80);
CREATE INDEX idx_rooms_conversation ON rooms (conversation_id, created_at);
CREATE UNIQUE INDEX idx_rooms_current ON rooms (conversation_id) WHERE state <> 'closed';
CREATE INDEX idx_rooms_place ON rooms (room_conversation_id);
CREATE INDEX idx_rooms_due ON rooms (created_at) WHERE room_conversation_id IS NULL OR is_card_stale;

-- What the person wrote as it stands in the room; stale once they changed or deleted it.
CREATE TABLE room_mirrors (
  company_id uuid NOT NULL,
  room_id uuid NOT NULL,
  message_id uuid NOT NULL,
  pieces integer NOT NULL,
  is_stale boolean NOT NULL DEFAULT false,
  PRIMARY KEY (message_id, room_id, company_id),
  FOREIGN KEY (company_id, room_id) REFERENCES rooms (company_id, id) ON DELETE CASCADE
);
CREATE INDEX idx_room_mirrors_stale ON room_mirrors (room_id) WHERE is_stale;

-- What colleagues sent out of the room, by number. `line_id` is the line that tells the room what became of it.
CREATE TABLE room_replies (
  company_id uuid NOT NULL,
  id uuid NOT NULL, -- follows from the command's own message
  room_id uuid NOT NULL,
  number integer NOT NULL,
  conversation_id uuid NOT NULL,
  message_id uuid NOT NULL,
  deliveries uuid[] NOT NULL,
  line_id uuid NOT NULL,
  by_staff uuid NOT NULL,
  identity text NOT NULL CHECK (identity IN ('named', 'role', 'anonymous')),
  state text NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'sent', 'failed', 'undone')),
  is_told boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (id, company_id),
  FOREIGN KEY (company_id, room_id) REFERENCES rooms (company_id, id) ON DELETE CASCADE,
  FOREIGN KEY (company_id, by_staff) REFERENCES staff (company_id, id)
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX idx_room_replies_number ON room_replies (room_id, number);
CREATE INDEX idx_room_replies_untold ON room_replies (created_at) WHERE NOT is_told;
CREATE INDEX idx_room_replies_conversation ON room_replies (conversation_id) WHERE NOT is_told;

CREATE INDEX idx_conversations_queued ON conversations (waiting_since) WHERE owner_kind = 'queue';

ALTER TABLE tickets ADD COLUMN tags text[] NOT NULL DEFAULT '{}';
CREATE INDEX idx_tickets_conversation ON tickets (conversation_id);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['rooms', 'room_mirrors', 'room_replies'] LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant ON %I TO baton_app USING (company_id = app_tenant()) WITH CHECK (company_id = app_tenant())', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO baton_app', t);
    EXECUTE format('CREATE POLICY sweeping ON %I FOR SELECT TO baton_system USING (true)', t);
  END LOOP;
END $$;
GRANT SELECT (company_id, id, conversation_id, card_id, room_conversation_id, state, is_card_stale, alerts, created_at) ON rooms TO baton_system;
GRANT SELECT (owner_kind, status, waiting_since) ON conversations TO baton_system;
GRANT SELECT (company_id, room_id, is_stale) ON room_mirrors TO baton_system;
GRANT SELECT (company_id, id, room_id, deliveries, is_told, created_at) ON room_replies TO baton_system;
