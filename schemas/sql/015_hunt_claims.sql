-- Who runs which window of a hunt: the earliest claim wins until it expires.
CREATE TABLE IF NOT EXISTS hunt_claims
(
    hunt LowCardinality(String),
    window_from Int64 COMMENT 'ms since the epoch',
    owner String,
    claimed_at DateTime64(6, 'UTC') DEFAULT now64(6),
    expires_at Int64 COMMENT 'ms since the epoch'
)
ENGINE = MergeTree
ORDER BY (hunt, window_from)
TTL toDateTime(claimed_at) + INTERVAL 2 DAY;
