-- What was given as one kind of document is found without reading the others.
CREATE INDEX grants_of_kind ON grants (administration, kind, created, id) WHERE kind <> '';
