-- Rollup for dashboards: which endpoints each credential has used, and since when. A row goes when its endpoint has not been used
-- for as long as events are kept.
CREATE TABLE IF NOT EXISTS credential_endpoints
(
    tenant String CODEC(ZSTD(1)),
    lineage String CODEC(ZSTD(1)),
    method String CODEC(ZSTD(1)),
    route String CODEC(ZSTD(1)),
    stored_at SimpleAggregateFunction(max, DateTime('UTC')) CODEC(DoubleDelta, ZSTD(1)),
    first_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    events SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    successes SimpleAggregateFunction(sum, UInt64) COMMENT 'below 400' CODEC(T64, ZSTD(1))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant, lineage, method, route)
SETTINGS non_replicated_deduplication_window = 10000;
