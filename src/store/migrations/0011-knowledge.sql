-- What a company answers from. Titles, addresses and words are sealed; an index beside the database finds chunks by
-- their terms and vectors, and nothing it finds is shown unless it stands here, for the group that asks.
CREATE TABLE knowledge_documents (
  company_id uuid NOT NULL REFERENCES companies (id),
  id uuid NOT NULL, -- follows from the source and the name in it, so that the same document meets itself
  source_id uuid NOT NULL, -- follows from the folder, the site or the upload it came from
  details bytea NOT NULL, -- {source, name, title, url}
  audience text[] NOT NULL CHECK (cardinality(audience) > 0),
  -- Who may read it was said by hand: its source does not decide it any more.
  audience_by_hand boolean NOT NULL DEFAULT false,
  language text,
  -- Of the bytes, the title and the audience; what did not change is not read again.
  content_hash text NOT NULL,
  chunk_count integer NOT NULL,
  -- What it could not be read for, in words for an operator.
  problem text,
  -- The content and the model its chunks were last brought into the index with.
  indexed_hash text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (id, company_id)
);
CREATE INDEX idx_knowledge_documents_source ON knowledge_documents (source_id);

CREATE TABLE knowledge_chunks (
  company_id uuid NOT NULL,
  document_id uuid NOT NULL,
  ordinal integer NOT NULL,
  content bytea NOT NULL, -- {headings, text, page}
  PRIMARY KEY (document_id, ordinal, company_id),
  FOREIGN KEY (company_id, document_id) REFERENCES knowledge_documents (company_id, id) ON DELETE CASCADE
);

-- How far each source has come, and when it was last gone through.
CREATE TABLE knowledge_sources (
  company_id uuid NOT NULL REFERENCES companies (id),
  id uuid NOT NULL, -- follows from its name
  details bytea NOT NULL, -- {name, problem}
  state text NOT NULL CHECK (state IN ('running', 'done', 'failed')),
  done_count integer NOT NULL DEFAULT 0,
  total_count integer NOT NULL DEFAULT 0,
  failed_count integer NOT NULL DEFAULT 0,
  begun_at timestamptz NOT NULL DEFAULT now(),
  ended_at timestamptz,
  PRIMARY KEY (id, company_id)
);

-- Questions that the documents did not answer, or not well: what is missing is found from them.
CREATE TABLE knowledge_questions (
  company_id uuid NOT NULL REFERENCES companies (id),
  id uuid NOT NULL, -- follows from the turn or the message, so that a repeated turn asks once
  conversation_id uuid NOT NULL,
  content bytea NOT NULL, -- {question, answer}: the answer only where a person gave it for everybody to read
  reason text NOT NULL CHECK (reason IN ('unanswered', 'unsure', 'disliked', 'answered by a person')),
  human_seconds integer NOT NULL DEFAULT 0,
  asked_at timestamptz NOT NULL DEFAULT now(),
  -- When the documents answered it in a later replay.
  closed_at timestamptz,
  PRIMARY KEY (id, company_id)
);

-- Grows with every change of a company's documents: what was answered before is not told again.
CREATE TABLE knowledge_versions (
  company_id uuid PRIMARY KEY REFERENCES companies (id),
  version bigint NOT NULL DEFAULT 1
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['knowledge_documents', 'knowledge_chunks', 'knowledge_sources', 'knowledge_questions',
                           'knowledge_versions']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant ON %I TO baton_app USING (company_id = app_tenant()) WITH CHECK (company_id = app_tenant())', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO baton_app', t);
  END LOOP;
END $$;
