-- Which leaf an event has is said beside the leaf, not in the event's row: to
-- sequence a thousand events no longer writes a thousand long rows again. One
-- entry has one place, whoever publishes it.
ALTER TABLE log_entries ADD COLUMN id TEXT;
UPDATE log_entries SET id = placed.id FROM
(SELECT id, leaf FROM events UNION ALL SELECT id, leaf FROM facts) AS placed WHERE placed.leaf = log_entries.leaf;
CREATE UNIQUE INDEX log_entries_by_id ON log_entries (id);
ALTER TABLE events DROP COLUMN leaf;
DROP INDEX facts_by_hash;
ALTER TABLE facts DROP COLUMN leaf;
CREATE INDEX facts_by_hash ON facts (hash);
