-- Every verdict of every detector; the id derives from detector, lineage and event.
CREATE TABLE IF NOT EXISTS findings
(
    id FixedString(32) CODEC(ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    stored_at DateTime('UTC') DEFAULT now() CODEC(DoubleDelta, ZSTD(1)),
    since DateTime64(3, 'UTC') CODEC(ZSTD(1)),
    tenant LowCardinality(String),
    lineage String CODEC(ZSTD(1)),
    detector LowCardinality(String),
    family LowCardinality(String),
    event_id String CODEC(ZSTD(1)),
    log_e Float64 COMMENT 'natural logarithm of the evidence',
    pages Bool COMMENT 'evidence and materiality both sufficed',
    claim String CODEC(ZSTD(1)),
    evidence String COMMENT 'JSON array of {feature, observed, expected, unit, window}' CODEC(ZSTD(1)),
    rejected Array(String) CODEC(ZSTD(1)),
    tuning LowCardinality(String)
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (tenant, lineage, at, id)
SETTINGS non_replicated_deduplication_window = 10000;
