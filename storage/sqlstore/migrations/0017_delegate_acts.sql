-- Structures and their mediators; sessions of mediators, of which the row
-- decides on every replica; mandates as citizens signed them, what they are
-- about, and what was given under them. A code is kept as its hash, as long as
-- it waits.
CREATE TABLE structures (
    id TEXT PRIMARY KEY,
    siret TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    made BIGINT NOT NULL
);

CREATE TABLE mediators (
    id TEXT PRIMARY KEY,
    structure TEXT NOT NULL,
    issuer TEXT NOT NULL,
    sub TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    trained TEXT NOT NULL,
    from_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    left_at BIGINT NOT NULL,
    created BIGINT NOT NULL,
    UNIQUE (issuer, sub)
);
CREATE INDEX mediators_of_structure ON mediators (structure, name, id);

CREATE TABLE delegations (
    id TEXT PRIMARY KEY,
    mediator TEXT NOT NULL,
    mediator_name TEXT NOT NULL,
    structure TEXT NOT NULL,
    structure_name TEXT NOT NULL,
    opener TEXT NOT NULL,
    code TEXT NOT NULL,
    number TEXT NOT NULL,
    way TEXT NOT NULL,
    recipient TEXT NOT NULL,
    vk {blob},
    acts TEXT NOT NULL,
    purpose TEXT NOT NULL,
    minutes BIGINT NOT NULL,
    standing TEXT NOT NULL,
    state TEXT NOT NULL,
    safe TEXT NOT NULL,
    account TEXT NOT NULL,
    citizen TEXT NOT NULL,
    mandate TEXT NOT NULL,
    wrong BIGINT NOT NULL,
    created BIGINT NOT NULL,
    due BIGINT NOT NULL,
    started BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    locked BIGINT NOT NULL,
    left_at BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    ended_by TEXT NOT NULL
);
CREATE UNIQUE INDEX delegations_by_code ON delegations (code) WHERE code <> '';
CREATE INDEX delegations_of_mediator ON delegations (mediator, created, id);
CREATE INDEX delegations_of_safe ON delegations (safe, created, id) WHERE safe <> '';
CREATE INDEX delegations_open ON delegations (structure, id) WHERE ended = 0;
CREATE INDEX delegations_due ON delegations (due, id) WHERE ended = 0;
CREATE INDEX delegations_idle ON delegations (seen, id) WHERE ended = 0 AND seen > 0;

CREATE TABLE mandates (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    safe TEXT NOT NULL,
    structure TEXT NOT NULL,
    structure_name TEXT NOT NULL,
    mediator TEXT NOT NULL,
    mediator_name TEXT NOT NULL,
    delegation TEXT NOT NULL,
    acts TEXT NOT NULL,
    presence TEXT NOT NULL,
    purpose TEXT NOT NULL,
    reference TEXT NOT NULL,
    body {blob},
    created BIGINT NOT NULL,
    not_after BIGINT NOT NULL,
    confirmed BIGINT NOT NULL,
    confirmed_by TEXT NOT NULL,
    ended BIGINT NOT NULL,
    ended_by TEXT NOT NULL,
    revocation {blob}
);
CREATE INDEX mandates_of_safe ON mandates (safe, created, id);
CREATE INDEX mandates_of_mediator ON mandates (mediator, created, id) WHERE kind <> 'session';
CREATE INDEX mandates_unconfirmed ON mandates (structure, created, id) WHERE kind = 'paper' AND confirmed = 0 AND ended = 0;

CREATE TABLE mandate_documents (
    mandate TEXT NOT NULL,
    doc TEXT NOT NULL,
    version TEXT NOT NULL,
    sealed {blob},
    record TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (mandate, doc)
);

CREATE TABLE mandate_grants (
    grant_id TEXT PRIMARY KEY,
    mandate TEXT NOT NULL
);

CREATE TABLE proposals (
    id TEXT PRIMARY KEY,
    safe TEXT NOT NULL,
    mandate TEXT NOT NULL,
    mediator_name TEXT NOT NULL,
    structure_name TEXT NOT NULL,
    doc TEXT NOT NULL,
    sealed {blob} NOT NULL,
    created BIGINT NOT NULL
);
CREATE INDEX proposals_of_safe ON proposals (safe, created, id);
