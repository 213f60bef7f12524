-- What whoever sealed a version has committed to (SPEC.md §9): a hash under a
-- nonce that is not here. Empty for versions of before.
ALTER TABLE versions ADD COLUMN content TEXT NOT NULL DEFAULT '';
