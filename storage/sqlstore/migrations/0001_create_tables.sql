-- One text for SQLite and PostgreSQL, in every migration. Write
--   TEXT      compared by bytes in both (PostgreSQL is told so),
--   BIGINT    every number, times too: microseconds since 1970 in UTC, 0 = none,
--   {blob}    bytes,
--   {serial}  the one column that counts by itself, the primary key,
-- and what both understand: no booleans, no defaults that call a function, no
-- ALTER TABLE but ADD COLUMN, RENAME and DROP COLUMN. Capitals for TEXT.
-- Only what is short is in an index: PostgreSQL refuses rows of which an index
-- would take more than 2,700 bytes.
-- A migration runs on tables that are in use: under PostgreSQL the release
-- before it goes on with them.
CREATE TABLE marks (
    name TEXT PRIMARY KEY,
    body TEXT NOT NULL
);

CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    issuer TEXT NOT NULL,
    sub TEXT NOT NULL,
    name TEXT NOT NULL,
    safe TEXT NOT NULL,
    administration TEXT NOT NULL,
    terms_version TEXT NOT NULL,
    terms_at BIGINT NOT NULL,
    created BIGINT NOT NULL,
    UNIQUE (issuer, sub)
);

CREATE TABLE safes (
    id TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    vk {blob} NOT NULL,
    recipient TEXT NOT NULL,
    key_leaf BIGINT NOT NULL,
    created BIGINT NOT NULL
);

CREATE TABLE keyrings (
    holder TEXT PRIMARY KEY,
    epoch BIGINT NOT NULL,
    hash {blob} NOT NULL,
    body {blob} NOT NULL,
    at BIGINT NOT NULL
);

CREATE TABLE manifests (
    holder TEXT PRIMARY KEY,
    epoch BIGINT NOT NULL,
    hash {blob} NOT NULL,
    body {blob} NOT NULL,
    at BIGINT NOT NULL
);

CREATE TABLE versions (
    doc TEXT NOT NULL,
    id TEXT NOT NULL,
    safe TEXT NOT NULL,
    state TEXT NOT NULL,
    sealed BIGINT NOT NULL,
    sha256 {blob} NOT NULL,
    door TEXT NOT NULL,
    depositor TEXT NOT NULL,
    origin TEXT NOT NULL,
    origin_name TEXT NOT NULL,
    own_grant {blob},
    idempotency_key TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (doc, id)
);
CREATE UNIQUE INDEX versions_by_key ON versions (depositor, idempotency_key) WHERE idempotency_key <> '';
CREATE INDEX versions_of_safe ON versions (safe, state, doc, id);
CREATE INDEX versions_by_state ON versions (state, expires);

CREATE TABLE grants (
    id TEXT PRIMARY KEY,
    safe TEXT NOT NULL,
    doc TEXT NOT NULL,
    version TEXT NOT NULL,
    administration TEXT NOT NULL,
    service TEXT NOT NULL,
    purpose TEXT NOT NULL,
    procedure_name TEXT NOT NULL,
    sealed {blob} NOT NULL,
    idempotency_key TEXT NOT NULL,
    created BIGINT NOT NULL,
    not_after BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    opened BIGINT NOT NULL,
    openings BIGINT NOT NULL
);
CREATE UNIQUE INDEX grants_by_key ON grants (safe, idempotency_key) WHERE idempotency_key <> '';
CREATE INDEX grants_of_safe ON grants (safe, created, id);
CREATE INDEX grants_of_administration ON grants (administration, created, id);
CREATE INDEX grants_of_doc ON grants (doc);

CREATE TABLE administrations (
    id TEXT PRIMARY KEY,
    siret TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    search TEXT NOT NULL,
    services TEXT NOT NULL,
    vk {blob},
    recipient TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    key_leaf BIGINT NOT NULL
);
CREATE INDEX administrations_by_name ON administrations (search, id);

CREATE TABLE systems (
    id TEXT PRIMARY KEY,
    administration TEXT NOT NULL,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    key_set {blob} NOT NULL,
    created BIGINT NOT NULL
);

CREATE TABLE addresses (
    id TEXT PRIMARY KEY,
    safe TEXT NOT NULL,
    administration TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    created BIGINT NOT NULL,
    ended BIGINT NOT NULL
);
CREATE UNIQUE INDEX addresses_by_key ON addresses (safe, idempotency_key) WHERE idempotency_key <> '';
CREATE INDEX addresses_of_safe ON addresses (safe, created, id);

-- The journal. leaf is -1 until the entry is sequenced.
CREATE TABLE events (
    seq {serial},
    id TEXT NOT NULL UNIQUE,
    safe TEXT NOT NULL,
    event {blob} NOT NULL,
    salt {blob} NOT NULL,
    leaf BIGINT NOT NULL
);
CREATE INDEX events_of_safe ON events (safe, seq);

CREATE TABLE facts (
    id TEXT PRIMARY KEY,
    hash {blob} NOT NULL,
    leaf BIGINT NOT NULL
);
CREATE INDEX facts_by_hash ON facts (hash, leaf);

CREATE TABLE log_queue (
    seq {serial},
    id TEXT NOT NULL UNIQUE,
    entry {blob} NOT NULL
);

CREATE TABLE log_entries (
    leaf BIGINT PRIMARY KEY,
    entry {blob} NOT NULL
);

CREATE TABLE log_hashes (
    position BIGINT PRIMARY KEY,
    hash {blob} NOT NULL
);

CREATE TABLE log_head (
    one BIGINT PRIMARY KEY,
    size BIGINT NOT NULL,
    root {blob} NOT NULL,
    checkpoint {blob} NOT NULL,
    at BIGINT NOT NULL,
    fence BIGINT NOT NULL
);
