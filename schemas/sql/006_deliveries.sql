-- The outbox: one row per incident state and destination. Rows expire 90 days after they were stored, all states
-- alike, so that an old state can never outlive a newer one and be sent again.
CREATE TABLE IF NOT EXISTS deliveries
(
    id FixedString(32),
    stored_at DateTime('UTC') DEFAULT now(),
    destination LowCardinality(String),
    incident_id FixedString(32),
    status LowCardinality(String),
    attempts UInt32,
    next_attempt_at Int64 COMMENT 'ms since the epoch',
    created_at Int64 COMMENT 'ms since the epoch',
    updated_at Int64 COMMENT 'ms since the epoch',
    last_error String,
    payload String CODEC(ZSTD(3))
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY id
TTL stored_at + INTERVAL 90 DAY;
