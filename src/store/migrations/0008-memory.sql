-- The words a turn was answered with: the same prompt, the same name.
ALTER TABLE turns ADD COLUMN prompt_version text;

-- length_turns counts what the person has said in length_epoch, the last time at length_at: how long the talk has
-- become since it began, changed hands, or paused. Nothing before memory_from_seq is told to a model any more.
ALTER TABLE conversations ADD COLUMN length_turns integer NOT NULL DEFAULT 0,
  ADD COLUMN length_epoch integer NOT NULL DEFAULT 0,
  ADD COLUMN length_at timestamptz,
  ADD COLUMN memory_from_seq bigint NOT NULL DEFAULT 0;
