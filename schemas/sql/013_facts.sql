-- What people and other systems have told: inventory, revocations, deploys, rotations, declared jobs, canaries, sensitivity.
-- The id derives from the content, so the same fact told again is one row.
CREATE TABLE IF NOT EXISTS facts
(
    id FixedString(32),
    stored_at DateTime64(3, 'UTC') DEFAULT now64(3),
    tenant LowCardinality(String),
    type LowCardinality(String),
    fact String COMMENT 'the whole fact, JSON' CODEC(ZSTD(3))
)
ENGINE = ReplacingMergeTree
ORDER BY id;
