-- Pages that citizens send to mediators' sessions: sealed, in the object store,
-- and gone with the session.
CREATE TABLE sent_pages (
    delegation TEXT NOT NULL,
    id TEXT NOT NULL,
    sealed BIGINT NOT NULL,
    sha256 {blob} NOT NULL,
    created BIGINT NOT NULL,
    stored BIGINT NOT NULL,
    taken BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    PRIMARY KEY (delegation, id)
);
CREATE INDEX sent_pages_over ON sent_pages (ended, delegation, id);
