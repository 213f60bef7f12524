-- What mediators did, by structure, month and kind. A safe is named so that
-- people are counted once; figures are published of ten or more.
CREATE TABLE activities (
    structure TEXT NOT NULL,
    month TEXT NOT NULL,
    safe TEXT NOT NULL,
    kind TEXT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (structure, month, safe, kind)
);
