-- How far each hunt has come, with what it has learned until then as bytes only the hunt reads.
CREATE TABLE IF NOT EXISTS hunts
(
    hunt LowCardinality(String),
    until Int64 COMMENT 'ms since the epoch; events before it are hunted',
    memory String CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(until)
ORDER BY hunt;
