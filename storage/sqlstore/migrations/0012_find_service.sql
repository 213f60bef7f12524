-- What was shared with one service of an administration is found without
-- reading what was shared with the others.
CREATE INDEX grants_of_service ON grants (administration, service, created, id);
