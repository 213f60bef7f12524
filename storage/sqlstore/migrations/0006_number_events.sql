-- How many events each safe's journal has been given, so that one left out is
-- missed. Beside each event stands what it says of itself, so that it can be
-- listed, counted and forgotten in its time without being read: 0 and '' until
-- somebody has looked. book is whose acts it is among: an administration's, or
-- those of maintenance on everything.
CREATE TABLE journal_places (
    safe TEXT PRIMARY KEY,
    n BIGINT NOT NULL
);

ALTER TABLE events ADD COLUMN n BIGINT NOT NULL DEFAULT 0;
ALTER TABLE events ADD COLUMN at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE events ADD COLUMN what TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN result TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN book TEXT NOT NULL DEFAULT '';
CREATE INDEX events_by_time ON events (at, what, result);
CREATE INDEX events_of_book ON events (book, seq);
