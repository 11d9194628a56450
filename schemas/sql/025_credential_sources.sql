-- Rollup for dashboards: what each credential did from each source (prefix) on each day.
CREATE TABLE IF NOT EXISTS credential_sources
(
    tenant String CODEC(ZSTD(1)),
    lineage String CODEC(ZSTD(1)),
    source String CODEC(ZSTD(1)),
    day DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    stored_at SimpleAggregateFunction(max, DateTime('UTC')) CODEC(DoubleDelta, ZSTD(1)),
    network SimpleAggregateFunction(anyLast, String) CODEC(ZSTD(1)),
    country SimpleAggregateFunction(anyLast, String) CODEC(ZSTD(1)),
    client SimpleAggregateFunction(anyLast, String) CODEC(ZSTD(1)),
    first_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    last_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')) CODEC(ZSTD(1)),
    events SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    bytes_out SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    failures SimpleAggregateFunction(sum, UInt64) COMMENT '401 and 403' CODEC(T64, ZSTD(1)),
    first_failure SimpleAggregateFunction(min, Nullable(DateTime64(3, 'UTC'))) CODEC(ZSTD(1)),
    last_failure SimpleAggregateFunction(max, Nullable(DateTime64(3, 'UTC'))) CODEC(ZSTD(1)),
    failed_routes AggregateFunction(uniq, UInt64) COMMENT 'method and route' CODEC(ZSTD(1)),
    successes SimpleAggregateFunction(sum, UInt64) COMMENT 'below 400' CODEC(T64, ZSTD(1)),
    last_success SimpleAggregateFunction(max, Nullable(DateTime64(3, 'UTC'))) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(day)
ORDER BY (tenant, lineage, source, day)
SETTINGS non_replicated_deduplication_window = 10000;
