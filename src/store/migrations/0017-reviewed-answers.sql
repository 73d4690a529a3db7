-- What colleagues answered in the place of the bot, to be told to whoever asks the same until it expires. The document it
-- becomes follows from the row: `published_revision` is how far the documents have got.
CREATE TABLE reviewed_answers (
  company_id uuid NOT NULL REFERENCES companies (id),
  id uuid NOT NULL, -- follows from the question and who may read the answer
  conversation_id uuid NOT NULL, -- where it was corrected last
  turn_id uuid NOT NULL, -- the answer that was corrected last
  content bytea NOT NULL, -- {question, answer, audience}; the question without personal data
  by_staff uuid NOT NULL,
  -- People who were answered the same question before, who may read it, and who have not seen the correction.
  affected uuid[] NOT NULL DEFAULT '{}',
  revision integer NOT NULL DEFAULT 1,
  published_revision integer NOT NULL DEFAULT 0,
  expires_at timestamptz NOT NULL,
  removed_at timestamptz, -- expired, and out of the documents
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, company_id),
  FOREIGN KEY (company_id, by_staff) REFERENCES staff (company_id, id)
);
CREATE INDEX idx_reviewed_answers_unpublished ON reviewed_answers (company_id) WHERE published_revision < revision;
CREATE INDEX idx_reviewed_answers_expiring ON reviewed_answers (expires_at) WHERE removed_at IS NULL;
CREATE INDEX idx_reviewed_answers_conversation ON reviewed_answers (conversation_id);

-- Questions with the answer a colleague gave: asked again to see that the documents still say it.
CREATE TABLE golden_cases (
  company_id uuid NOT NULL REFERENCES companies (id),
  id uuid NOT NULL, -- the reviewed answer's
  content bytea NOT NULL, -- {question, answer, audience}
  -- At which place the answer was found, at best; a later replay that finds it further down names the question.
  best_rank integer,
  replayed_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, company_id)
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['reviewed_answers', 'golden_cases']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant ON %I TO baton_app USING (company_id = app_tenant()) WITH CHECK (company_id = app_tenant())', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO baton_app', t);
  END LOOP;
END $$;
CREATE POLICY sweeping ON reviewed_answers FOR SELECT TO baton_system USING (true);
GRANT SELECT (company_id, id, revision, published_revision, expires_at, removed_at) ON reviewed_answers TO baton_system;
