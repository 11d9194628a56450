-- Fills endpoint_hours with every insert into events.
CREATE MATERIALIZED VIEW IF NOT EXISTS endpoint_hours_fill TO endpoint_hours AS
SELECT
    tenant,
    method,
    route,
    toStartOfHour(at) AS hour,
    max(events.stored_at) AS stored_at,
    count(events.latency_ms) AS timed,
    quantilesTDigestStateIf(0.5, 0.95, 0.99)(assumeNotNull(events.latency_ms), isNotNull(events.latency_ms)) AS latency_ms,
    argMaxStateIf(lineage, assumeNotNull(events.latency_ms), isNotNull(events.latency_ms)) AS slowest_caller,
    countIf(credential_kind = 'anonymous' AND status BETWEEN 200 AND 299) AS anonymous_successes,
    uniqArrayStateIf(
        arrayMap(object -> cityHash64(object.collection, object.id), events.objects),
        credential_kind = 'anonymous' AND status BETWEEN 200 AND 299) AS anonymous_objects,
    sumIf(events.bytes_out, credential_kind = 'anonymous' AND status BETWEEN 200 AND 299) AS anonymous_bytes_out,
    uniqStateIf(toString(client_prefix), credential_kind = 'anonymous' AND status BETWEEN 200 AND 299) AS anonymous_sources,
    minOrNullIf(at, credential_kind = 'anonymous' AND status BETWEEN 200 AND 299) AS anonymous_first_at,
    maxOrNullIf(at, credential_kind = 'anonymous' AND status BETWEEN 200 AND 299) AS anonymous_last_at
FROM events
GROUP BY tenant, method, route, hour;
