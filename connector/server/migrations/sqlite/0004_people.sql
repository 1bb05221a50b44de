-- People who sign in. Times are milliseconds since the epoch (UTC), as in the first migration.
-- Nothing here opens anything: passwords are argon2id hashes, sessions and links SHA-256 hashes of random tokens.

CREATE TABLE person (
    name TEXT PRIMARY KEY,               -- as it is shown in the audit trail
    folded TEXT NOT NULL UNIQUE,         -- the name in lower case: two names never differ by case alone
    kind TEXT NOT NULL,                  -- local or oidc
    subject TEXT UNIQUE,                 -- of an OIDC user: issuer and subject
    role TEXT NOT NULL,
    password TEXT,                       -- none: invited, or an OIDC user
    disabled BIGINT NOT NULL DEFAULT 0,
    version BIGINT NOT NULL,
    created BIGINT NOT NULL,
    seen BIGINT                          -- the last request, to the minute
);

CREATE TABLE session (
    hash TEXT PRIMARY KEY,               -- of the cookie's value
    person TEXT NOT NULL REFERENCES person (name) ON DELETE CASCADE,
    means TEXT NOT NULL,                 -- password or oidc
    created BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    expires BIGINT NOT NULL              -- the latest end, however much it is used
);
CREATE INDEX session_person ON session (person, created);

-- Links that set a password, each once. Without a person it makes the first administrator.
CREATE TABLE sign_in_link (
    hash TEXT PRIMARY KEY,
    person TEXT UNIQUE REFERENCES person (name) ON DELETE CASCADE,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
