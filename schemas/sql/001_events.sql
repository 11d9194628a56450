-- Every call, one row each. A redelivered event has the same id, time and lineage, so it folds into its first row at
-- the next merge (read with FINAL where that matters before then). Ordered for the timeline of one credential;
-- months of event time make ranges cheap. stored_at is what retention counts from: an old log that is read today
-- is kept as long as today's traffic.
CREATE TABLE IF NOT EXISTS events
(
    id FixedString(32) CODEC(ZSTD(1)),
    at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
    stored_at DateTime('UTC') DEFAULT now() CODEC(DoubleDelta, ZSTD(1)),
    gateway LowCardinality(String),
    tenant LowCardinality(String),
    environment LowCardinality(String),
    host String CODEC(ZSTD(1)),
    method LowCardinality(String),
    path String CODEC(ZSTD(1)),
    route LowCardinality(String),
    objects Array(Tuple(collection String, id String)) CODEC(ZSTD(1)),
    query String CODEC(ZSTD(1)),
    query_shape LowCardinality(String),
    page_kind LowCardinality(String) COMMENT 'page, offset, cursor, or empty when the call does not page',
    page_value Nullable(Float64) CODEC(ZSTD(1)),
    page_limit Nullable(Float64) CODEC(ZSTD(1)),
    status UInt16 CODEC(ZSTD(1)),
    bytes_in UInt64 CODEC(T64, ZSTD(1)),
    bytes_out UInt64 CODEC(T64, ZSTD(1)),
    items Nullable(Float64) CODEC(ZSTD(1)),
    latency_ms Nullable(Float64) CODEC(ZSTD(1)),
    request_id Nullable(String) CODEC(ZSTD(1)),
    client_ip String CODEC(ZSTD(1)),
    client_prefix LowCardinality(String),
    client_asn UInt32 CODEC(ZSTD(1)),
    client_network LowCardinality(String),
    client_country LowCardinality(String),
    client_user_agent String CODEC(ZSTD(1)),
    client_ua_family LowCardinality(String),
    client_tls LowCardinality(Nullable(String)),
    lineage String CODEC(ZSTD(1)),
    credential_fingerprint Nullable(String) CODEC(ZSTD(1)),
    credential_kind LowCardinality(String),
    credential_weak Bool,
    credential_subject Nullable(String) CODEC(ZSTD(1)),
    credential_client LowCardinality(Nullable(String)),
    credential_display String CODEC(ZSTD(1)),
    credential_scopes Array(LowCardinality(String)) CODEC(ZSTD(1)),
    credential_issued_at Nullable(Int64) COMMENT 'ms since the epoch' CODEC(ZSTD(1)),
    credential_expires_at Nullable(Int64) COMMENT 'ms since the epoch' CODEC(ZSTD(1)),
    credential_jti Nullable(String) CODEC(ZSTD(1)),
    credential_cnf Nullable(String) CODEC(ZSTD(1)),
    credential_certificate Nullable(String) CODEC(ZSTD(1)),
    INDEX id_index id TYPE bloom_filter GRANULARITY 4,
    INDEX request_index request_id TYPE bloom_filter GRANULARITY 4,
    INDEX ip_index client_ip TYPE bloom_filter GRANULARITY 4
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(at)
ORDER BY (tenant, lineage, at, id)
SETTINGS non_replicated_deduplication_window = 10000;
