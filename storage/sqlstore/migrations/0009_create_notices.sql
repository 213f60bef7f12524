-- By which ways citizens hear of news, where to is sealed; where the systems of
-- administrations are called; and what is still to be sent, put there in the
-- transaction of the act that it tells of. outbox_reach is how it goes with one
-- target, apart from its row: acts read that one and never wait for this one.
CREATE TABLE notices (
    id TEXT PRIMARY KEY,
    safe TEXT NOT NULL,
    way TEXT NOT NULL,
    language TEXT NOT NULL,
    target {blob} NOT NULL,
    tries BIGINT NOT NULL,
    created BIGINT NOT NULL,
    confirmed BIGINT NOT NULL
);
CREATE INDEX notices_of_safe ON notices (safe, created, id);
CREATE INDEX notices_unconfirmed ON notices (confirmed, created);

CREATE TABLE webhooks (
    id TEXT PRIMARY KEY,
    administration TEXT NOT NULL,
    url TEXT NOT NULL,
    created BIGINT NOT NULL
);
CREATE INDEX webhooks_of_administration ON webhooks (administration, created, id);

CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    lane TEXT NOT NULL,
    target TEXT NOT NULL,
    slot TEXT NOT NULL,
    topic TEXT NOT NULL,
    body {blob},
    created BIGINT NOT NULL,
    due BIGINT NOT NULL,
    tries BIGINT NOT NULL
);
CREATE UNIQUE INDEX outbox_slots ON outbox (slot);
CREATE INDEX outbox_by_due ON outbox (lane, due, id);
CREATE INDEX outbox_of_target ON outbox (target, due);

CREATE TABLE outbox_reach (
    target TEXT PRIMARY KEY,
    told BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    retry BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    reason TEXT NOT NULL
);
