-- Logos of administrations, as pixels that this server has encoded itself, and
-- their hashes in the registry, where lists are made from. The release before
-- this one writes rows without.
ALTER TABLE administrations ADD COLUMN logo TEXT NOT NULL DEFAULT '';
CREATE TABLE logos (
    administration TEXT PRIMARY KEY,
    png {blob} NOT NULL
);
