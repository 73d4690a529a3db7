-- Where a dialogue stands between two turns, sealed; and the hand-over an answer announced, until it is carried out.
ALTER TABLE conversations ADD COLUMN dialogue bytea, ADD COLUMN hand_over bytea;

-- The language a person is answered in, ISO 639-1.
ALTER TABLE contacts ADD COLUMN language text;
