-- What colleagues do with people and their tickets: nobody is answered who was blocked, tickets go on in others, and
-- replies are suggested to colleagues.
ALTER TABLE contacts ADD COLUMN blocked_at timestamptz;
ALTER TABLE tickets ADD COLUMN merged_into uuid;

CREATE TABLE suggested_replies (
  company_id uuid NOT NULL,
  id uuid NOT NULL, -- follows from the command that asked for it
  conversation_id uuid NOT NULL,
  desk_id uuid NOT NULL, -- where it was asked for
  cause uuid NOT NULL,
  only_for text, -- who may see it where others read along
  body bytea, -- as it was suggested
  attempts integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  done_at timestamptz,
  correlation_id text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (id, company_id),
  FOREIGN KEY (company_id, conversation_id) REFERENCES conversations (company_id, id) ON DELETE CASCADE,
  FOREIGN KEY (company_id, desk_id) REFERENCES conversations (company_id, id) ON DELETE CASCADE
);
CREATE INDEX idx_suggested_replies_conversation ON suggested_replies (conversation_id);
CREATE INDEX idx_suggested_replies_desk ON suggested_replies (desk_id);
CREATE INDEX idx_suggested_replies_due ON suggested_replies (next_attempt_at) WHERE done_at IS NULL;

ALTER TABLE suggested_replies ENABLE ROW LEVEL SECURITY;
ALTER TABLE suggested_replies FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON suggested_replies TO baton_app USING (company_id = app_tenant()) WITH CHECK (company_id = app_tenant());
CREATE POLICY sweeping ON suggested_replies FOR SELECT TO baton_system USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON suggested_replies TO baton_app;
GRANT SELECT (company_id, id, next_attempt_at, done_at) ON suggested_replies TO baton_system;

-- How much the bot does alone, and how much people do, beside what is aimed at. Threads of colleagues are nobody's talk.
CREATE VIEW reports.handoff_rates WITH (security_invoker = true) AS
  SELECT day, channel, count(*) AS conversations,
    count(*) FILTER (WHERE is_escalated) AS escalated,
    count(*) FILTER (WHERE is_helped) AS helped_by_people,
    round(avg(is_escalated::int), 4) AS escalation_rate, 0.15 AS escalation_target,
    round(avg(is_helped::int), 4) AS handoff_rate,
    round(avg((NOT is_escalated AND NOT is_helped)::int), 4) AS resolution_rate, 0.82 AS resolution_target
  FROM (
    SELECT (c.created_at AT TIME ZONE 'UTC')::date AS day, c.channel,
      EXISTS (SELECT FROM audit a WHERE a.conversation_id = c.id AND a.action IN ('escalate', 'transfer')) AS is_escalated,
      EXISTS (SELECT FROM audit a WHERE a.conversation_id = c.id AND a.action IN ('claim', 'assign', 'staff reply')) AS is_helped
    FROM conversations c WHERE c.owner_kind <> 'off') talks
  GROUP BY day, channel;
GRANT SELECT (company_id, conversation_id, action) ON audit TO baton_reports;
CREATE POLICY reporting ON audit FOR SELECT TO baton_reports USING (company_id = (SELECT reports.tenant()));
GRANT SELECT ON reports.handoff_rates TO baton_reports;
