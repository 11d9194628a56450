-- Every tuning that was ever in force, by version.
CREATE TABLE IF NOT EXISTS tunings
(
    version String,
    stored_at DateTime64(3, 'UTC') DEFAULT now64(3),
    author String,
    reason String,
    tuning String COMMENT 'the whole tuning, JSON' CODEC(ZSTD(3))
)
ENGINE = ReplacingMergeTree
ORDER BY version;
