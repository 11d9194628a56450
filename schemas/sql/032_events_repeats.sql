-- What repeats from row to row, since rows are in the order of credentials, takes almost nothing at this level; at level 1 a quarter to
-- half a byte for each column and event.
ALTER TABLE events
    MODIFY COLUMN host CODEC(ZSTD(3)),
    MODIFY COLUMN client_ip CODEC(ZSTD(3)),
    MODIFY COLUMN client_user_agent CODEC(ZSTD(3)),
    MODIFY COLUMN lineage CODEC(ZSTD(3)),
    MODIFY COLUMN credential_fingerprint CODEC(ZSTD(3)),
    MODIFY COLUMN credential_subject CODEC(ZSTD(3)),
    MODIFY COLUMN credential_display CODEC(ZSTD(3)),
    MODIFY COLUMN credential_jti CODEC(ZSTD(3));
