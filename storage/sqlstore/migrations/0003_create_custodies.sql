-- Who gives a safe back when every way to open it is lost, and the newest
-- recovery of each safe. position keeps the order that the holder signed.
CREATE TABLE custodies (
    safe TEXT PRIMARY KEY,
    unlocker TEXT NOT NULL,
    body {blob} NOT NULL,
    active BIGINT NOT NULL,
    created BIGINT NOT NULL
);

CREATE TABLE custody_shares (
    safe TEXT NOT NULL,
    position BIGINT NOT NULL,
    custodian TEXT NOT NULL,
    holder TEXT NOT NULL,
    name TEXT NOT NULL,
    sealed {blob} NOT NULL,
    PRIMARY KEY (safe, position)
);
CREATE UNIQUE INDEX custody_shares_of_holder ON custody_shares (holder, safe);

CREATE TABLE cards (
    safe TEXT PRIMARY KEY,
    body {blob} NOT NULL
);

CREATE TABLE recoveries (
    safe TEXT PRIMARY KEY,
    request {blob} NOT NULL,
    custody {blob} NOT NULL,
    created BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX recoveries_by_age ON recoveries (ended, created);

CREATE TABLE recovery_parts (
    safe TEXT NOT NULL,
    position BIGINT NOT NULL,
    custodian TEXT NOT NULL,
    name TEXT NOT NULL,
    agreement {blob},
    agreed BIGINT NOT NULL,
    sealed {blob},
    given BIGINT NOT NULL,
    PRIMARY KEY (safe, position)
);
