-- Who is who: the dataspaces that this connector lives in, the credentials it holds, and those it issues.
-- Times are milliseconds since the epoch (UTC), documents are JSON text, as in the first migration.

CREATE TABLE dataspace (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    issuers TEXT NOT NULL,               -- whom it believes: DID and credential types
    required_scopes TEXT NOT NULL,       -- what a partner has to present
    presented_scopes TEXT NOT NULL,      -- what partners may ask of us
    profile TEXT,                        -- IRI of the policy profile that offers and agreements follow
    directory TEXT,                      -- base URL of a BPN-DID directory
    issuing TEXT,                        -- where we are the issuer: admission and credential types
    version BIGINT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL
);

-- Who belongs to a dataspace that we issue credentials for.
CREATE TABLE member (
    dataspace TEXT NOT NULL REFERENCES dataspace (id) ON DELETE CASCADE,
    did TEXT NOT NULL,
    name TEXT NOT NULL,
    attributes TEXT NOT NULL,            -- what credentials may say of it: name -> value
    state TEXT NOT NULL,                 -- ACTIVE or REMOVED
    version BIGINT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    PRIMARY KEY (dataspace, did)
);

-- Issuer: who may become a member by a code.
CREATE TABLE invitation (
    id TEXT PRIMARY KEY,
    dataspace TEXT NOT NULL REFERENCES dataspace (id) ON DELETE CASCADE,
    name TEXT NOT NULL,                  -- of the company that is invited, for people
    attributes TEXT NOT NULL,            -- what credentials will say of it: name -> value
    code_hash TEXT NOT NULL,             -- SHA-256 of the code; the code itself is in the invitation alone
    state TEXT NOT NULL,                 -- OPEN, USED, WITHDRAWN
    used_by TEXT,                        -- DID
    version BIGINT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    updated BIGINT NOT NULL
);
CREATE UNIQUE INDEX invitation_code ON invitation (code_hash);

-- Holder: what we asked of an issuer, or what it will bring without being asked.
CREATE TABLE credential_request (
    id TEXT PRIMARY KEY,
    holder_pid TEXT NOT NULL,            -- may repeat
    issuer TEXT NOT NULL,
    dataspace TEXT NOT NULL,             -- '' where it is for none
    wanted TEXT NOT NULL,                -- [{id, type, format}]
    state TEXT NOT NULL,                 -- CREATED, REQUESTED, ISSUED, REJECTED
    code TEXT,                           -- pre-authorized code, until the request was taken
    address TEXT,                        -- the issuer's service, where its DID does not tell
    location TEXT,                       -- where the issuer tells the status
    reason TEXT,                         -- why it was rejected, or why the last attempt failed
    version BIGINT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL
);
CREATE INDEX credential_request_pid ON credential_request (issuer, holder_pid);
CREATE INDEX credential_request_state ON credential_request (state, id);

-- Holder: the credentials that we hold. A request has one of each type and format; a newer one takes its place.
CREATE TABLE credential (
    id TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    issuer TEXT NOT NULL,
    credential_id TEXT,                  -- its own id, where it has one
    type TEXT NOT NULL,                  -- as it was asked for
    types TEXT NOT NULL,
    format TEXT NOT NULL,                -- profile, such as vc11-sl2021/jwt
    raw TEXT NOT NULL,                   -- as it was signed
    subject TEXT NOT NULL,
    statuses TEXT NOT NULL,              -- its status entries
    valid_from BIGINT,
    valid_until BIGINT,
    received BIGINT NOT NULL
);
CREATE UNIQUE INDEX credential_of_request ON credential (request, type, format);
CREATE INDEX credential_type ON credential (type);

-- Holder: what issuers offered us.
CREATE TABLE credential_offer (
    id TEXT PRIMARY KEY,
    issuer TEXT NOT NULL,
    credentials TEXT NOT NULL,           -- credential objects as they came
    state TEXT NOT NULL,                 -- RECEIVED, ACCEPTED, DECLINED
    request TEXT,                        -- what accepting it became
    version BIGINT NOT NULL,
    received BIGINT NOT NULL,
    updated BIGINT NOT NULL
);

-- Issuer: a holder's request, what it became, and its delivery.
CREATE TABLE issuance (
    id TEXT PRIMARY KEY,                 -- issuerPid
    dataspace TEXT NOT NULL,
    holder TEXT NOT NULL,
    holder_pid TEXT NOT NULL,            -- may repeat
    wanted TEXT NOT NULL,                -- ids of credential objects
    state TEXT NOT NULL,                 -- RECEIVED, ISSUED, REJECTED
    reason TEXT,                         -- why it was rejected
    token TEXT,                          -- the holder's access token, which the delivery echoes
    address TEXT,                        -- credential service of a holder whose DID names none
    delivery TEXT NOT NULL,              -- waiting, pending, delivered, abandoned
    failure TEXT,                        -- why the last attempt to deliver failed
    version BIGINT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL
);
CREATE INDEX issuance_holder ON issuance (holder, id);
CREATE INDEX issuance_undelivered ON issuance (id) WHERE delivery IN ('waiting', 'pending');

-- Issuer: one bit for each credential and purpose. The bits themselves are the states of issued credentials.
CREATE TABLE status_list (
    id TEXT PRIMARY KEY,
    model TEXT NOT NULL,                 -- StatusList2021 or BitstringStatusList
    created BIGINT NOT NULL
);

-- Issuer: what was issued.
CREATE TABLE issued_credential (
    id TEXT PRIMARY KEY,
    issuance TEXT NOT NULL REFERENCES issuance (id),
    dataspace TEXT NOT NULL,
    holder TEXT NOT NULL,
    type TEXT NOT NULL,
    format TEXT NOT NULL,
    raw TEXT NOT NULL,
    status_list TEXT NOT NULL REFERENCES status_list (id),
    status_index BIGINT NOT NULL,
    suspendable BIGINT NOT NULL,         -- whether it also names the list of suspensions
    state TEXT NOT NULL,                 -- VALID, SUSPENDED, REVOKED
    reason TEXT,
    version BIGINT NOT NULL,
    issued BIGINT NOT NULL,
    valid_until BIGINT NOT NULL,
    updated BIGINT NOT NULL
);
CREATE UNIQUE INDEX issued_credential_bit ON issued_credential (status_list, status_index);
CREATE INDEX issued_credential_set ON issued_credential (status_list, state);
CREATE INDEX issued_credential_holder ON issued_credential (dataspace, holder);
CREATE INDEX issued_credential_issuance ON issued_credential (issuance);

-- Verifier: what a partner has presented, as it was believed.
CREATE TABLE presentation (
    partner TEXT PRIMARY KEY,
    credentials TEXT NOT NULL,           -- with the dataspaces that believe each, and what it says
    verified BIGINT NOT NULL,
    expires BIGINT NOT NULL
);

-- Which dataspace's rules hold; '' is outside any.
ALTER TABLE offer ADD COLUMN dataspace TEXT NOT NULL DEFAULT '';
ALTER TABLE negotiation ADD COLUMN dataspace TEXT NOT NULL DEFAULT '';
ALTER TABLE agreement ADD COLUMN dataspace TEXT NOT NULL DEFAULT '';
-- The catalogue is read by who may see it: members of the dataspace whom the access policy permits.
ALTER TABLE listing ADD COLUMN dataspace TEXT NOT NULL DEFAULT '';
DROP INDEX offer_access;
CREATE INDEX offer_audience ON offer (dataspace, access_policy);
DROP INDEX listing_page;
CREATE INDEX listing_audience ON listing (dataspace, access_policy, asset_id);

-- What attestations name by its digest, as it was seen when they were signed: DID documents and presented credentials.
CREATE TABLE evidence (
    digest TEXT PRIMARY KEY,
    kind TEXT NOT NULL,                  -- document or credential
    body TEXT NOT NULL
);

-- In: the signed token by which the partner proved who it is, as evidence.
ALTER TABLE message ADD COLUMN token TEXT;
