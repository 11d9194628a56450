-- Where do logins and permissions fail, and did the same source get in afterwards?
-- Columns: lineage, source (prefix), network, country, failures (401 and 403), first_failure, last_failure, routes
--   (different ones tried), successes (calls below 400 from there in the same days), succeeded_after (time of the last one after
--   the first failure; null when there is none).
-- Adapt: the last 7 days of the log, whole days, 5 failures and more.
SELECT
    lineage,
    sources.source AS source,
    anyLast(sources.network) AS network,
    anyLast(sources.country) AS country,
    sum(sources.failures) AS failures,
    min(sources.first_failure) AS first_failure,
    max(sources.last_failure) AS last_failure,
    uniqMerge(failed_routes) AS routes,
    sum(sources.successes) AS successes,
    if(max(last_success) > first_failure, max(last_success), NULL) AS succeeded_after
FROM keytrail.credential_sources AS sources
WHERE day >= (SELECT max(day) FROM keytrail.credential_sources) - INTERVAL 7 DAY
GROUP BY tenant, lineage, source
HAVING failures >= 5
ORDER BY failures DESC
LIMIT 200;
