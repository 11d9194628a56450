-- Fills traffic_hours with every insert into events.
CREATE MATERIALIZED VIEW IF NOT EXISTS traffic_hours_fill TO traffic_hours AS
SELECT
    tenant,
    toStartOfHour(at) AS hour,
    max(events.stored_at) AS stored_at,
    count() AS events,
    sum(events.bytes_out) AS bytes_out,
    countIf(status IN (401, 403)) AS auth_failures,
    countIf(status IN (404, 410)) AS misses,
    countIf(status >= 500) AS server_errors,
    uniqState(lineage) AS credentials
FROM events
GROUP BY tenant, hour;
