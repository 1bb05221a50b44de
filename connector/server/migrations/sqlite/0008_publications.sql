-- Who uses an asset is told with it.
CREATE INDEX agreement_asset ON agreement (asset, role, state);
