-- What administrations ask for, who was asked or has answered, and what both
-- sides write to each other about it, sealed. A grant says what it answers, and
-- how often it may be opened (0: any number).
CREATE TABLE requests (
    id TEXT PRIMARY KEY,
    administration TEXT NOT NULL,
    safe TEXT NOT NULL,
    service TEXT NOT NULL,
    procedure_name TEXT NOT NULL,
    purpose TEXT NOT NULL,
    reference TEXT NOT NULL,
    body {blob} NOT NULL,
    by_id TEXT NOT NULL,
    by_name TEXT NOT NULL,
    created BIGINT NOT NULL,
    answer_by BIGINT NOT NULL,
    not_after BIGINT NOT NULL,
    closed BIGINT NOT NULL
);
CREATE INDEX requests_of_administration ON requests (administration, created, id);
CREATE INDEX requests_open ON requests (administration, created, id) WHERE closed = 0;
CREATE INDEX requests_by_reference ON requests (administration, reference, created, id);

CREATE TABLE replies (
    id TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    safe TEXT NOT NULL,
    created BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    given BIGINT NOT NULL,
    refused TEXT NOT NULL,
    waiting BIGINT NOT NULL
);
CREATE UNIQUE INDEX replies_by_safe ON replies (request, safe);
CREATE INDEX replies_of_request ON replies (request, created, id);
CREATE INDEX replies_given ON replies (request) WHERE given > 0;
CREATE INDEX replies_refused ON replies (request) WHERE refused <> '';
CREATE INDEX replies_waiting ON replies (request, created, id) WHERE waiting = 1;
CREATE INDEX replies_of_safe ON replies (safe, created, id);

CREATE TABLE request_notes (
    id TEXT PRIMARY KEY,
    reply TEXT NOT NULL,
    sender TEXT NOT NULL,
    about TEXT NOT NULL,
    kinds TEXT NOT NULL,
    for_safe {blob} NOT NULL,
    for_administration {blob} NOT NULL,
    vk {blob} NOT NULL,
    key_leaf BIGINT NOT NULL,
    created BIGINT NOT NULL
);
CREATE INDEX request_notes_of_reply ON request_notes (reply, created, id);

ALTER TABLE grants ADD COLUMN request TEXT NOT NULL DEFAULT '';
ALTER TABLE grants ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE grants ADD COLUMN most_openings BIGINT NOT NULL DEFAULT 0;
CREATE INDEX grants_of_request ON grants (request, safe, created, id) WHERE request <> '';
CREATE INDEX grants_by_kind ON grants (safe, kind, created, id, doc) WHERE kind <> '';
