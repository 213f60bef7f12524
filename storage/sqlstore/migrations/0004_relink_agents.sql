-- By which identity provider an agent last came in, and of which account a
-- newcomer may be the same person; '' where nothing is known or asked.
ALTER TABLE accounts ADD COLUMN idp TEXT NOT NULL DEFAULT '';
ALTER TABLE accounts ADD COLUMN waits_for TEXT NOT NULL DEFAULT '';
CREATE INDEX accounts_of_administration ON accounts (administration, name);
CREATE INDEX accounts_that_wait ON accounts (waits_for, id);
