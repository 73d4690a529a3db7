-- Files that people and colleagues attached, on their way from where they were attached to the other side of a room.
CREATE TABLE room_files (
  company_id uuid NOT NULL,
  id uuid NOT NULL, -- follows from the message, the file's place in it and the room
  room_id uuid NOT NULL,
  source_id uuid NOT NULL, -- the conversation it was attached in
  place_id uuid NOT NULL, -- the conversation it goes to
  reply_id uuid, -- it goes once this has gone, and not if that is taken back
  recipient text NOT NULL,
  content bytea NOT NULL, -- sealed: where it is to be had
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'carried', 'lost', 'dropped')),
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (id, company_id),
  FOREIGN KEY (company_id, room_id) REFERENCES rooms (company_id, id) ON DELETE CASCADE
);
CREATE INDEX idx_room_files_due ON room_files (next_attempt_at) WHERE state = 'waiting';
CREATE INDEX idx_room_files_room ON room_files (room_id);

ALTER TABLE room_files ENABLE ROW LEVEL SECURITY;
ALTER TABLE room_files FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON room_files TO baton_app USING (company_id = app_tenant()) WITH CHECK (company_id = app_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON room_files TO baton_app;
CREATE POLICY sweeping ON room_files FOR SELECT TO baton_system USING (true);
GRANT SELECT (company_id, id, state, next_attempt_at) ON room_files TO baton_system;
