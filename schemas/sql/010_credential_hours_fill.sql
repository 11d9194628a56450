-- Fills credential_hours with every insert into events.
CREATE MATERIALIZED VIEW IF NOT EXISTS credential_hours_fill TO credential_hours AS
SELECT
    tenant,
    lineage,
    toStartOfHour(at) AS hour,
    max(events.stored_at) AS stored_at,
    count() AS events,
    sum(events.bytes_out) AS bytes_out,
    countIf(status IN (401, 403)) AS auth_failures,
    countIf(status IN (404, 410)) AS misses,
    countIf(status >= 500) AS server_errors,
    uniqArrayState(arrayMap(object -> cityHash64(object.collection, object.id), events.objects)) AS objects,
    uniqState(cityHash64(method, route)) AS routes,
    uniqState(cityHash64(client_prefix)) AS sources
FROM events
GROUP BY tenant, lineage, hour;
