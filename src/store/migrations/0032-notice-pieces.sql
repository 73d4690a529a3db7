-- Of a notice too long for one message: how many of its messages stand on the platform. Those before the last one have
-- no row, and not every platform can be asked for them.
ALTER TABLE deliveries ADD COLUMN pieces_sent integer NOT NULL DEFAULT 0;
