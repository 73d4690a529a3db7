-- While a conversation sleeps, the clocks of its tickets stand still; `sla_shift_ms` is how long they have in all.
ALTER TABLE tickets
  ADD COLUMN sla_paused_at timestamptz,
  ADD COLUMN sla_shift_ms bigint NOT NULL DEFAULT 0;
GRANT SELECT (sla_paused_at, sla_shift_ms) ON tickets TO baton_system;
