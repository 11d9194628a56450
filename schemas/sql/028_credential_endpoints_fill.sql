-- Fills credential_endpoints with every insert into events.
CREATE MATERIALIZED VIEW IF NOT EXISTS credential_endpoints_fill TO credential_endpoints AS
SELECT
    tenant,
    lineage,
    method,
    route,
    max(events.stored_at) AS stored_at,
    min(at) AS first_at,
    count() AS events,
    countIf(status < 400) AS successes
FROM events
GROUP BY tenant, lineage, method, route;
