-- What this connector offers, has negotiated and moves. Times are milliseconds since the epoch (UTC).
-- Documents are JSON text. Every table that is updated concurrently carries a version.

CREATE TABLE partner (
    id TEXT PRIMARY KEY,                 -- participant id (DID)
    name TEXT NOT NULL,
    dsp_address TEXT NOT NULL,
    claims TEXT NOT NULL,                -- facts about the partner, operand IRI -> values
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL
);

CREATE TABLE asset (
    id TEXT PRIMARY KEY,
    properties TEXT NOT NULL,
    formats TEXT NOT NULL,
    source TEXT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL
);

CREATE TABLE policy (
    id TEXT PRIMARY KEY,
    document TEXT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL
);

CREATE TABLE offer (
    id TEXT PRIMARY KEY,
    selector TEXT NOT NULL,
    access_policy TEXT NOT NULL REFERENCES policy (id),
    usage_policy TEXT NOT NULL REFERENCES policy (id),
    automation TEXT NOT NULL,
    offer_ids TEXT NOT NULL,             -- asset id -> DSP offer id, where the operator fixed one
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL
);

CREATE INDEX offer_access ON offer (access_policy);

-- One row for each (offer, asset) that the offer's selector matches, kept with both: the catalogue is read in index time.
CREATE TABLE listing (
    offer_id TEXT NOT NULL REFERENCES offer (id) ON DELETE CASCADE,
    asset_id TEXT NOT NULL REFERENCES asset (id) ON DELETE CASCADE,
    access_policy TEXT NOT NULL,
    dsp_offer_id TEXT NOT NULL,
    PRIMARY KEY (offer_id, asset_id)
);
CREATE INDEX listing_page ON listing (access_policy, asset_id);
CREATE INDEX listing_asset ON listing (asset_id);
CREATE UNIQUE INDEX listing_dsp_offer ON listing (dsp_offer_id);

CREATE TABLE negotiation (
    pid TEXT PRIMARY KEY,                -- own process id
    role TEXT NOT NULL,
    partner TEXT NOT NULL,
    peer_pid TEXT,
    peer_address TEXT NOT NULL,
    state TEXT NOT NULL,
    version BIGINT NOT NULL,
    asset TEXT NOT NULL,
    offer_id TEXT NOT NULL,
    agreement_id TEXT,
    automation TEXT NOT NULL,
    attestations TEXT NOT NULL,          -- signatures over the agreement, as they come
    body TEXT NOT NULL,                  -- the machine's value
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL
);
CREATE UNIQUE INDEX negotiation_peer ON negotiation (partner, role, peer_pid) WHERE peer_pid IS NOT NULL;
CREATE INDEX negotiation_state ON negotiation (state, pid);

CREATE TABLE agreement (
    id TEXT PRIMARY KEY,
    role TEXT NOT NULL,
    partner TEXT NOT NULL,
    partner_address TEXT NOT NULL,
    asset TEXT NOT NULL,
    negotiation TEXT,
    state TEXT NOT NULL,                 -- IN_FORCE or RETIRED
    version BIGINT NOT NULL,
    document TEXT NOT NULL,              -- the ODRL agreement as it was sent
    digest TEXT NOT NULL,                -- of its canonical RDF
    attestations TEXT NOT NULL,
    automation TEXT NOT NULL,
    concluded BIGINT NOT NULL,
    retired BIGINT,
    retire_reason TEXT
);
CREATE INDEX agreement_partner ON agreement (partner, asset);

-- What the graph has to take up, in commit order.
CREATE TABLE graph_log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    agreement TEXT NOT NULL
);

CREATE TABLE transfer (
    pid TEXT PRIMARY KEY,
    role TEXT NOT NULL,
    partner TEXT NOT NULL,
    peer_pid TEXT,
    peer_address TEXT NOT NULL,
    state TEXT NOT NULL,
    version BIGINT NOT NULL,
    agreement_id TEXT NOT NULL,
    asset TEXT NOT NULL,
    format TEXT NOT NULL,
    generation BIGINT NOT NULL,          -- of the access token; a token of an older one is refused
    automation TEXT NOT NULL,
    sink TEXT,                           -- push: where to, and what has been confirmed
    purpose TEXT,
    bytes BIGINT NOT NULL,               -- moved so far, as the provider counts
    body TEXT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL
);
CREATE UNIQUE INDEX transfer_peer ON transfer (partner, role, peer_pid) WHERE peer_pid IS NOT NULL;
CREATE INDEX transfer_agreement ON transfer (agreement_id, state);
CREATE INDEX transfer_state ON transfer (state, pid);

-- Every protocol message in and out: timeline, deduplication and outbox at once.
CREATE TABLE message (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    process TEXT NOT NULL,
    direction TEXT NOT NULL,             -- in or out
    message_id TEXT NOT NULL,
    partner TEXT NOT NULL,
    type TEXT NOT NULL,
    payload TEXT NOT NULL,
    address TEXT,                        -- out: where it is posted
    status TEXT NOT NULL,                -- in: received, refused; out: pending, delivered, refused, abandoned
    attempts BIGINT NOT NULL,
    http_status BIGINT,
    duration_us BIGINT,
    detail TEXT,
    at BIGINT NOT NULL
);
CREATE UNIQUE INDEX message_once ON message (partner, direction, message_id);
CREATE INDEX message_process ON message (process, seq);
CREATE INDEX message_pending ON message (seq) WHERE status = 'pending';

-- What happened, in commit order: the event stream, webhooks and the audit trail read it.
CREATE TABLE event (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    partner TEXT,
    body TEXT NOT NULL
);
CREATE INDEX event_subject ON event (subject, seq);

CREATE TABLE webhook (
    id TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    kinds TEXT NOT NULL,
    secret TEXT,
    position BIGINT NOT NULL,            -- the last event delivered
    failure TEXT,
    created BIGINT NOT NULL
);

-- Decisions on data requests.
CREATE TABLE data_request (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at BIGINT NOT NULL,
    transfer TEXT NOT NULL,
    agreement TEXT NOT NULL,
    partner TEXT NOT NULL,
    permitted BIGINT NOT NULL,
    rule TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL
);
CREATE INDEX data_request_transfer ON data_request (transfer, seq);
CREATE INDEX data_request_agreement ON data_request (agreement, seq);
