-- What has been found, worst and newest first?
-- Columns: opened_at, severity, status, family, title, summary, lineage, credential, detectors, records and bytes
--   exposed, last_event_at, id.
-- Adapt: "AND status != 'closed'" for open ones; the whole incident is in the column incident, as JSON.
SELECT
    opened_at,
    severity,
    status,
    family,
    title,
    summary,
    lineage,
    credential_display AS credential,
    arrayStringConcat(detectors, ' ') AS detectors,
    exposed_records AS records,
    exposed_bytes AS bytes,
    last_event_at,
    id
FROM keytrail.incidents FINAL
ORDER BY severity DESC, opened_at DESC
LIMIT 200;
