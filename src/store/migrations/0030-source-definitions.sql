-- What a company's file said of a source when it was last gone through, as a digest; null for what was added by hand.
ALTER TABLE knowledge_sources ADD COLUMN definition text;
