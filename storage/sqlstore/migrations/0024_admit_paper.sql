-- When a provider last vouched for a citizen, and whether a paper key may stand
-- for a log-in of hers at a counter. Before this nobody knows when.
ALTER TABLE accounts ADD COLUMN proven_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE accounts ADD COLUMN no_paper BIGINT NOT NULL DEFAULT 0;
