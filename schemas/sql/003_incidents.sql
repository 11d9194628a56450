-- Incidents: the whole JSON, and columns for filtering. The row with the highest version is the incident as it stands;
-- the version derives from the incident's last event and its status, so writing an old state again changes nothing.
CREATE TABLE IF NOT EXISTS incidents
(
    id FixedString(32),
    version UInt64,
    stored_at DateTime('UTC') DEFAULT now(),
    status LowCardinality(String),
    severity Enum8('info' = 1, 'low' = 2, 'medium' = 3, 'high' = 4, 'critical' = 5),
    family LowCardinality(String),
    title String,
    summary String,
    tenant LowCardinality(String),
    lineage String,
    credential_kind LowCardinality(String),
    credential_display String,
    detectors Array(LowCardinality(String)),
    opened_at DateTime64(3, 'UTC'),
    first_event_at DateTime64(3, 'UTC'),
    last_event_at DateTime64(3, 'UTC'),
    exposed_records Float64,
    exposed_bytes Float64,
    tuning LowCardinality(String),
    incident String COMMENT 'the whole incident, JSON' CODEC(ZSTD(3))
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (tenant, id)
SETTINGS non_replicated_deduplication_window = 10000;
