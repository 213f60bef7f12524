-- Each opening of a grant, what was acknowledged of it, and what copies an
-- administration has until it says that they are gone. Of grants that were opened
-- before there is nothing to acknowledge; their copies have 30 days too.
CREATE TABLE openings (
    id TEXT PRIMARY KEY,
    record TEXT NOT NULL,
    grant_id TEXT NOT NULL,
    version TEXT NOT NULL,
    opened_by TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    at BIGINT NOT NULL,
    said {blob},
    outcome TEXT NOT NULL,
    vk {blob},
    key_leaf BIGINT NOT NULL,
    said_at BIGINT NOT NULL
);
CREATE INDEX openings_of_grant ON openings (grant_id);
CREATE INDEX openings_by_key ON openings (opened_by, idempotency_key, at) WHERE idempotency_key <> '';

CREATE TABLE copies (
    grant_id TEXT PRIMARY KEY,
    administration TEXT NOT NULL,
    service TEXT NOT NULL,
    ends BIGINT NOT NULL,
    delete_by BIGINT NOT NULL,
    last_opening TEXT NOT NULL,
    deletion {blob},
    how TEXT NOT NULL,
    vk {blob},
    key_leaf BIGINT NOT NULL,
    deleted BIGINT NOT NULL
);
CREATE INDEX copies_due ON copies (administration, ends, grant_id) WHERE delete_by > 0;

INSERT INTO copies (grant_id, administration, service, ends, delete_by, last_opening, how, key_leaf, deleted)
SELECT id, administration, service, ends, ends + 2592000000000, '', '', -1, 0 FROM (
    SELECT id, administration, service,
        CASE WHEN ended > 0 AND ended < not_after THEN ended ELSE not_after END AS ends
    FROM grants WHERE openings > 0
) AS opened;
