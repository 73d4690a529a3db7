-- By when a ticket is to be answered and solved. `sla_priority` is the priority the times were worked out for.
ALTER TABLE tickets
  ADD COLUMN sla_priority text,
  ADD COLUMN response_due_at timestamptz,
  ADD COLUMN response_state text CHECK (response_state IN ('met', 'breached')),
  ADD COLUMN resolution_due_at timestamptz,
  ADD COLUMN resolution_state text CHECK (resolution_state IN ('met', 'breached'));
CREATE INDEX idx_tickets_sla_unset ON tickets (company_id, created_at)
  WHERE status IN ('open', 'pending') AND sla_priority IS DISTINCT FROM priority;
CREATE INDEX idx_tickets_response_due ON tickets (response_due_at) WHERE response_state IS NULL;
CREATE INDEX idx_tickets_resolution_due ON tickets (resolution_due_at) WHERE resolution_state IS NULL;

CREATE POLICY sweeping ON tickets FOR SELECT TO baton_system USING (true);
GRANT SELECT (company_id, id, conversation_id, priority, status, created_at, sla_priority, response_due_at, response_state,
  resolution_due_at, resolution_state) ON tickets TO baton_system;

CREATE OR REPLACE VIEW reports.tickets WITH (security_invoker = true) AS
  SELECT id, number, conversation_id, user_id AS contact_id, queue, priority, status, created_at, updated_at,
    response_due_at, response_state, resolution_due_at, resolution_state
  FROM tickets;
GRANT SELECT (response_due_at, response_state, resolution_due_at, resolution_state) ON tickets TO baton_reports;
