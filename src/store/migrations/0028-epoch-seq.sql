-- The last message before a conversation last changed hands: what was said before that was said to whoever had it then.
ALTER TABLE conversations ADD COLUMN epoch_seq bigint NOT NULL DEFAULT 0;
