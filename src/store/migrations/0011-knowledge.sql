-- What a company answers from. Titles, addresses and words are sealed; an index beside the database finds chunks by
-- their terms and vectors, and nothing it finds is shown unless it stands here, for the group that asks.
CREATE TABLE knowledge_documents (
  company_id uuid NOT NULL REFERENCES companies (id),
  id uuid NOT NULL, -- follows from the source and the name in it, so that the same document meets itself
  source_id uuid NOT NULL, -- follows from the folder, the site or the upload it came from
  details bytea NOT NULL, -- {source, name, title, url}
  audience text[] NOT NULL CHECK (cardinality(audience) > 0),
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

-- Grows with every change of a company's documents: what was answered before is not told again.
CREATE TABLE knowledge_versions (
  company_id uuid PRIMARY KEY REFERENCES companies (id),
  version bigint NOT NULL DEFAULT 1
);

DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['knowledge_documents', 'knowledge_chunks', 'knowledge_versions']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY tenant ON %I TO baton_app USING (company_id = app_tenant()) WITH CHECK (company_id = app_tenant())', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO baton_app', t);
  END LOOP;
END $$;
