-- Of which wait colleagues were told so often, and who of them by name.
ALTER TABLE rooms
  ADD COLUMN alerted_for timestamptz,
  ADD COLUMN told_staff uuid[] NOT NULL DEFAULT '{}';
GRANT SELECT (alerted_for) ON rooms TO baton_system;
