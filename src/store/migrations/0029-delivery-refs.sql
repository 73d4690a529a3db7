-- A reaction, or a menu on a message, names what stands on the platform: which of Baton's messages that is.
CREATE INDEX idx_deliveries_ref ON deliveries (ref) WHERE ref IS NOT NULL;
