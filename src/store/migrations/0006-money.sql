-- What was spent, summed up by maintenance from the journal of steps: for reports, and to go on counting from where
-- the counters in the fast state were lost. Days are days in UTC.
CREATE TABLE cost_days (
  day date NOT NULL,
  agent_type text NOT NULL,
  model text NOT NULL,
  company_id uuid NOT NULL REFERENCES companies (id),
  turns integer NOT NULL,
  answered integer NOT NULL,
  model_calls integer NOT NULL,
  tool_calls integer NOT NULL,
  searches integer NOT NULL,
  input_tokens bigint NOT NULL,
  output_tokens bigint NOT NULL,
  model_usd numeric(14, 6) NOT NULL,
  tool_usd numeric(14, 6) NOT NULL,
  search_usd numeric(14, 6) NOT NULL,
  PRIMARY KEY (day, agent_type, model, company_id)
);

CREATE TABLE token_days (
  contact_id uuid NOT NULL,
  day date NOT NULL,
  company_id uuid NOT NULL,
  turns integer NOT NULL,
  tokens bigint NOT NULL,
  cost_usd numeric(14, 6) NOT NULL,
  PRIMARY KEY (contact_id, day, company_id),
  FOREIGN KEY (contact_id, company_id) REFERENCES contacts (id, company_id) ON DELETE CASCADE
);
CREATE INDEX idx_token_days_day ON token_days (day, tokens);

-- A conversation's spending is read when its counter is not there. A column that never changes keeps updates cheap.
CREATE INDEX idx_turns_conversation ON turns (conversation_id);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['cost_days', 'token_days']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant ON %I TO baton_app USING (company_id = app_tenant()) WITH CHECK (company_id = app_tenant())', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO baton_app', t);
  END LOOP;
END $$;

-- The whole deployment's day is summed over all companies: numbers, never content.
CREATE POLICY sweeping ON steps FOR SELECT TO baton_system USING (true);
GRANT SELECT (company_id, turn_id, kind, cost_usd, finished_at) ON steps TO baton_system;
