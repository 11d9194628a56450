-- Rollup for dashboards: each credential's hours. Counts a redelivered batch again when it was cut differently;
-- the distinct counts (uniqMerge) do not.
CREATE TABLE IF NOT EXISTS credential_hours
(
    tenant LowCardinality(String),
    lineage String CODEC(ZSTD(1)),
    hour DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    stored_at SimpleAggregateFunction(max, DateTime('UTC')),
    events SimpleAggregateFunction(sum, UInt64),
    bytes_out SimpleAggregateFunction(sum, UInt64),
    auth_failures SimpleAggregateFunction(sum, UInt64),
    misses SimpleAggregateFunction(sum, UInt64),
    server_errors SimpleAggregateFunction(sum, UInt64),
    objects AggregateFunction(uniq, UInt64),
    routes AggregateFunction(uniq, UInt64),
    sources AggregateFunction(uniq, UInt64)
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(hour)
ORDER BY (tenant, lineage, hour)
SETTINGS non_replicated_deduplication_window = 10000;
