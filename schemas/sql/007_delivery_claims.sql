-- Who is sending which delivery: the earliest claim on a delivery in its present state wins until it expires.
CREATE TABLE IF NOT EXISTS delivery_claims
(
    delivery_id FixedString(32),
    delivery_updated_at Int64 COMMENT 'the state of the delivery that was claimed',
    owner String,
    claimed_at DateTime64(6, 'UTC') DEFAULT now64(6),
    expires_at Int64 COMMENT 'ms since the epoch'
)
ENGINE = MergeTree
ORDER BY (delivery_id, delivery_updated_at)
TTL toDateTime(claimed_at) + INTERVAL 2 DAY;
