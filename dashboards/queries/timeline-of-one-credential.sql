-- What did one credential do, call by call, newest first?
-- Columns: at, method, route, status, bytes_out, objects (ids touched), source (prefix), network, country, client
--   (user-agent family), request_id.
-- Adapt: it shows the busiest credential and the last 30 days of the log; put a lineage in quotes in place of the
--   whole subquery behind "lineage =" to follow another, and move the time window or the limit at the end.
SELECT
    at,
    method,
    route,
    status,
    bytes_out,
    arrayStringConcat(objects.id, ', ') AS objects,
    client_prefix AS source,
    client_network AS network,
    client_country AS country,
    client_ua_family AS client,
    request_id
FROM keytrail.events
WHERE lineage =
    (
        SELECT lineage
        FROM keytrail.credentials
        WHERE lineage != 'anonymous'
        GROUP BY lineage
        ORDER BY sum(events) DESC
        LIMIT 1
    )
    AND at >= (SELECT max(at) FROM keytrail.events) - INTERVAL 30 DAY
ORDER BY at DESC
LIMIT 1000;
