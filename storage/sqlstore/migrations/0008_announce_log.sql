-- The newest checkpoint that is public: its tiles are in the object store, and
-- witnesses have signed it. Whoever serves shows this one, not log_head, which
-- is decided and not published yet.
CREATE TABLE log_public (
    one BIGINT PRIMARY KEY,
    size BIGINT NOT NULL,
    root {blob} NOT NULL,
    checkpoint {blob} NOT NULL,
    at BIGINT NOT NULL
);
