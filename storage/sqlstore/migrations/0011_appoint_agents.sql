-- Who of an administration may see what was shared with it: '' nobody yet,
-- 'agent', 'referent' (who appoints others). services '' is all of them.
ALTER TABLE accounts ADD COLUMN role TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN services TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN left_at BIGINT NOT NULL DEFAULT 0;
UPDATE accounts SET role = 'agent' WHERE kind = 'agent' AND waits_for = '';
