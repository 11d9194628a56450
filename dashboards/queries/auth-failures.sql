-- Where do logins and permissions fail, and did the same source get in afterwards?
-- Columns: lineage, source (prefix), network, country, failures (401 and 403), first_failure, last_failure, routes
--   (different ones tried), succeeded_after (calls with a success after the first failure).
-- Adapt: the last 7 days of the log, 5 failures and more.
SELECT
    lineage,
    client_prefix AS source,
    any(client_network) AS network,
    any(client_country) AS country,
    countIf(status IN (401, 403)) AS failures,
    minIf(at, status IN (401, 403)) AS first_failure,
    maxIf(at, status IN (401, 403)) AS last_failure,
    uniqIf((method, route), status IN (401, 403)) AS routes,
    length(arrayFilter(time -> time > first_failure, groupArrayIf(100000)(at, status < 400))) AS succeeded_after
FROM keytrail.events
WHERE at >= (SELECT max(at) FROM keytrail.events) - INTERVAL 7 DAY
GROUP BY tenant, lineage, source
HAVING failures >= 5
ORDER BY failures DESC
LIMIT 200;
