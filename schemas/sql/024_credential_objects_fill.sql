-- Fills credential_objects with every insert into events.
CREATE MATERIALIZED VIEW IF NOT EXISTS credential_objects_fill TO credential_objects AS
SELECT
    tenant,
    lineage,
    toStartOfHour(at) AS hour,
    max(events.stored_at) AS stored_at,
    count() AS events,
    sum(events.bytes_out) AS bytes_out,
    sum(length(events.objects)) AS touched,
    uniqArrayState(arrayMap(object -> cityHash64(object.collection, object.id), events.objects)) AS objects
FROM events
GROUP BY tenant, lineage, hour;
