-- Input that was refused, with reason, position and a masked excerpt.
CREATE TABLE IF NOT EXISTS rejections
(
    stored_at DateTime64(3, 'UTC') DEFAULT now64(3),
    reason LowCardinality(String),
    detail LowCardinality(String),
    format LowCardinality(String),
    position String CODEC(ZSTD(1)),
    excerpt String CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(stored_at)
ORDER BY (reason, format, position, excerpt)
SETTINGS non_replicated_deduplication_window = 10000;
