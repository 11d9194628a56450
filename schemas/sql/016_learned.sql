-- What was learned, as bytes only the engine reads: a row per credential (shard empty), rows that a process shares between its
-- credentials, and a head per part of the input. All that one save changes is one insert of one block, so it is one part of
-- the table and visible together; its deduplication token makes it the only save that follows the one before. Small granules,
-- since rows are read one by one and not in ranges.
CREATE TABLE IF NOT EXISTS learned
(
    shard LowCardinality(String),
    tenant String,
    lineage String,
    layout LowCardinality(String),
    version UInt64 COMMENT 'events of the credential, or a counter: the highest is the row as it stands',
    part LowCardinality(String) COMMENT 'topic/partition the row was learned from, or empty',
    position Int64 COMMENT 'next position in the part',
    writer String COMMENT 'names the save',
    updated_at Int64 COMMENT 'ms since the epoch, event time',
    stored_at DateTime('UTC') DEFAULT now(),
    state String CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (shard, tenant, lineage)
SETTINGS non_replicated_deduplication_window = 10000, index_granularity = 32, min_compress_block_size = 4096,
    max_compress_block_size = 65536;
