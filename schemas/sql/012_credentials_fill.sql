-- Fills credentials with every insert into events.
CREATE MATERIALIZED VIEW IF NOT EXISTS credentials_fill TO credentials AS
SELECT
    tenant,
    lineage,
    anyLast(credential_kind) AS kind,
    anyLast(credential_display) AS display,
    max(credential_weak) AS weak,
    min(at) AS first_at,
    max(at) AS last_at,
    count() AS events,
    sum(events.bytes_out) AS bytes_out
FROM events
GROUP BY tenant, lineage;
