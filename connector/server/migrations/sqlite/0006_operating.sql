-- What operators see at a glance: ends of agreements, rolled-up statistics, saved questions.
-- Times are milliseconds since the epoch (UTC), as in the first migration.

-- When the right to use ends, as the agreement's own text says. Null: not worked out yet; 9223372036854775807: no end is agreed.
ALTER TABLE agreement ADD COLUMN ends BIGINT;
CREATE INDEX agreement_unreviewed ON agreement (id) WHERE ends IS NULL;
CREATE INDEX agreement_ends ON agreement (state, ends);
-- Newest first: ids are chosen by providers, and do not all grow with time.
CREATE INDEX agreement_order ON agreement (concluded, id);

CREATE INDEX event_at ON event (at);

-- What data requests were answered and what was moved: added up per five minutes over all partners ('', kept for two days)
-- and per hour and partner ('' beyond those that are told apart).
CREATE TABLE traffic (
    step BIGINT NOT NULL,                -- length of the slot: 300000 or 3600000
    at BIGINT NOT NULL,                  -- its beginning
    partner TEXT NOT NULL,
    permitted BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    bytes_out BIGINT NOT NULL,
    bytes_in BIGINT NOT NULL,
    PRIMARY KEY (step, at, partner)
) WITHOUT ROWID;

-- How long exchanges took: a histogram per hour, kind, direction and partner, one row for each bucket that is not empty.
CREATE TABLE latency (
    at BIGINT NOT NULL,                  -- beginning of the hour
    kind TEXT NOT NULL,                  -- type of the message, or dataRequest
    direction TEXT NOT NULL,             -- in or out
    partner TEXT NOT NULL,
    bucket BIGINT NOT NULL,              -- k: at most 2^(k/4) microseconds; -1: failed
    count BIGINT NOT NULL,
    PRIMARY KEY (at, kind, direction, partner, bucket)
) WITHOUT ROWID;

-- Questions to the graph that operators have saved.
CREATE TABLE question (
    id TEXT PRIMARY KEY,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    query TEXT NOT NULL,
    saved_by TEXT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL
);
