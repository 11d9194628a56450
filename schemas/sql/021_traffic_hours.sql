-- Rollup for dashboards: how much traffic there was, a row per tenant and hour. As in all rollups, sums count a redelivered
-- batch again when it was cut differently; distinct counts (uniqMerge) do not.
CREATE TABLE IF NOT EXISTS traffic_hours
(
    tenant String CODEC(ZSTD(1)),
    hour DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    stored_at SimpleAggregateFunction(max, DateTime('UTC')),
    events SimpleAggregateFunction(sum, UInt64),
    bytes_out SimpleAggregateFunction(sum, UInt64),
    auth_failures SimpleAggregateFunction(sum, UInt64),
    misses SimpleAggregateFunction(sum, UInt64),
    server_errors SimpleAggregateFunction(sum, UInt64),
    credentials AggregateFunction(uniq, String)
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(hour)
ORDER BY (tenant, hour)
SETTINGS non_replicated_deduplication_window = 10000;
