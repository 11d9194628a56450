-- The outbox: one row per incident state and destination. Rows expire 90 days after they last changed, all states
-- alike, so that an old state can never outlive a newer one and be sent again.
CREATE TABLE IF NOT EXISTS deliveries
(
    id FixedString(32),
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
TTL toDateTime(intDiv(updated_at, 1000)) + INTERVAL 90 DAY;
