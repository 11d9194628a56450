-- Rollup for dashboards: how fast each endpoint answered in each hour, and what it gave to callers without a credential.
CREATE TABLE IF NOT EXISTS endpoint_hours
(
    tenant String CODEC(ZSTD(1)),
    method String CODEC(ZSTD(1)),
    route String CODEC(ZSTD(1)),
    hour DateTime('UTC') CODEC(DoubleDelta, ZSTD(1)),
    stored_at SimpleAggregateFunction(max, DateTime('UTC')) CODEC(DoubleDelta, ZSTD(1)),
    timed SimpleAggregateFunction(sum, UInt64) COMMENT 'events that log a latency' CODEC(T64, ZSTD(1)),
    latency_ms AggregateFunction(quantilesTDigest(0.5, 0.95, 0.99), Float64) CODEC(ZSTD(1)),
    slowest_caller AggregateFunction(argMax, String, Float64) COMMENT 'lineage of the slowest call' CODEC(ZSTD(1)),
    anonymous_successes SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    anonymous_objects AggregateFunction(uniq, UInt64) CODEC(ZSTD(1)),
    anonymous_bytes_out SimpleAggregateFunction(sum, UInt64) CODEC(T64, ZSTD(1)),
    anonymous_sources AggregateFunction(uniq, String) COMMENT 'prefixes' CODEC(ZSTD(1)),
    anonymous_first_at SimpleAggregateFunction(min, Nullable(DateTime64(3, 'UTC'))) CODEC(ZSTD(1)),
    anonymous_last_at SimpleAggregateFunction(max, Nullable(DateTime64(3, 'UTC'))) CODEC(ZSTD(1))
)
ENGINE = AggregatingMergeTree
PARTITION BY toYYYYMM(hour)
ORDER BY (tenant, method, route, hour)
SETTINGS non_replicated_deduplication_window = 10000;
