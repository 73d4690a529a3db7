-- A group that the file names no longer counts on until the groups named in its place have been read once, but not
-- longer than this: whoever is in both is a colleague all along.
ALTER TABLE staff_groups ADD COLUMN leaves_at timestamptz;

-- Whether a group is in another company's workspace is seen across companies.
GRANT SELECT (channel, workspace) ON staff_groups TO baton_system;
