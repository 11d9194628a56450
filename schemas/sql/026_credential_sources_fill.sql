-- Fills credential_sources with every insert into events.
CREATE MATERIALIZED VIEW IF NOT EXISTS credential_sources_fill TO credential_sources AS
SELECT
    tenant,
    lineage,
    client_prefix AS source,
    toDateTime(toStartOfDay(at), 'UTC') AS day,
    max(events.stored_at) AS stored_at,
    anyLast(client_network) AS network,
    anyLast(client_country) AS country,
    anyLast(client_ua_family) AS client,
    min(at) AS first_at,
    max(at) AS last_at,
    count() AS events,
    sum(events.bytes_out) AS bytes_out,
    countIf(status IN (401, 403)) AS failures,
    minOrNullIf(at, status IN (401, 403)) AS first_failure,
    maxOrNullIf(at, status IN (401, 403)) AS last_failure,
    uniqStateIf(cityHash64(method, route), status IN (401, 403)) AS failed_routes,
    countIf(status < 400) AS successes,
    maxOrNullIf(at, status < 400) AS last_success
FROM events
GROUP BY tenant, lineage, source, day;
