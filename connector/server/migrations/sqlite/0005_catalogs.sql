-- Catalogues of partners, kept so that they can be searched at once. They can be read again at any time.
-- Times are milliseconds since the epoch (UTC), documents are JSON text, as in the first migration.

-- What is known of a partner's catalogue. `revision` is the copy that counts.
CREATE TABLE kept_catalog (
    partner TEXT PRIMARY KEY,
    revision BIGINT NOT NULL,
    datasets BIGINT NOT NULL,
    services TEXT NOT NULL,              -- [DataService] that its distributions refer to
    read BIGINT,                         -- when the copy was last found to be what the partner offers
    tried BIGINT,
    next BIGINT,                         -- when it is read again; none: at once
    failures BIGINT NOT NULL,            -- attempts that have failed since
    fault TEXT,                          -- unreachable, unusable
    detail TEXT
);

-- A dataset belongs to the copies from `since_revision` on and before `until_revision`. A reading writes beside the copy that
-- counts, page by page, and shows all of it at once by raising the revision. What has not changed is not written.
CREATE TABLE kept_dataset (
    partner TEXT NOT NULL,
    id TEXT NOT NULL,
    since_revision BIGINT NOT NULL,
    until_revision BIGINT,
    digest TEXT NOT NULL,                -- of the document
    seen BIGINT NOT NULL,                -- when it was first offered
    document TEXT NOT NULL,              -- DSP Dataset, as the partner sent it
    PRIMARY KEY (partner, id, since_revision)
);
CREATE INDEX kept_dataset_ended ON kept_dataset (partner, id) WHERE until_revision IS NOT NULL;
