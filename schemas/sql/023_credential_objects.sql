-- Rollup for dashboards: how many different records each credential touched in each hour. Ordered by hour: dashboards ask for some
-- hours of all credentials. `touched` counts repeats and is never less than the distinct number: what cannot be among the largest
-- is told by it, and its states stay unread.
CREATE TABLE IF NOT EXISTS credential_objects
(
    tenant String CODEC(ZSTD(1)),
    lineage String CODEC(ZSTD(1)),
    hour DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    stored_at SimpleAggregateFunction(max, DateTime('UTC')) CODEC(DoubleDelta, ZSTD(1)),
    events SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    bytes_out SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    touched SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    objects AggregateFunction(uniq, UInt64) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(hour)
ORDER BY (hour, tenant, lineage)
SETTINGS non_replicated_deduplication_window = 10000;
