-- The colleague's own message a reply came from: what is changed there is changed where the person reads it.
ALTER TABLE room_replies
  ADD COLUMN source_id uuid,
  ADD COLUMN is_changed boolean NOT NULL DEFAULT false;
CREATE INDEX idx_room_replies_source ON room_replies (source_id);
CREATE INDEX idx_room_replies_changed ON room_replies (room_id) WHERE is_changed;
GRANT SELECT (is_changed) ON room_replies TO baton_system;
