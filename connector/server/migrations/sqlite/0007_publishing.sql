-- What a transfer has moved, read with its row: requests and the last movement need no scan of what was recorded.
ALTER TABLE transfer ADD COLUMN requests BIGINT NOT NULL DEFAULT 0;
ALTER TABLE transfer ADD COLUMN last_data BIGINT;
UPDATE transfer SET requests = (SELECT count(*) FROM data_request r WHERE r.transfer = transfer.pid),
    last_data = (SELECT max(at) FROM data_request r WHERE r.transfer = transfer.pid AND r.permitted = 1);
-- What a push has brought here counts where it is received, too.
UPDATE transfer SET bytes = (SELECT bytes FROM received r WHERE r.transfer = transfer.pid),
    last_data = (SELECT received FROM received r WHERE r.transfer = transfer.pid)
    WHERE role = 'consumer' AND EXISTS (SELECT 1 FROM received r WHERE r.transfer = transfer.pid);
