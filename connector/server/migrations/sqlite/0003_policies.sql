-- Policies that are really enforced: what is known of assets and requests, what has been used, what has ended.
-- Times are milliseconds since the epoch (UTC), documents are JSON text, as in the first migration.

-- Facts that partners never see, and the template by which the path of a data request states facts.
ALTER TABLE asset ADD COLUMN private_properties TEXT NOT NULL DEFAULT '{}';
ALTER TABLE asset ADD COLUMN path_facts TEXT;

-- What the consumer says its transfer is confined to: operand -> value.
ALTER TABLE transfer ADD COLUMN scope TEXT;
-- A push is one use, however often it is taken up again: what had been used before it was counted.
ALTER TABLE transfer ADD COLUMN counted TEXT;

-- How much has been taken from each counter of an agreement. It only grows, and never beyond what the policy gives.
CREATE TABLE usage (
    agreement TEXT NOT NULL,
    counter TEXT NOT NULL,               -- path of the constraint in the policy
    used BIGINT NOT NULL,
    first BIGINT NOT NULL,
    last BIGINT NOT NULL,
    PRIMARY KEY (agreement, counter)
);

-- Which members of which credentials are facts: [{type, member, operand}].
ALTER TABLE dataspace ADD COLUMN claims TEXT NOT NULL DEFAULT '[]';

-- An agreement may be terminated, which is final: when, by whom (us or partner), and why.
ALTER TABLE agreement ADD COLUMN termination TEXT;
-- When the policy monitor suspended the transfer. It resumes what it suspended, and nothing else.
ALTER TABLE transfer ADD COLUMN held BIGINT;
-- The agreements under which we received what the asset is made of: [agreement id].
ALTER TABLE asset ADD COLUMN origins TEXT NOT NULL DEFAULT '[]';

-- What partners pushed into our inbox, and its deletion: evidence that outlives the file.
CREATE TABLE received (
    transfer TEXT PRIMARY KEY,
    agreement TEXT NOT NULL,
    partner TEXT NOT NULL,
    asset TEXT NOT NULL,
    received BIGINT NOT NULL,            -- the last byte
    bytes BIGINT NOT NULL,
    delete_at BIGINT,                    -- none: nothing asks for its deletion
    because TEXT,                        -- the rule that asks for it
    digest TEXT,                         -- of the file, known before it is removed
    deleted BIGINT
);
CREATE INDEX received_due ON received (delete_at) WHERE deleted IS NULL AND delete_at IS NOT NULL;
CREATE INDEX received_agreement ON received (agreement);

-- The catalogue for partners whom many access policies permit: in the order of assets, whoever may see them.
CREATE INDEX listing_order ON listing (asset_id, dataspace, access_policy);
