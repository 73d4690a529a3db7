-- The messages a mirrored one stands in: what colleagues answer there, or react to, is the person's own message.
ALTER TABLE room_mirrors ADD COLUMN deliveries uuid[] NOT NULL DEFAULT '{}';
CREATE INDEX idx_room_mirrors_room ON room_mirrors (room_id);

-- What colleagues react with to a person's message: it stands under that message as long as one of them does.
CREATE TABLE room_reactions (
  company_id uuid NOT NULL,
  room_id uuid NOT NULL,
  message_id uuid NOT NULL,
  emoji text NOT NULL,
  sender_id text NOT NULL,
  PRIMARY KEY (message_id, emoji, sender_id, company_id),
  FOREIGN KEY (company_id, room_id) REFERENCES rooms (company_id, id) ON DELETE CASCADE
);
CREATE INDEX idx_room_reactions_room ON room_reactions (room_id);

ALTER TABLE room_reactions ENABLE ROW LEVEL SECURITY;
ALTER TABLE room_reactions FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON room_reactions TO baton_app USING (company_id = app_tenant()) WITH CHECK (company_id = app_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON room_reactions TO baton_app;
