-- Which sources use several credentials? Shared egress, or one hand holding many stolen keys.
-- Columns: source (prefix), network, country, credentials (different ones), examples, events, failures (401 and 403),
--   objects (different records), first_at, last_at.
-- Adapt: the last 7 days of the log, 3 credentials and more.
SELECT
    client_prefix AS source,
    any(client_network) AS network,
    any(client_country) AS country,
    uniqExact(lineage) AS credentials,
    arrayStringConcat(arraySlice(arraySort(groupUniqArray(lineage)), 1, 5), ', ') AS examples,
    count() AS events,
    countIf(status IN (401, 403)) AS failures,
    uniqArray(events.objects) AS objects,
    min(at) AS first_at,
    max(at) AS last_at
FROM keytrail.events AS events
WHERE lineage != 'anonymous' AND at >= (SELECT max(at) FROM keytrail.events) - INTERVAL 7 DAY
GROUP BY tenant, source
HAVING credentials >= 3
ORDER BY credentials DESC
LIMIT 200;
