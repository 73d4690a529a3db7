-- Whose words go out of a room at once, and the line under a colleague's last words that offers to send them.
ALTER TABLE rooms
  ADD COLUMN live_staff uuid,
  ADD COLUMN offer_id uuid,
  ADD COLUMN offer_for uuid;
