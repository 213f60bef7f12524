-- What goes on in a safe is found before what was; how sessions ended is counted
-- of late. Keys that were used on a machine that is not their holder's.
CREATE INDEX delegations_current ON delegations (safe, created, id) WHERE ended = 0;
CREATE INDEX delegations_over ON delegations (ended) WHERE ended > 0;
CREATE INDEX mandates_current ON mandates (safe, created, id) WHERE ended = 0;
ALTER TABLE safes ADD COLUMN exposed BIGINT NOT NULL DEFAULT 0;
