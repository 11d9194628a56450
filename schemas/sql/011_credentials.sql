-- Rollup for dashboards: every credential ever seen, kept for ever, so that unused ones can be named.
CREATE TABLE IF NOT EXISTS credentials
(
    tenant LowCardinality(String),
    lineage String,
    kind SimpleAggregateFunction(anyLast, LowCardinality(String)),
    display SimpleAggregateFunction(anyLast, String),
    weak SimpleAggregateFunction(max, Bool),
    first_at SimpleAggregateFunction(min, DateTime64(3, 'UTC')),
    last_at SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    events SimpleAggregateFunction(sum, UInt64),
    bytes_out SimpleAggregateFunction(sum, UInt64)
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant, lineage)
SETTINGS non_replicated_deduplication_window = 10000;
