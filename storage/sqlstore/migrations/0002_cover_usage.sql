-- What a safe holds is counted at each upload: from the index alone, without
-- reading rows and the grants in them.
DROP INDEX versions_of_safe;
CREATE INDEX versions_of_safe ON versions (safe, state, doc, id, sealed);
