-- Which sources use several credentials? Shared egress, or one hand holding many stolen keys.
-- Columns: source (prefix), network, country, credentials (different ones), examples, events, failures (401 and 403),
--   bytes_out, first_at, last_at.
-- Adapt: the last 7 days of the log, whole days, 3 credentials and more.
SELECT
    sources.source AS source,
    anyLast(sources.network) AS network,
    anyLast(sources.country) AS country,
    uniqExact(lineage) AS credentials,
    arrayStringConcat(arraySlice(arraySort(groupUniqArray(lineage)), 1, 5), ', ') AS examples,
    sum(sources.events) AS events,
    sum(sources.failures) AS failures,
    sum(sources.bytes_out) AS bytes_out,
    min(sources.first_at) AS first_at,
    max(sources.last_at) AS last_at
FROM keytrail.credential_sources AS sources
WHERE lineage != 'anonymous' AND day >= (SELECT max(day) FROM keytrail.credential_sources) - INTERVAL 7 DAY
GROUP BY tenant, source
HAVING credentials >= 3
ORDER BY credentials DESC
LIMIT 200;
