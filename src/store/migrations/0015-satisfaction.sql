-- What people say of the help they got from colleagues: asked once for each conversation, when a colleague resolves it.
CREATE TABLE satisfaction (
  company_id uuid NOT NULL,
  id uuid NOT NULL, -- follows from the conversation
  conversation_id uuid NOT NULL,
  resolved_by uuid NOT NULL,
  thumb text CHECK (thumb IN ('up', 'down')),
  score smallint CHECK (score BETWEEN 1 AND 5),
  asked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  answered_at timestamptz,
  PRIMARY KEY (id, company_id),
  FOREIGN KEY (company_id, conversation_id) REFERENCES conversations (company_id, id) ON DELETE CASCADE,
  FOREIGN KEY (company_id, resolved_by) REFERENCES staff (company_id, id)
);
CREATE INDEX idx_satisfaction_conversation ON satisfaction (conversation_id);

ALTER TABLE satisfaction ENABLE ROW LEVEL SECURITY;
ALTER TABLE satisfaction FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON satisfaction TO baton_app USING (company_id = app_tenant()) WITH CHECK (company_id = app_tenant());
GRANT SELECT, INSERT, UPDATE, DELETE ON satisfaction TO baton_app;

CREATE VIEW reports.satisfaction WITH (security_invoker = true) AS
  SELECT id, conversation_id, resolved_by, thumb, score, asked_at, answered_at FROM satisfaction;
GRANT SELECT (company_id, id, conversation_id, resolved_by, thumb, score, asked_at, answered_at) ON satisfaction TO baton_reports;
CREATE POLICY reporting ON satisfaction FOR SELECT TO baton_reports USING (company_id = (SELECT reports.tenant()));
GRANT SELECT ON reports.satisfaction TO baton_reports;
