-- The learned state of each credential, as bytes only the engine reads.
CREATE TABLE IF NOT EXISTS baselines
(
    tenant String,
    lineage String,
    layout LowCardinality(String),
    updated_at Int64 COMMENT 'ms since the epoch',
    state String CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(updated_at)
ORDER BY (tenant, lineage)
SETTINGS non_replicated_deduplication_window = 10000;
